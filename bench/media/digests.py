"""What a clip, or a case of somebody's own, is: by what its files hold, wherever they lie."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from bench.base import files
from bench.errors import BadClip
from bench.media import pictures
from bench.types import Case


def clip_digest(path: Path) -> str:
    """sha256 of a clip: of the file's bytes, or of the names and bytes of the pictures that read_clip would play.

    Raises:
        BadClip: there is nothing, it cannot be read, or it is neither a regular file nor a folder of frames.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISREG(mode):
            return files.sha256(path)
        if stat.S_ISDIR(mode):
            return _digest_of_frames(path)
    except (FileNotFoundError, NotADirectoryError):
        raise BadClip(f"clip {path} does not exist") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL byte in the name
        raise BadClip(f"clip {files.short(str(path))} cannot be read: {files.why(error)}") from None
    raise BadClip(f"clip {path} is neither a file nor a folder of frames")


def case_digest(case: Case) -> str:
    """sha256 of what decides a clip or a number of a case of somebody's own, from its files as they are now.

    That is its id, its prompt and what image, reference, keyframes and keep mask hold, wherever they lie; a file that
    cannot be read counts as missing. The category decides neither clip nor number.
    """
    reference = case.reference and _reference_digest(case.reference)
    return files.digest([case.id, case.prompt, _image_digest(case.image), reference, *_wishes(case)])


def _wishes(case: Case) -> Iterator[list[object]]:
    """Of keyframes and keep mask, where there are any: cases that are older than these keep their digest."""
    if case.keyframes:
        yield ["keyframes", [[_image_digest(each.image), each.frame] for each in case.keyframes]]
    if case.keep:
        yield ["keep", _image_digest(case.keep)]


def _digest_of_frames(folder: Path) -> str:
    frames = pictures.inside(folder)
    if not frames:
        raise BadClip(f"clip {folder} is a folder without pictures ({', '.join(pictures.SUFFIXES)})")
    for frame in frames:
        if not frame.is_file():
            raise BadClip(f"clip {folder}: {frame.name} is not a file")
    return files.digest([[frame.name, files.sha256(frame)] for frame in frames])


def _image_digest(path: Path) -> str:
    try:
        return files.sha256(path) if stat.S_ISREG(files.mode(path)) else "missing"
    except OSError:
        return "missing"


def _reference_digest(path: Path) -> str:
    try:
        return clip_digest(path)
    except BadClip:
        return "missing"
