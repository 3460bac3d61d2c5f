"""Records of clips of which two machines made one each: which of the two stands."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from bench.base import files, reading
from bench.errors import BadResults
from bench.runs import named_files, stored_values
from bench.types import ClipRecord


def parsed(content: bytes, path: Path) -> ClipRecord:
    """A record.

    Args:
        content: of its file.
        path: of the file, by which it is named.

    Raises:
        BadResults: it is broken, or about another clip.
    """
    return named_files.check_record(stored_values.parsed(ClipRecord, content, path), path)


def replaces(ours: ClipRecord, content: bytes, path: Path) -> bool:
    """Whether a record of this machine takes the place of one that is in the bucket already.

    It does if that one is broken or of a failure; and clips that were made elsewhere are what this machine was given
    last.

    Args:
        ours: the record here.
        content: of the one in the bucket.
        path: of the file here.
    """
    try:
        theirs = parsed(content, path)
    except BadResults:
        return True
    return Path(ours.path or "").is_absolute() or bool(theirs.error and not ours.error)


def take(path: Path, content: bytes) -> None:
    """Makes the record in the bucket that of this machine, unless the one that is here replaces it.

    The clip that is here goes if it is another; theirs is brought when somebody looks at it.

    Args:
        path: of the record here.
        content: of the one in the bucket.

    Raises:
        BadResults: that one is broken; nothing is changed.
    """
    theirs, ours = parsed(content, path), None
    with suppress(BadResults, *reading.ABSENT):
        ours = parsed(reading.content(path), path)
    if ours and replaces(ours, content, path):
        return
    if theirs.path and not Path(theirs.path).is_absolute() and not (ours and ours.sha256 == theirs.sha256):
        path.with_suffix(Path(theirs.path).suffix).unlink(missing_ok=True)
    files.write_bytes(path, content)
