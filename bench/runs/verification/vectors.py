"""What set-level metrics keep of clips: each vector against the digest beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from bench.base import documents, files, reading, sealed, verified
from bench.runs import features
from bench.runs.folder import RunFolder
from bench.runs.verification.clips import is_kept
from bench.runs.verification.fault import MEASURE, Fault

FAILURE = ".json"


def listed(folder: RunFolder) -> list[Path]:
    """The vectors, failures and digests of a run; digests of vectors only where the vector is gone."""
    with reading.of(folder.path):
        found = sorted((folder.path / "features").glob("*/*"))
    paths = set(found)
    return [
        path
        for path in found
        if is_kept(path) and not (path.suffix == verified.SUFFIX and path.with_suffix("") in paths)
    ]


def of_file(folder: RunFolder, path: Path) -> list[Fault]:
    """What is wrong with a vector, with the reason why there is none, or with a digest without a vector."""
    name, aside = folder.path.name, tuple(each for each in (path, verified.beside(path)) if each.exists())
    if path.suffix == verified.SUFFIX:
        what = "its digest is there, and it is not"
        return [Fault(name, "missing", path.with_suffix(""), what, MEASURE, (path,))]
    if path.suffix == FAILURE:
        return [] if _is_sound(path) else [Fault(name, "changed", path, NOT_AS_WRITTEN, MEASURE, aside)]
    stated = verified.stated(path)
    is_sound = features.is_vector(path) if stated is None else files.sha256(path) == stated
    return [] if is_sound else [Fault(name, "changed", path, NOT_AS_WRITTEN, MEASURE, aside)]


NOT_AS_WRITTEN = "it is not as it was written"


def orphans(folder: RunFolder, paths: Collection[Path], clips: Collection[str]) -> Iterator[Fault]:
    """What is kept of clips that are not in the run.

    Args:
        folder: of the run.
        paths: of what is kept.
        clips: digests of the clips of the run.
    """
    for path in paths:
        if path.name.partition(".")[0] not in clips and path.suffix != verified.SUFFIX:
            aside = tuple(each for each in (path, verified.beside(path)) if each.exists())
            what = "no clip of the run has this digest"
            yield Fault(folder.path.name, "orphaned", path, what, "nothing needs it", aside)


def _is_sound(path: Path) -> bool:
    try:
        content = reading.content(path)
        sealed.check(content)
        documents.json_value(content)
    except (*reading.ABSENT, ValueError):
        return False
    return True
