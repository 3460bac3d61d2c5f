"""Pictures written byte by byte: TIFF and EXIF as no library would write them."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Entry = tuple[int, int, int, bytes]
"""Tag, type, count and content of an entry of a TIFF directory (TIFF 6.0, section 2)."""

ORIENTATION, X_RESOLUTION, Y_RESOLUTION = 274, 282, 283
BYTE, ASCII, SHORT, LONG, RATIONAL, SLONG, SRATIONAL, FLOAT, DOUBLE = 1, 2, 3, 4, 5, 9, 10, 11, 12


def directory(entries: Sequence[Entry], at: int) -> bytes:
    """A directory that begins at a place of a little-endian file, and what its entries point to."""
    begin = at + 2 + 12 * len(entries) + 4
    table, body = struct.pack("<H", len(entries)), b""
    for tag, kind, count, content in sorted(entries):
        value = content.ljust(4, b"\0")
        if len(content) > 4:
            value = struct.pack("<I", begin + len(body))
            body += content
        table += struct.pack("<HHI", tag, kind, count) + value
    return table + struct.pack("<I", 0) + body


def exif(*entries: Entry) -> bytes:
    """What Pillow takes as `exif`."""
    return b"Exif\0\0II*\0" + struct.pack("<I", 8) + directory(entries, 8)


def short(tag: int, *numbers: int) -> Entry:
    """An entry of 16-bit numbers."""
    return tag, SHORT, len(numbers), struct.pack(f"<{len(numbers)}H", *numbers)


def long(tag: int, number: int) -> Entry:
    """An entry of one 32-bit number."""
    return tag, LONG, 1, struct.pack("<I", number)


def tiff(levels: NDArray[np.generic], *entries: Entry) -> bytes:
    """An uncompressed TIFF: gray (H, W) or RGB (H, W, 3) of any type of number; further entries are added."""
    count = 1 if levels.ndim == 2 else levels.shape[2]
    content = levels.tobytes()
    kind = {"u": 1, "i": 2, "f": 3}[levels.dtype.kind]
    usual = [
        long(256, levels.shape[1]), long(257, levels.shape[0]), short(258, *[8 * levels.itemsize] * count),
        short(259, 1), short(262, 1 if count == 1 else 2), long(273, 8), short(277, count), long(278, levels.shape[0]),
        long(279, len(content)), short(339, *[kind] * count),
    ]  # fmt: skip
    at = 8 + len(content)
    return b"II*\0" + struct.pack("<I", at) + content + directory([*usual, *entries], at)
