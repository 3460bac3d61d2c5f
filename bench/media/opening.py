"""Clips opened in this process by what their names say they are: a film, an animated picture, a folder of frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from bench.errors import BadClip, BadImage
from bench.media import animations, file_kinds, films, pictures
from bench.media.frame_folders import series
from bench.media.streams import MAX_PIXELS, Stream, broken_is_bad_clip, same_size
from bench.types import Image

DEMUXERS = {
    ".mp4": "mp4", ".m4v": "mp4", ".mov": "mp4", ".mkv": "matroska", ".webm": "matroska", ".gif": "gif", ".avi": "avi",
}  # fmt: skip
"""Suffix -> the only container that is tried. Left to guess, libavformat opens a text file named .mp4 as a playlist
and plays the file that it points to."""

ANIMATIONS = {".webp": "webp", ".png": "png", ".apng": "png"}
"""Suffix -> container of pictures that may move: see bench.media.animations."""

FRAMES_FPS = 8.0
"""Frame rate of a folder of frames whose rate is not given."""


@contextmanager
def opened(path: Path, fps: float | None = None) -> Iterator[Stream]:
    """A clip that is being decoded in this process; see bench.media.video.stream.

    Args:
        path: of the file or folder.
        fps: frames per second of a folder of frames; None for FRAMES_FPS.

    Raises:
        BadClip: missing, empty, not a film, too large, or something else in disguise.
    """
    with broken_is_bad_clip(path), _stream(path, fps) as stream:
        yield stream


def is_film(path: Path) -> bool:
    """Whether a file is a film by its suffix; a WebP or PNG is one if it moves."""
    suffix = path.suffix.lower()
    if suffix not in ANIMATIONS:
        return suffix in DEMUXERS
    try:
        return path.is_file() and file_kinds.is_animated(path)
    except OSError:
        return False


def _stream(path: Path, fps: float | None) -> AbstractContextManager[Stream]:
    if path.is_dir():
        return nullcontext(_folder_stream(path, fps))
    container = _container(path)
    is_film = path.suffix.lower() in DEMUXERS
    return films.stream(path, container) if is_film else animations.stream(path, container)


def _container(path: Path) -> str:
    """The container that a file's name says, and its content does not contradict.

    Raises:
        BadClip: there is none.
    """
    container = (DEMUXERS | ANIMATIONS).get(path.suffix.lower())
    if not path.is_file():  # a pipe or a device would be read for ever
        raise BadClip(f"clip {path} {'is not a file' if path.exists() else 'does not exist'}")
    if path.stat().st_size == 0:
        raise BadClip(f"clip {path} is empty: copy or download it again")
    kind = file_kinds.of(path)
    if container is None:
        what = f"; it is {kind.what}: {kind.remedy}" if kind else ""
        raise BadClip(
            f"clip {path} is none of {', '.join(DEMUXERS | ANIMATIONS)}, nor a folder of frames{what}"
        )
    if kind and kind.container != container:
        raise BadClip(f"clip {path} cannot be decoded: it is {kind.what}; {kind.remedy}")
    return container


def _folder_stream(path: Path, fps: float | None) -> Stream:
    found = series(path)
    facts = {"container": "folder", "codec": found[0].suffix[1:].lower()}
    return Stream(_folder_frames(path, found), fps or FRAMES_FPS, facts)


def _folder_frames(path: Path, found: Sequence[Path]) -> Iterator[Image]:
    size: tuple[int, int] | None = None
    for number, picture in enumerate(found):
        try:
            with broken_is_bad_clip(path):
                frame = pictures.read(picture, MAX_PIXELS)
        except BadImage as error:
            raise BadClip(f"clip {path}: {error}") from error
        size = same_size(path, frame, size, number)
        yield frame
