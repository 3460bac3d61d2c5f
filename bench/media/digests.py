"""What a clip is: by what its files hold, wherever they lie."""

from __future__ import annotations

import stat
import zlib
from functools import lru_cache
from pathlib import Path

from bench.base import files, reading
from bench.errors import BadClip, BadImage
from bench.media import levels, picture_files, profiles, video
from bench.media.frame_folders import series

PROFILE_MARKS = (b"iCCP", b"acsp")
"""PNG's chunk of a profile, and the signature of every profile (ICC.1:2010, 7.2.11), which others store as it is."""

TIFF_MARKS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
"""How a TIFF begins, the large kind included; only there levels are floats."""

MOST_PROFILE = 1 << 20
"""Bytes of a profile that are looked at."""


def clip_digest(path: Path) -> str:
    """sha256 of a clip: of the file's bytes, or of the names and bytes of the pictures that read_clip would play.

    Where a film is shown otherwise than it is stored (see bench.media.showing), that is part of the digest: numbers of
    stored pixels, which were measured once, are not numbers of this clip.

    Raises:
        BadClip: there is nothing, it cannot be read, or it is neither a regular file nor a folder of frames.
        StorageFailed: the disk failed.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISREG(mode):
            return _digest_of_film(path, files.stamp(path))
        if stat.S_ISDIR(mode):
            return _digest_of_frames(path)
    except (FileNotFoundError, NotADirectoryError):
        raise BadClip(f"clip {path} does not exist") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL byte in the name
        reading.refuse(error)
        raise BadClip(f"clip {files.short(str(path))} cannot be read: {files.why(error)}") from None
    raise BadClip(f"clip {path} is neither a file nor a folder of frames")


def picture_digest(path: Path) -> str:
    """sha256 of a picture's bytes; where it is read otherwise than it once was, of that, too.

    That is where its colours are brought to sRGB by a profile, and where its levels are floats from 0 to 1, which once
    were black.

    Raises:
        OSError: it cannot be read.
    """
    return _digest_of_picture(path, files.stamp(path))


@lru_cache(maxsize=4096)
def _digest_of_picture(path: Path, stamp: tuple[int, ...]) -> str:
    """Once per picture and process: cases share pictures, and those of a suite may be gigabytes."""
    sha256 = files.sha256(path)
    return files.digest([sha256, conversion]) if (conversion := _conversion(path)) else sha256


def _conversion(path: Path) -> str:
    """How levels are changed, '' if they are not; Pillow is imported only where there may be something."""
    content = files.content(path)
    has_profile = any(mark in content for mark in PROFILE_MARKS) and profiles.USUAL not in _profiles(content)
    if not has_profile and not content.startswith(TIFF_MARKS):
        return ""
    try:
        with picture_files.opened(path) as picture:
            if profiles.is_converted(picture):
                return "to sRGB"
            return "floats of 0 to 1" if levels.is_of_unit(picture) else ""
    except BadImage as error:
        reading.refuse(error)
        return ""  # its reader says what is wrong


def _profiles(content: bytes) -> bytes:
    """What holds a picture's profile as it is: the file, or PNG's compressed chunk (11.3.2.3 of its specification)."""
    at = content.find(b"iCCP")
    if not content.startswith(b"\x89PNG") or at < 0:
        return content
    length = int.from_bytes(content[at - 4 : at], "big")
    _, _, packed = content[at + 4 : at + 4 + length].partition(b"\0")
    try:
        return zlib.decompressobj().decompress(packed[1:], MOST_PROFILE)
    except zlib.error:
        return b""


@lru_cache(maxsize=4096)
def _digest_of_film(path: Path, stamp: tuple[int, ...]) -> str:
    """Looked at again only when its stamp differs: to know how it is shown, its first frame is decoded."""
    return _as_shown(path, files.sha256(path))


def _as_shown(path: Path, sha256: str) -> str:
    try:
        with video.stream(path) as opened:
            unusual = opened.shown
    except BadClip as error:
        reading.refuse(error)
        return sha256  # the failure row says what is wrong
    return files.digest([sha256, unusual]) if unusual else sha256


def _digest_of_frames(folder: Path) -> str:
    frames = series(folder)
    for frame in frames:
        if not frame.is_file():
            raise BadClip(f"clip {folder}: {frame.name} is not a file")
    return files.digest([[frame.name, picture_digest(frame)] for frame in frames])
