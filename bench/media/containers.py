"""How many pictures the structure of a file holds, by its own sizes: gif, avi, mkv, webm and webp.

A header's count may be a plan that was not carried out, or rounded. So the pictures themselves are counted, from the
first byte to the end that the outermost size states. Nothing is decoded.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

from bench.media.streams import MAX_FRAMES

Bytes: TypeAlias = "mmap.mmap | bytes"

EBML, SEGMENT, CLUSTER, TRACKS = 0x1A45DFA3, 0x18538067, 0x1F43B675, 0x1654AE6B
BLOCK_GROUP, BLOCK, SIMPLE_BLOCK = 0xA0, 0xA1, 0xA3
"""Identifiers of Matroska's elements (RFC 9559)."""

ANNOUNCED = re.compile(rb"\x21\xf9\x04.{4}\x00\x2c", re.DOTALL)
"""A gif's graphic control extension with the picture after it; by chance, once in 10¹² bytes."""

NO_PICTURES = {b"VP8X", b"ANIM", b"ICCP", b"EXIF", b"XMP "}
"""Chunks of an animated webp that hold none."""


class Broken(Exception):
    """Sizes do not lead from the first byte to the end."""


class Unstated(Exception):
    """Sizes are not stated, as in a live stream."""


def pictures_in(path: Path, container: str, number: int) -> int | None:
    """Pictures of a stream that lie in a file, those that repeat the one before not counted.

    Args:
        path: of a file that is not empty.
        container: as FFmpeg names it.
        number: of the stream, from 0.

    Returns:
        None where the file states no size, or is of another container.

    Raises:
        Broken: the file is not whole.
    """
    count = COUNTS.get(container.partition(",")[0])
    if count is None:
        return None
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        try:
            return count(content, number)
        except Unstated:
            return None
        except IndexError:
            raise Broken from None


def has_index(path: Path) -> bool:
    """Whether an mp4 has its box 'moov' among those of the outermost level (ISO 14496-12, 4.2)."""
    with path.open("rb") as file:
        while len(head := file.read(16)) >= 8:
            if head[4:8] == b"moov":
                return True
            size = int.from_bytes(head[:4], "big")
            size = int.from_bytes(head[8:16], "big") if size == 1 else size
            if size < 8:
                return False
            file.seek(size - len(head), 1)
    return False


def _gif(content: Bytes, number: int) -> int:
    """GIF89a, appendix A: blocks up to the trailer. What follows that is not part of the film.

    Bytes that are missing in a picture may hide the next one in it, or end the film early: what announces a picture
    is searched for anywhere, up to where another film begins.
    """
    at, pictures = 13 + _table(content[10]), 0
    while (kind := content[at]) != 0x3B:
        if kind == 0x2C:
            if (pictures := pictures + 1) > MAX_FRAMES:
                return pictures  # the film is refused anyway
            at += 11 + _table(content[at + 9])
        elif kind == 0x21:
            at += 2
        elif kind:
            raise Broken
        while size := content[at]:
            at += size + 1
        at += 1
    following = content.find(b"GIF8", at)
    if pictures < len(ANNOUNCED.findall(content, 0, following if following > 0 else len(content))):
        raise Broken
    return pictures


def _table(flags: int) -> int:
    """Bytes of a table of colours."""
    return 6 << (flags & 7) if flags & 0x80 else 0


def _avi(content: Bytes, number: int) -> int:
    """Counted in the index at the end, which is written last; entries of no bytes repeat the picture before."""
    for kind, begin, end in _chunks(content, 12, len(content)):
        if kind == b"idx1":
            index = content[begin:end]
            entries = [(index[at : at + 4], index[at + 12 : at + 16]) for at in range(0, len(index) - 15, 16)]
            own = b"%02d" % number
            return sum(name[:2] == own and name[2:] in (b"dc", b"db") and any(size) for name, size in entries)
    raise Broken


def _chunks(content: Bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    while at + 8 <= end:
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        if at + 8 + size > end:
            raise Broken
        yield content[at : at + 4], at + 8, at + 8 + size
        at += 8 + size + size % 2


def _webp(content: Bytes, number: int) -> int:
    """A chunk of a kind that nobody knows counts: decoders pass over it, and it was a picture before a byte changed."""
    return sum(kind not in NO_PICTURES for kind, _, _ in _chunks(content, 12, len(content)))


def _matroska(content: Bytes, number: int) -> int:
    """Blocks of the segment, whose size is written last; a live stream leaves it unknown."""
    segment = next((each for each in _elements(content, 0, len(content)) if each[0] == SEGMENT), None)
    if segment is None:
        raise Broken
    track, blocks = 0, 0
    for kind, begin, end in _elements(content, *segment[1:]):
        if kind == TRACKS:
            track = _track_number(content, begin, end, number)
        if kind == CLUSTER:
            blocks += sum(_block_track(content, each) == track for each in _elements(content, begin, end))
    return blocks


def _track_number(content: Bytes, begin: int, end: int, number: int) -> int:
    tracks = [each for each in _elements(content, begin, end) if each[0] == 0xAE]
    for kind, start, stop in _elements(content, *tracks[number][1:]):
        if kind == 0xD7:
            return int.from_bytes(content[start:stop], "big")
    raise Broken


def _block_track(content: Bytes, element: tuple[int, int, int]) -> int | None:
    kind, begin, end = element
    if kind == BLOCK_GROUP:
        return next(
            (
                _variable(content, start)[0]
                for kind, start, _ in _elements(content, begin, end)
                if kind == BLOCK
            ),
            None,
        )
    return _variable(content, begin)[0] if kind == SIMPLE_BLOCK else None


def _elements(content: Bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Identifier, begin and end of each element between two places."""
    while at < end:
        _, after = _variable(content, at)
        identifier = int.from_bytes(content[at:after], "big")
        size, begin = _variable(content, after)
        if size == (1 << 7 * (begin - after)) - 1:
            raise Unstated
        if begin + size > end:
            raise Broken
        yield identifier, begin, begin + size
        at = begin + size


def _variable(content: Bytes, at: int) -> tuple[int, int]:
    """An integer of EBML (RFC 8794, 4) without its mark, and where it ends."""
    length = 9 - content[at].bit_length()
    if length > 8:
        raise Broken
    return int.from_bytes(content[at : at + length], "big") & ((1 << 7 * length) - 1), at + length


COUNTS: dict[str, Callable[[Bytes, int], int]] = {
    "gif": _gif, "avi": _avi, "matroska": _matroska, "webp": _webp
}  # fmt: skip
