"""What the files of a run may name, since a run's folder may come from a stranger.

Names become parts of paths: each is one plain name. Clips lie in the run's folder; clips that were made elsewhere are
read where they lie. Neither is shown unless it holds what the run's digest says: only somebody who knows a file can
state its digest, so that no stranger's run brings out what only this machine has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bench.base import files
from bench.errors import BadClip, BadResults
from bench.media import digests
from bench.runs import stored_values
from bench.types import ClipRecord, Run, Suite

SHA256 = re.compile(r"[0-9a-f]{64}")

EXTERNAL = "clips"
"""The model of runs of clips that were made elsewhere."""


def check_run(run: Run, path: Path) -> Run:
    """The run, if its names are names of files.

    Raises:
        BadResults: one is not; path is of the file that says it.
    """
    for name in (run.id, run.suite, run.suite_version):
        if not files.is_name(name):
            raise BadResults(f"{path} cannot be read: {files.short(repr(name))} is no name of a file")
    return run


def check_suite(suite: Suite, path: Path) -> Suite:
    """The suite, if the ids of its cases are names of files; its images are checked where they are shown.

    Raises:
        BadResults: one is not; path is of the file that says it.
    """
    for case in suite.cases:
        if not files.is_name(case.id):
            raise BadResults(f"{path} cannot be read: {files.short(repr(case.id))} is no name of a case")
    return suite


def check_record(record: ClipRecord, path: Path) -> ClipRecord:
    """The record, if it is about the clip that its file is named after, and names no file that is not the run's.

    Raises:
        BadResults: it is about another clip, its digest is none, or it names a file elsewhere, which only clips that
            were made elsewhere may; path is of its file, <run>/clips/<case>-<seed>.json.
    """
    if path.stem != f"{record.case}-{record.seed}":
        raise BadResults(f"{path} cannot be read: it is about {record.case}, seed {record.seed}")
    if record.sha256 and not SHA256.fullmatch(record.sha256):
        raise BadResults(f"{path} cannot be read: {files.short(repr(record.sha256))} is no sha256")
    named = record.path or ""
    is_elsewhere = named.startswith("/") and not _is_of_external_clips(path.parents[1])
    if is_elsewhere or not all(map(_is_part, named.split("/"))):
        raise BadResults(
            f"{path} cannot be read: its clip {files.short(repr(record.path))} is not in the run's folder"
        )
    return record


def _is_part(name: str) -> bool:
    """Whether a file system takes it, and it leads nowhere else; '' is what stands before and between slashes."""
    return name != ".." and "\0" not in name and len(name.encode(errors="replace")) <= files.LONGEST_NAME


def _is_of_external_clips(run: Path) -> bool:
    try:
        return stored_values.read_run(run / "run.json").model == EXTERNAL
    except BadResults:
        return False


def check_shown(clip: Path, record: ClipRecord, folder: Path) -> None:
    """Refuses to show a clip that is not what its record says, or that a link leads to.

    Args:
        clip: its file or folder of frames.
        record: of it.
        folder: of its run.

    Raises:
        BadClip: it has changed since it was measured, or lies outside of the folder that it seems to lie in.
    """
    is_elsewhere = Path(record.path or "").is_absolute()
    if not is_elsewhere and not is_inside(clip, folder):
        raise BadClip(f"clip {clip} is a link that leaves the folder of its run: it is not shown")
    if record.sha256 not in _digests(clip, is_elsewhere):
        raise BadClip(f"clip {clip} has changed since it was made")


def _digests(clip: Path, is_elsewhere: bool) -> Iterator[str]:
    """Those that records of a clip may have: earlier versions did not look at how a film is shown."""
    if clip.is_file():
        yield files.sha256(clip)
    if is_elsewhere:
        yield digests.clip_digest(clip)


def is_inside(path: Path, folder: Path) -> bool:
    """Whether a path leads into a folder, links followed."""
    return path.resolve().is_relative_to(folder.resolve())
