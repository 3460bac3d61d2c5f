"""Clips that were made elsewhere as a run: their records, looked at again when their files may have changed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench.base.progress import Progress
from bench.engine import first_frames
from bench.engine.first_frames import Look
from bench.engine.identity import external_record
from bench.engine.requests import RunConfig
from bench.errors import InUse, UsageError
from bench.runs import RunFolder
from bench.suites import own_clips
from bench.types import Case, ClipRecord, Run, Suite

PATIENCE = 30.0
"""Seconds for which a process that is given other clips than the run has waits for those that work in it."""


def settle(
    folder: RunFolder, run: Run, suite: Suite, records: Sequence[ClipRecord], progress: Progress
) -> None:
    """Makes records the whole of a run, unless another process that was given the same clips has done so.

    Args:
        folder: of the run; this process does not work in it yet.
        run, suite: that the folder is of.
        records: of the clips.
        progress: is told what has changed.

    Raises:
        InUse: other processes measure the clips that the run has.
        UsageError: none of the clips that were measured under this label is among them, in content or place.
    """
    wanted = sorted(records, key=lambda record: (record.case, record.seed))
    started = time.monotonic()
    while folder.records() != wanted:
        try:
            with folder.working(run, suite, progress, is_alone=True):
                _replace_records(folder, wanted, progress)
            return
        except InUse:
            if time.monotonic() - started > PATIENCE:
                raise
            time.sleep(0.2)


def rated(clip: own_clips.FoundClip, fps: float | None) -> own_clips.FoundClip:
    """The clip with a rate for all folders of frames, if it is one that has none."""
    return replace(clip, fps=fps) if clip.fps is None and clip.path.is_dir() else clip


def again(record: ClipRecord, case: Case) -> Look:
    """A clip from elsewhere that is in a run already."""
    clip = own_clips.FoundClip(
        record.case, record.seed, Path(record.path or ""), record.fps, record.prompt_sent
    )
    return Look(external_record(clip), case, first_frames.asked(record))


def looked(
    looks: Sequence[Look], folder: RunFolder, config: RunConfig, progress: Progress
) -> list[ClipRecord]:
    """The records of clips that were looked at, those looked at before as they are stored.

    Args:
        looks: the clips.
        folder: of their run.
        config: how many processes look at them.
        progress: is told what is remarkable about their first frames.
    """
    known = {(record.case, record.seed): record for record in folder.records()}
    records = first_frames.look(looks, known, config.workers)
    for line in first_frames.remarks(records):
        progress.say(line)
    return records


def _replace_records(folder: RunFolder, records: Sequence[ClipRecord], progress: Progress) -> None:
    """Makes records the whole of a run; what is no longer among them goes, with its rows, and that is said.

    Raises:
        UsageError: none of the clips that were measured under this label is among them, in content or place.
    """
    now = {(record.case, record.seed): record for record in records}
    before = {(record.case, record.seed): record for record in folder.records()}
    shared = [(before[key], now[key]) for key in before if key in now]
    if before and all(old.path != new.path and old.sha256 != new.sha256 for old, new in shared):
        raise UsageError(
            f"the name '{folder.run.label}' is that of other clips, measured on {folder.run.suite_id}, such as"
            f" {next(iter(before.values())).path}: choose another --name, or delete {folder.path}"
        )
    gone = [record for key, record in before.items() if key not in now]
    changed = [new for old, new in shared if old.sha256 != new.sha256]
    if gone or changed:
        progress.say(
            f"clips of '{folder.run.label}' are not what they were, and nor are its numbers:"
            f" {len(changed)} changed, {len(gone)} gone, {len(now) - len(shared)} new"
        )
    folder.forget(gone)
    for record in records:
        folder.write_record(record)
