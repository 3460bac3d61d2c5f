"""Clips as browsers play them: H.264 made on demand, since no browser plays the lossless originals.

A preview's name holds the clip's digest and the way previews are made, so that a clip that was made again never shows
its old preview, and no clip one of an older kind. Only previews that were made on this machine are shown: the cache
knows their digests.
"""

from __future__ import annotations

import re
from pathlib import Path

from bench.base import files
from bench.errors import StorageFailed, Unavailable
from bench.media import encoding, video
from bench.runs import RunFolder, named_files
from bench.types import ClipRecord

NAME = re.compile(r"[A-Za-z0-9._-]{1,220}\.mp4")


def name(record: ClipRecord) -> str:
    """'duck-0-1f2e3d4c5b6a.mp4'; a safe file name for any record."""
    readable = re.sub(r"[^A-Za-z0-9._-]", "-", f"{record.case}-{record.seed}")[:150]
    content = [record.case, record.seed, record.sha256, record.fps, encoding.PREVIEW_VERSION]
    return f"{readable}-{files.digest(content)[:12]}.mp4"


def existing(folder: RunFolder, wanted: str) -> Path | None:
    """The file of a preview of that name; None for any other name, or if it does not exist yet."""
    if not NAME.fullmatch(wanted):
        return None
    paths = (place / wanted for place in _places(folder))
    return next((path for path in paths if _is_made_here(path)), None)


def _is_made_here(path: Path) -> bool:
    """Whether a preview was made on this machine, and is as it was."""
    return path.is_file() and not path.is_symlink() and _note(path).exists()


def _note(path: Path) -> Path:
    """The file in the cache whose name says that a preview of this content was made here.

    Players ask for many parts of one preview.
    """
    return files.cache() / "previews" / "made" / files.sha256_once(path)


def make(folder: RunFolder, record: ClipRecord) -> Path:
    """The preview of a clip, made now if need be.

    Raises:
        BadClip: the clip cannot be decoded.
        Unavailable: neither the run's folder nor the cache can be written to.
    """
    return existing(folder, name(record)) or _made(folder, record)


def _places(folder: RunFolder) -> tuple[Path, ...]:
    """Where a preview may be: in the run's folder, or in the cache if that is read-only or a link."""
    own, cached = folder.path / "previews", files.cache() / "previews" / folder.path.name
    return (own, cached) if named_files.is_inside(own, folder.path) else (cached,)


def _made(folder: RunFolder, record: ClipRecord) -> Path:
    path = folder.fetch(record)
    named_files.check_shown(path, record, folder.path)
    clip = video.read_clip(path, record.fps)
    problems = []
    for place in _places(folder):
        try:
            encoding.write_preview(place / name(record), clip)
            files.write_text(_note(place / name(record)), "")
        except StorageFailed as error:
            problems.append(error.reason)
            continue
        return place / name(record)
    raise Unavailable(
        f"no preview can be written ({'; '.join(problems)})", "free some space or set BENCH_CACHE"
    )
