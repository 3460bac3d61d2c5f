"""The folders of runs that words mean, also of runs that cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.base import reading
from bench.errors import UnknownName, UsageError
from bench.runs import finding
from bench.runs.folder import RunFolder


def places(out: Path, words: Sequence[str]) -> list[RunFolder]:
    """The folders of runs that words mean, also of runs that cannot be read.

    Args:
        out: where runs are looked for by name.
        words: runs by id, its beginning or label, or folders of runs; none for all runs below out.

    Raises:
        UnknownName: there is no such run, and no such folder.
        UsageError: there are no runs in a folder.
    """
    meant = [each for word in words for each in _meant(out, word)] if words else _in(out)
    return list(dict.fromkeys(meant))


def _meant(out: Path, word: str) -> list[RunFolder]:
    try:
        return [finding.named(out, word)]
    except UnknownName:
        if not Path(word).is_dir():
            raise
    return _in(Path(word))


def _in(folder: Path) -> list[RunFolder]:
    """The folder, if it is that of a run, else those of runs in it."""
    with reading.of(folder):
        inside = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    found = [RunFolder(path) for path in (folder, *inside) if _is_of_run(path)]
    if not found:
        raise UsageError(f"there are no runs in {folder}: bench run makes some, --out says where they are")
    return found[:1] if found[0].path == folder else found


def _is_of_run(path: Path) -> bool:
    """Also without run.json, which then is what is missing."""
    return any((path / name).exists() for name in ("run.json", "clips", "results.parquet", "measurements"))
