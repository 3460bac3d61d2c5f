"""Files from strangers: read where they are pictures, else a BadImage of one line, and no program is started."""

from __future__ import annotations

import io
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bench.errors import BadImage
from bench.media import digests, levels, picture_files, pictures
from tests.media import raw_pictures as raw
from tests.media.raw_pictures import Entry

GRADIENT = np.tile(np.linspace(0, 255, 60).round().astype(np.uint8), (40, 1))
COLOURS = np.stack([GRADIENT, GRADIENT[:, ::-1], np.full_like(GRADIENT, 100)], axis=2)
UPRIGHT = np.rot90(COLOURS, -1)
"""COLOURS by orientation 6."""

TURNED = raw.short(raw.ORIENTATION, 6)
ODDITIES: dict[str, list[Entry]] = {
    "a negative denominator": [(raw.X_RESOLUTION, raw.RATIONAL, 1, struct.pack("<Ii", 72, -1))],
    "a negative ratio": [(raw.Y_RESOLUTION, raw.SRATIONAL, 1, struct.pack("<ii", -72, 1))],
    "text for a resolution": [
        (raw.X_RESOLUTION, raw.ASCII, 3, b"72\0"),
        (raw.Y_RESOLUTION, raw.ASCII, 3, b"72\0"),
    ],
    "a resolution of no number": [(raw.X_RESOLUTION, raw.DOUBLE, 1, struct.pack("<d", float("nan")))],
    "a float for a date": [(306, raw.FLOAT, 1, struct.pack("<f", 3.0))],
    "a negative place of the EXIF directory": [(0x8769, raw.SLONG, 1, struct.pack("<i", -5))],
    "two places": [(0x8769, raw.LONG, 2, struct.pack("<II", 8, 8))],
    "a GPS directory beyond the end": [raw.long(0x8825, 99_999)],
    "a directory within itself": [raw.long(0x8769, 8)],
    "four gigabytes of text": [(271, raw.ASCII, 0xFFFFFFF0, struct.pack("<I", 8))],
    "a number for XMP": [raw.short(700, 3)],
}


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("odd", ODDITIES)
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif"])
def test_odd_exif_leaves_the_orientation(tmp_path: Path, suffix: str, odd: str) -> None:
    path = tmp_path / f"a.{suffix}"
    if suffix == "tif":
        path.write_bytes(raw.tiff(COLOURS, TURNED, *ODDITIES[odd]))
    else:
        Image.fromarray(COLOURS).save(path, exif=raw.exif(TURNED, *ODDITIES[odd]), quality=95)
    loss = 0 if suffix in ("png", "tif") else 12
    assert np.abs(pictures.read(path).astype(int) - UPRIGHT).max() <= loss


@pytest.mark.parametrize(
    "entry",
    [
        (raw.ORIENTATION, raw.ASCII, 2, b"6\0"),
        (raw.ORIENTATION, raw.BYTE, 1, b"\6"),
        (raw.ORIENTATION, 99, 1, b"\6\0\0\0"),
        (raw.ORIENTATION, raw.SHORT, 0, b""),
        (raw.ORIENTATION, raw.FLOAT, 1, struct.pack("<f", float("nan"))),
        raw.short(raw.ORIENTATION, 9),
    ],
    ids=repr,
)
def test_an_orientation_that_is_none_turns_nothing(tmp_path: Path, entry: Entry) -> None:
    Image.fromarray(COLOURS).save(tmp_path / "a.png", exif=raw.exif(entry))
    assert (pictures.read(tmp_path / "a.png") == COLOURS).all()


@pytest.mark.parametrize("cut", [8, 14, 20, 24])
def test_exif_that_is_cut_short_turns_nothing(tmp_path: Path, cut: int) -> None:
    Image.fromarray(COLOURS).save(tmp_path / "a.png", exif=raw.exif(TURNED)[:cut])
    assert (pictures.read(tmp_path / "a.png") == COLOURS).all()


EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 60 40\n%%EndComments\nshowpage\n%%EOF\n"


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a.eps", "a"])
def test_nothing_is_started_for_an_eps(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def started(*_: object, **__: object) -> None:
        raise AssertionError("a program was started")

    monkeypatch.setattr(subprocess, "check_call", started)
    monkeypatch.setattr(subprocess, "Popen", started)
    path = written(tmp_path / name, EPS)
    for read in (pictures.read, pictures.is_first_frame):
        with pytest.raises(
            BadImage, match="is not a picture that Pillow can read: it is EPS; save it as PNG"
        ):
            read(path)
    digests.picture_digest(path)


@pytest.mark.parametrize("kind", ["PCX", "SGI", "TGA", "ICNS", "DDS", "PPM", "TIFF", "JPEG2000", "MSP"])
def test_only_formats_that_are_allowed_are_opened_by_another_name(tmp_path: Path, kind: str) -> None:
    mode = {"MSP": "1"}.get(kind, "RGB")
    Image.fromarray(COLOURS).convert(mode).save(tmp_path / "a.png", format=kind)
    with pytest.raises(BadImage, match="is not a picture that Pillow can read: it is"):
        pictures.read(tmp_path / "a.png")


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a"])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "AVIF"])
def test_what_browsers_show_is_read_by_any_name(tmp_path: Path, kind: str, name: str) -> None:
    Image.fromarray(COLOURS).save(tmp_path / name, format=kind)
    assert pictures.read(tmp_path / name).shape == (40, 60, 3)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "it is empty"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n",
            "a pointer of Git LFS, not the file; fetch it by git lfs pull",
        ),
        (b"<!DOCTYPE html>\n<html>", "it is a web page"),
        (
            b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>',
            "it is an SVG drawing; draw it as PNG",
        ),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "it is a HEIC picture; save it as JPEG or PNG"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "it is an MP4 film; take a frame of it"),
        (b"II*\0no directory", "it is TIFF; save it as PNG"),
        (b"a text", "it is none of PNG, JPEG, WEBP"),
    ],
)
def test_what_a_file_is_that_is_no_picture(tmp_path: Path, content: bytes, told: str) -> None:
    path = written(tmp_path / "a.png", content)
    with pytest.raises(BadImage, match=told) as caught:
        pictures.read(path)
    assert "\n" not in str(caught.value)


UNIT = (GRADIENT / 255).astype(np.float32)


@pytest.mark.parametrize("stored", [UNIT, UNIT * 255, UNIT * 65535], ids=["1", "255", "65535"])
def test_floats_are_read_by_their_brightest(tmp_path: Path, stored: np.ndarray) -> None:
    read = pictures.read(written(tmp_path / "a.tif", raw.tiff(stored)))
    assert (read == GRADIENT[..., None]).all()


def test_floats_beyond_0_and_1_are_clipped(tmp_path: Path) -> None:
    read = pictures.read(written(tmp_path / "a.tif", raw.tiff(UNIT * np.float32(1.2) - np.float32(0.1))))
    assert (read == np.clip(np.round((UNIT * 1.2 - 0.1) * 255), 0, 255)[..., None]).all()


def test_floats_that_are_no_numbers_are_named(tmp_path: Path) -> None:
    holes = np.where(GRADIENT > 200, np.nan, UNIT).astype(np.float32)
    with pytest.raises(BadImage, match="some of its levels are no finite numbers"):
        pictures.read(written(tmp_path / "a.tif", raw.tiff(holes)))


@pytest.mark.parametrize(
    "stored",
    [GRADIENT.astype(np.uint32) * 2**24, UNIT * 2**24, UNIT * 2 - 1, -UNIT],
    ids=["32 bits", "large floats", "-1 to 1", "below 0"],
)
def test_levels_of_a_range_that_nobody_knows_are_named(tmp_path: Path, stored: np.ndarray) -> None:
    """Before, they were white, or black, for the most part."""
    with pytest.raises(BadImage, match=r"its levels go from .+ to .+: save it with levels of 8 or 16 bits"):
        pictures.read(written(tmp_path / "a.tif", raw.tiff(stored)))


def test_floats_of_0_to_1_are_another_picture_than_the_black_one_that_was_measured(tmp_path: Path) -> None:
    unit, whole = (
        written(tmp_path / f"{n}.tif", raw.tiff(each)) for n, each in enumerate((UNIT, UNIT * 255))
    )
    assert digests.picture_digest(unit) != digests.files.sha256(unit)
    assert digests.picture_digest(whole) == digests.files.sha256(whole)


def test_a_16_bit_tiff_of_colours_is_read_to_a_level(tmp_path: Path) -> None:
    read = pictures.read(written(tmp_path / "a.tif", raw.tiff(COLOURS.astype(np.uint16) * 257)))
    assert np.abs(read.astype(int) - COLOURS).max() <= 1


def test_1_bit_is_black_and_white(tmp_path: Path) -> None:
    Image.fromarray(GRADIENT > 127).save(tmp_path / "a.png")
    assert (pictures.read(tmp_path / "a.png") == ((GRADIENT > 127) * 255)[..., None]).all()


@pytest.mark.parametrize("suffix", ["gif", "webp", "png", "tif", "avif"])
def test_the_first_of_several_frames_is_read(tmp_path: Path, suffix: str) -> None:
    first, second = (Image.new("RGB", (60, 40), colour) for colour in ("red", "blue"))
    options = {"lossless": True} if suffix == "webp" else {}
    first.save(tmp_path / f"a.{suffix}", save_all=True, append_images=[second], **options)
    assert np.abs(pictures.read(tmp_path / f"a.{suffix}").astype(int) - [255, 0, 0]).max() <= 2


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "I;16", "F"])
def test_strips_change_nothing(
    tmp_path: Path, mode: str, orientation: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = {"I;16": GRADIENT.astype(np.uint16) * 257, "F": UNIT}.get(mode)
    picture = Image.fromarray(COLOURS).convert(mode) if stored is None else Image.fromarray(stored)
    with_exif = Image.Exif()
    with_exif[raw.ORIENTATION] = orientation
    picture.save(tmp_path / "a.tif", exif=with_exif)
    whole = pictures.read(tmp_path / "a.tif")
    monkeypatch.setattr(levels, "STRIP", 130)
    assert (pictures.read(tmp_path / "a.tif") == whole).all()


def test_a_progressive_jpeg_of_many_scans_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    packed = io.BytesIO()
    Image.fromarray(COLOURS).save(packed, format="jpeg", progressive=True)
    content = packed.getvalue()
    assert pictures.read(written(tmp_path / "a.jpg", content)).shape == (40, 60, 3)
    *_, last = picture_files.SCAN.finditer(content)
    many = content[: last.start()] + content[last.start() : -2] * 200 + content[-2:]
    with pytest.raises(BadImage, match=r"has 2\d\d scans, over the limit of 100"):
        pictures.read(written(tmp_path / "a.jpg", many))


def test_much_text_in_a_png_is_no_matter(tmp_path: Path) -> None:
    text = PngInfo()
    text.add_text("workflow", "x" * (3 << 20))
    Image.fromarray(COLOURS).save(tmp_path / "a.png", pnginfo=text)
    assert (pictures.read(tmp_path / "a.png") == COLOURS).all()


SUFFIXES = ("png", "jpg", "webp", "gif", "bmp", "tif", "avif", "ppm")


@pytest.mark.long
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_five_hundred_mutated_files_are_read_or_named(tmp_path: Path, suffix: str) -> None:
    mutated_are_read_or_named(tmp_path, suffix, 500)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_mutated_files_are_read_or_named(tmp_path: Path, suffix: str) -> None:
    mutated_are_read_or_named(tmp_path, suffix, 25)


def mutated_are_read_or_named(folder: Path, suffix: str, count: int) -> None:
    """Files with up to eight wrong bytes, or cut short, or both."""
    draw = np.random.default_rng(0)
    Image.fromarray(COLOURS).save(folder / f"a.{suffix}")
    whole = (folder / f"a.{suffix}").read_bytes()
    for _ in range(count):
        content = np.frombuffer(whole, np.uint8).copy()
        places = draw.integers(min(len(content), draw.choice([64, 1 << 20])), size=draw.integers(1, 9))
        content[places] = draw.integers(256, size=len(places))
        path = written(
            folder / f"b.{suffix}", content.tobytes()[: draw.integers(len(content) // 2, 2 * len(content))]
        )
        try:
            assert pictures.read(path).dtype == np.uint8
        except BadImage as error:
            assert "\n" not in str(error)
