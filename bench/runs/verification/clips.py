"""Clips of a run and their records: each record against its own digest, each clip against its record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.base import files, reading, temporaries
from bench.errors import BadClip, BadResults
from bench.runs import leases, named_files, stored_values
from bench.runs.folder import RunFolder, is_external
from bench.runs.stored_values import case_and_seed
from bench.runs.verification.fault import AGAIN, Fault, why
from bench.types import ClipRecord

CORRUPT = ".corrupt-"
"""What names of files that were set aside have in them."""


def listed(folder: RunFolder) -> list[Path]:
    """The files among the clips of a run; no temporary ones, and none that was set aside."""
    clips = folder.path / "clips"
    with reading.of(clips):
        names = sorted(clips.iterdir()) if clips.is_dir() else []
    return [path for path in names if is_kept(path)]


def is_kept(path: Path) -> bool:
    """Whether a file is part of the run: neither temporary nor set aside."""
    return not path.name.startswith(temporaries.PREFIX) and CORRUPT not in path.name


def is_record(path: Path) -> bool:
    """Whether a file is named as a record is."""
    return path.suffix == ".json" and case_and_seed(path) is not None


def of_record(folder: RunFolder, path: Path) -> tuple[ClipRecord | None, list[Fault]]:
    """The record in a file, if it is sound, and what is wrong with it or with its clip."""
    name, clip = folder.path.name, path.with_suffix(".mkv")
    try:
        record = named_files.check_record(stored_values.read_record(path), path)
    except BadResults as error:
        aside = (path, *([clip] if clip.exists() else []))
        return None, [Fault(name, "changed", path, why(error, path), AGAIN, aside)]
    return record, list(_of_clip(folder, record, path))


def _of_clip(folder: RunFolder, record: ClipRecord, path: Path) -> Iterator[Fault]:
    if record.error:
        return
    name, clip, is_elsewhere = folder.path.name, folder.locate(record), is_external(record)
    aside = () if is_elsewhere else (clip, path)
    if not (clip.exists() or is_elsewhere or folder.is_in_bucket):
        yield Fault(name, "missing", clip, f"the clip of {path.name} is gone", AGAIN, (path,))
        return
    try:
        if folder.digest(record) != record.sha256:
            yield Fault(name, "changed", clip, "its bytes are not those that its record states", AGAIN, aside)
    except (BadClip, *reading.ABSENT) as error:
        yield Fault(name, "missing" if not clip.exists() else "changed", clip, str(error), AGAIN, aside)


def orphans(folder: RunFolder, paths: Sequence[Path]) -> Iterator[Fault]:
    """Files that are neither a record nor the clip of one, nor of a clip that some process makes now.

    Args:
        folder: of the run.
        paths: of all files among its clips.
    """
    records, in_work = {path.stem for path in paths if is_record(path)}, leases.holders(folder.path)
    for path in paths:
        is_clip = path.suffix == ".mkv" and path.stem in records
        if not (is_clip or is_record(path) or path.stem in in_work):
            what = (
                "it is the clip of no record"
                if path.suffix == ".mkv"
                else "it is neither a clip nor a record"
            )
            yield Fault(folder.path.name, "orphaned", path, what, "nothing needs it", (path,))


def of_other_cases(
    folder: RunFolder, records: Sequence[ClipRecord], cases: frozenset[str]
) -> Iterator[Fault]:
    """Records about cases that are not in the run's suite.

    Args:
        folder: of the run.
        records: that are sound.
        cases: ids of those in the suite.
    """
    for record in records:
        if record.case not in cases:
            path = folder.clip_path(record.case, record.seed).with_suffix(".json")
            clip = [] if record.error or is_external(record) else [folder.locate(record)]
            what = f"the suite of the run has no case '{files.short(record.case)}'"
            yield Fault(folder.path.name, "orphaned", path, what, "nothing needs it", (path, *clip))
