"""Every kind of picture file that people have becomes the same (H, W, 3) uint8, or a clear error."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from bench.errors import BadImage
from bench.media import pictures, streams

GRADIENT = np.tile(np.linspace(0, 255, 60).round().astype(np.uint8), (40, 1))
"""(40, 60): black at the left to white at the right."""

COLOURS = np.stack([GRADIENT, GRADIENT[:, ::-1], np.full_like(GRADIENT, 100)], axis=2)


def saved(picture: Image.Image, path: Path, **options: object) -> Path:
    picture.save(path, **options)
    return path


def test_rgb_is_read_as_it_is(tmp_path: Path) -> None:
    read = pictures.read(saved(Image.fromarray(COLOURS), tmp_path / "a.png"))
    assert read.dtype == np.uint8
    assert (read == COLOURS).all()


def test_gray_has_three_equal_channels(tmp_path: Path) -> None:
    read = pictures.read(saved(Image.fromarray(GRADIENT), tmp_path / "a.png"))
    assert (read == GRADIENT[..., None]).all()
    assert read.shape == (40, 60, 3)


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_16_bits_are_rounded_to_8(tmp_path: Path, suffix: str) -> None:
    """Level v of 8 bits is 257 v of 16 (255 · 257 = 65535); up to 128 more rounds back to v, 129 more to v + 1."""
    deep = GRADIENT.astype(np.uint16) * 257
    deep[:20, 1:-1] += 128
    deep[20:, 1:-1] += 129
    read = pictures.read(saved(Image.fromarray(deep), tmp_path / f"a.{suffix}"))
    expected = GRADIENT.astype(int).copy()
    expected[20:, 1:-1] += 1
    assert (read == expected[..., None]).all()


def test_16_bits_a_colour_are_read_to_a_level(tmp_path: Path) -> None:
    """Pillow drops the lower byte of a 16-bit RGB PNG instead of rounding: at most one level too dark."""
    deep = COLOURS.astype(np.uint16) * 257
    assert cv2.imwrite(str(tmp_path / "a.png"), deep[..., ::-1])
    read = pictures.read(tmp_path / "a.png").astype(int)
    assert np.abs(read - COLOURS).max() <= 1


def test_cmyk_is_converted(tmp_path: Path) -> None:
    """Cyan alone is no red, full green and blue; JPEG's loss on a flat colour is at most a few levels."""
    cyan = Image.new("CMYK", (60, 40), (255, 0, 0, 0))
    read = pictures.read(saved(cyan, tmp_path / "a.jpg", quality=95))
    assert read.shape == (40, 60, 3)
    assert np.abs(read.astype(int) - [0, 255, 255]).max() <= 4


def test_palette_is_converted(tmp_path: Path) -> None:
    picture = Image.fromarray(COLOURS).quantize(16)
    read = pictures.read(saved(picture, tmp_path / "a.png"))
    assert (read == np.asarray(picture.convert("RGB"))).all()


def test_transparency_lies_over_white(tmp_path: Path) -> None:
    """Alpha a over white: c · a / 255 + 255 · (1 - a / 255)."""
    alpha = np.full((40, 60, 1), 102, np.uint8)
    alpha[:, 30:] = 0
    read = pictures.read(saved(Image.fromarray(np.dstack([COLOURS, alpha])), tmp_path / "a.png"))
    assert (read[:, 30:] == 255).all()
    assert np.abs(read[:, :30] - (COLOURS[:, :30] * 0.4 + 255 * 0.6)).max() <= 1


def test_gray_with_alpha_lies_over_white_too(tmp_path: Path) -> None:
    pair = np.dstack([GRADIENT, np.zeros_like(GRADIENT)])
    assert (pictures.read(saved(Image.fromarray(pair, "LA"), tmp_path / "a.png")) == 255).all()


TURNS: dict[int, Callable[[np.ndarray], np.ndarray]] = {
    1: lambda a: a, 2: lambda a: a[:, ::-1], 3: lambda a: a[::-1, ::-1], 4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2), 6: lambda a: np.rot90(a, -1), 7: lambda a: np.rot90(a, 2).transpose(1, 0, 2),
    8: np.rot90,
}  # fmt: skip
"""Orientation -> what makes the picture upright (EXIF 2.32, tag 0x0112): 6 means turn clockwise, as phones write."""


@pytest.mark.parametrize("orientation", TURNS)
def test_exif_turns_the_picture_upright(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    read = pictures.read(saved(Image.fromarray(COLOURS), tmp_path / "a.png", exif=exif))
    assert (read == TURNS[orientation](COLOURS)).all()


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "bmp", "tif"])
def test_a_truncated_file_is_named(tmp_path: Path, suffix: str) -> None:
    noise = np.random.default_rng(0).integers(256, size=(64, 64, 3), dtype=np.uint8)
    whole = saved(Image.fromarray(noise), tmp_path / f"whole.{suffix}").read_bytes()
    path = tmp_path / f"cut.{suffix}"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadImage, match=rf"image .*cut\.{suffix} "):
        pictures.read(path)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadImage, match=r"image .*absent\.png does not exist"):
        pictures.read(tmp_path / "absent.png")


@pytest.mark.parametrize("content", [b"", b"a text", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(content)
    with pytest.raises(BadImage, match=r"a\.png"):
        pictures.read(path)


def test_a_picture_that_asks_for_gigabytes_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    small = saved(Image.new("1", (1, 1)), tmp_path / "a.png").read_bytes()
    header = b"IHDR" + struct.pack(">II", 12_000, 12_000) + small[24:29]
    path = tmp_path / "a.png"
    path.write_bytes(small[:12] + header + struct.pack(">I", zlib.crc32(header)) + small[33:])
    with pytest.raises(BadImage, match=r"12000 x 12000 pixels, over the limit of 134217728: scale it down"):
        pictures.read(path)
    with pytest.raises(BadImage, match=r"over the limit of 16777216"):
        pictures.read(path, streams.MAX_PIXELS)


def test_a_folder_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(BadImage, match="is not a file"):
        pictures.read(tmp_path)


@pytest.mark.parametrize("name", ["a" * 5000 + ".png", "a\0b.png"])
def test_an_impossible_name_is_a_bad_image(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadImage, match=r"cannot be read|does not exist"):
        pictures.read(tmp_path / name)


@pytest.mark.parametrize(("width", "height"), [(160, 80), (40, 60), (80, 60)])
def test_what_covers_is_what_cover_shows(width: int, height: int) -> None:
    """At the image's own scale nothing is resampled: fit only cuts."""
    image = np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    cut = pictures.covering(image, width, height)
    assert np.array_equal(cut, pictures.fit(image, cut.shape[1], cut.shape[0], "cover"))
    assert cut.shape[1] * height == cut.shape[0] * width
