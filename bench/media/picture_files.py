"""Picture files: opened as one of a few formats, within limits; whatever is wrong with one is a BadImage of one line.

Pillow opens fifty formats, tells them by their first bytes, and starts Ghostscript for one of them: so a file from a
stranger is not opened as whatever it says it is. Pillow's decoders raise errors of a dozen kinds, and warn of odd
metadata.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bench.base import files
from bench.errors import BadImage, BenchError
from bench.media import file_kinds

if TYPE_CHECKING:
    from PIL import ImageFile

ANY_NAME = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "AVIF")
"""What browsers show is read under any name: half of what is called .png or .jpg on the web is another of these."""

BY_NAME = {
    ".tif": "TIFF", ".tiff": "TIFF", ".ppm": "PPM", ".pgm": "PPM", ".pbm": "PPM", ".pnm": "PPM", ".jpg": "JPEG",
    ".jpeg": "JPEG", ".webp": "WEBP", ".gif": "GIF", ".bmp": "BMP", ".avif": "AVIF",
}  # fmt: skip
"""Suffix -> the format that is tried first; TIFF and PPM under no other name."""

MOST_PIXELS = 1 << 27
"""134 megapixels: photographs of 108, panoramas of 16,384 x 8,192. A larger picture is refused before it is decoded: a
200 kB file can ask for gigabytes. Reading takes 7 bytes per pixel at its height (0.34 GB for 48 megapixels, 0.94 GB for
the most), and leaves 3."""

MOST_BYTES = 2 << 30
"""Bytes per file; 134 megapixels of 16-bit RGBA take half of that, uncompressed."""

MOST_SCANS = 100
"""Scans per progressive JPEG. Encoders make about ten; each goes over the whole picture, and 1 MB holds thousands."""

SCAN = re.compile(rb"\xff\xda\x00(?:\x08\x01|\x0a\x02|\x0c\x03|\x0e\x04)")
"""How a scan of one to four components begins (ITU-T T.81, B.2.3)."""


@contextmanager
def opened(path: Path, most_pixels: int = MOST_PIXELS) -> Iterator[ImageFile.ImageFile]:
    """A picture, opened but not decoded; whatever goes wrong with it in the block becomes a BadImage.

    Args:
        path: of the file.
        most_pixels: more are refused.

    Raises:
        BadImage: missing, empty, cut short, too large, or no picture of a format that is read.
    """
    from PIL import Image as pillow, UnidentifiedImageError

    try:
        _refuse_file(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd metadata, and of sizes that have a limit here
            with pillow.open(path, formats=_formats(path)) as picture:
                _refuse_size(path, picture, most_pixels)
                yield picture
    except BenchError:
        raise
    except UnidentifiedImageError:
        raise BadImage(f"image {path} is not a picture that Pillow can read: {_described(path)}") from None
    except MemoryError as error:
        raise BadImage(f"image {path} does not fit into memory") from error
    except Exception as error:  # decoders raise struct.error, TypeError, AttributeError, EOFError, …
        why = " ".join(files.why(error).split()) or type(error).__name__
        raise BadImage(f"image {files.short(str(path))} cannot be read: {files.short(why)}") from error


def _formats(path: Path) -> list[str]:
    """The formats that a file of this name may have, the likeliest first: Pillow then imports no other decoder."""
    return list(dict.fromkeys((BY_NAME.get(path.suffix.lower(), ANY_NAME[0]), *ANY_NAME)))


def _refuse_file(path: Path) -> None:
    if not path.is_file():  # a pipe or a device would be read for ever
        raise BadImage(f"image {path} {'is not a file' if path.exists() else 'does not exist'}")
    if (size := path.stat().st_size) > MOST_BYTES:
        raise BadImage(f"image {path} has {size} bytes, over the limit of {MOST_BYTES}")


def _refuse_size(path: Path, picture: ImageFile.ImageFile, most_pixels: int) -> None:
    width, height = picture.size
    if width * height > most_pixels:
        limit = f"over the limit of {most_pixels}: scale it down"
        raise BadImage(f"image {path} has {width} x {height} pixels, {limit}")
    if picture.info.get("progressive") and (scans := len(SCAN.findall(files.content(path)))) > MOST_SCANS:
        raise BadImage(f"image {path} has {scans} scans, over the limit of {MOST_SCANS}: save it anew")


def _described(path: Path) -> str:
    """What a file that is not a picture is, as far as its first bytes tell."""
    from PIL import Image as pillow

    with path.open("rb") as file:
        head = file.read(16)
    if not head:
        return "it is empty"
    pillow.init()
    formats = [name for name, (_, accepts) in pillow.OPEN.items() if accepts and accepts(head)]
    if formats and formats[0] in _formats(path):
        return f"it is broken {formats[0]}, or of a rare kind; save it anew as PNG"
    if (kind := file_kinds.of(path)) and kind.picture:
        return f"it is {kind.what}; {kind.picture}"
    if formats:
        return f"it is {formats[0]}; save it as PNG"
    return f"it is none of {', '.join((*ANY_NAME, 'TIFF'))}"
