"""Pictures: read from any file, written, brought to a size, converted to gray. No other module does any of this."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.base import files
from bench.errors import BadImage
from bench.media import levels, picture_files
from bench.types import Fit, Frames, Image, Plane

__all__ = ["fit", "fit_frames", "gray", "limited", "read", "write"]

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")


def read(path: Path, most_pixels: int = picture_files.MOST_PIXELS) -> Image:
    """(H, W, 3) uint8 sRGB of a picture file: PNG, JPEG, WebP, GIF, BMP, AVIF, TIFF or PPM; the first of several.

    Turned as its EXIF says; brought to sRGB by its profile where that has a wider gamut (Display P3, Adobe RGB); 16
    bits to 8 (gray is rounded, colour truncated by Pillow, up to a level darker); floats from 0 to 1, as they are from
    a TIFF, to 0 to 255; gray and CMYK converted; transparency laid over white.

    Args:
        path: of the file.
        most_pixels: more are refused.

    Raises:
        BadImage: missing, truncated, too large or not a picture.
    """
    with picture_files.opened(path, most_pixels) as picture:
        return levels.decoded(picture)


def is_readable(path: Path) -> bool:
    """Whether read gives a picture."""
    try:
        read(path)
    except BadImage:
        return False
    return True


def is_first_frame(path: Path) -> bool:
    """Whether a picture says that VideoHelperSuite saved it beside a clip: a PNG with a workflow and a CreationTime.

    Raises:
        BadImage: it cannot be read.
    """
    with picture_files.opened(path) as picture:
        return "CreationTime" in picture.info and not picture.info.keys().isdisjoint(("prompt", "workflow"))


def write(path: Path, image: Image, level: int = 6) -> None:
    """Writes a PNG, whole or not at all.

    Args:
        path: of the file.
        image: (H, W, 3) uint8.
        level: of compression, 0 to 9; 1 takes a third of the time, for a file that is soon deleted.
    """
    from PIL import Image as pillow

    picture = pillow.fromarray(image)
    files.write(path, lambda temporary: picture.save(temporary, format="png", compress_level=level))


def fit(image: Image, width: int, height: int, how: Fit) -> Image:
    """image at width x height: Lanczos with antialiasing (Pillow), on whole pixels.

    Args:
        image: (H, W, 3) uint8.
        width, height: of the result.
        how: 'cover' scales to cover the result and cuts off what overhangs, equally on both sides; 'contain'
            scales to lie within and pads with black; 'stretch' distorts.

    Returns:
        (height, width, 3) uint8; image itself where it has that size.
    """
    from PIL import Image as pillow

    if image.shape[:2] == (height, width):
        return image
    picture = pillow.fromarray(image)
    if how == "stretch":
        return np.asarray(picture.resize((width, height), pillow.Resampling.LANCZOS))
    across, down = width / picture.width, height / picture.height
    if how == "cover":
        box = _centred_box(picture.size, width / max(across, down), height / max(across, down))
        return np.asarray(picture.resize((width, height), pillow.Resampling.LANCZOS, box=box))
    scale = min(across, down)
    inner = picture.resize(
        (max(1, round(picture.width * scale)), max(1, round(picture.height * scale))),
        pillow.Resampling.LANCZOS,
    )
    padded = pillow.new("RGB", (width, height))
    padded.paste(inner, ((width - inner.width) // 2, (height - inner.height) // 2))
    return np.asarray(padded)


def fit_frames(frames: Frames, width: int, height: int, how: Fit) -> Frames:
    """fit, for each of several frames.

    Args:
        frames: (T, H, W, 3) uint8, T at least 1.
        width, height, how: as fit takes them.

    Returns:
        (T, height, width, 3) uint8.
    """
    return np.stack([fit(frame, width, height, how) for frame in frames])


def centre_square(image: Image) -> Image:
    """(S, S, 3): the centre of (H, W, 3), S the shorter side; pixels as they are.

    A copy: a view would keep the whole image in memory.
    """
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return image[top : top + side, left : left + side].copy()


def covering(image: Image, width: int, height: int) -> Image:
    """The centre of an image that fit shows with 'cover', on whole pixels and at the image's own scale.

    Args:
        image: (H, W, 3).
        width, height: that it covers.

    Returns:
        (h, w, 3) in the proportions of width and height; a view.

    >>> covering(np.zeros((60, 80, 3), np.uint8), 160, 90).shape
    (45, 80, 3)
    """
    rows, columns = image.shape[:2]
    scale = min(columns / width, rows / height)
    seen_rows, seen_columns = round(height * scale), round(width * scale)
    top, left = (rows - seen_rows) // 2, (columns - seen_columns) // 2
    return image[top : top + seen_rows, left : left + seen_columns]


def gray(frames: Frames | Image) -> Plane:
    """BT.601 luma of RGB, full range, rounded to uint8 (OpenCV's RGB2GRAY): (T, H, W, 3) -> (T, H, W), or one image.

    scikit-image's rgb2gray has other weights (BT.709) and lies 2 to 3 levels away.
    """
    import cv2

    if frames.ndim == 3:
        return np.asarray(cv2.cvtColor(frames, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    planes = np.empty(frames.shape[:3], dtype=np.uint8)
    for frame, plane in zip(frames, planes, strict=True):
        cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY, dst=plane)
    return planes


def inside(folder: Path) -> list[Path]:
    """The pictures directly inside folder in the order in which they play: frame2.png before frame10.png.

    Hidden files are left out: macOS leaves a '._frame2.png' beside each on a foreign disk.
    """
    found = [
        path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
    ]
    return sorted(found, key=lambda path: (_natural(path.stem), path.name))


def over_white(image: NDArray[np.uint8]) -> Image:
    """(H, W, 3): (H, W, 4) of straight alpha laid over white."""
    from PIL import Image as pillow

    if image[..., 3].min() == 255:
        return np.ascontiguousarray(image[..., :3])
    return np.asarray(levels.over_white(pillow.fromarray(image, "RGBA")))


def _centred_box(size: tuple[int, int], width: float, height: float) -> tuple[float, float, float, float]:
    left, top = max(0.0, (size[0] - width) / 2), max(0.0, (size[1] - height) / 2)
    return (left, top, min(size[0], left + width), min(size[1], top + height))


def _natural(name: str) -> list[str | int]:
    """name as alternating text and numbers, so that lists compare part by part."""
    return [
        int(part) if index % 2 else part for index, part in enumerate(re.split(r"([0-9]+)", name, flags=re.A))
    ]


def limited(image: Image, max_side: int) -> Image:
    """image with its longer side at most max_side: scaled down to even sides where it is larger, else as it is.

    The size of demo's reference clips and of the null models' clips, so that they compare.

    Args:
        image: (H, W, 3) uint8.
        max_side: pixels, at least 2.
    """
    height, width = image.shape[:2]
    scale = max_side / max(height, width)
    if scale >= 1:
        return image
    return fit(image, even(width * scale), even(height * scale), "cover")


def even(length: float) -> int:
    """The even number of pixels nearest to a length; 2 at least."""
    return max(2, 2 * round(length / 2))
