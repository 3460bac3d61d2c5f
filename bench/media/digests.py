"""What a clip is: by what its files hold, wherever they lie."""

from __future__ import annotations

import stat
from pathlib import Path

from bench.base import files
from bench.errors import BadClip
from bench.media import video
from bench.media.frame_folders import series


def clip_digest(path: Path) -> str:
    """sha256 of a clip: of the file's bytes, or of the names and bytes of the pictures that read_clip would play.

    Where a film is shown otherwise than it is stored (see bench.media.showing), that is part of the digest: numbers of
    stored pixels, which were measured once, are not numbers of this clip.

    Raises:
        BadClip: there is nothing, it cannot be read, or it is neither a regular file nor a folder of frames.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISREG(mode):
            return _as_shown(path, files.sha256(path))
        if stat.S_ISDIR(mode):
            return _digest_of_frames(path)
    except (FileNotFoundError, NotADirectoryError):
        raise BadClip(f"clip {path} does not exist") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL byte in the name
        raise BadClip(f"clip {files.short(str(path))} cannot be read: {files.why(error)}") from None
    raise BadClip(f"clip {path} is neither a file nor a folder of frames")


def _as_shown(path: Path, sha256: str) -> str:
    try:
        with video.stream(path) as opened:
            unusual = opened.showing.facts()
    except BadClip:  # says so where it is measured
        return sha256
    return files.digest([sha256, unusual]) if unusual else sha256


def _digest_of_frames(folder: Path) -> str:
    frames = series(folder)
    for frame in frames:
        if not frame.is_file():
            raise BadClip(f"clip {folder}: {frame.name} is not a file")
    return files.digest([[frame.name, files.sha256(frame)] for frame in frames])
