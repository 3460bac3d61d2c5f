"""Colours of wide-gamut pictures become sRGB; sRGB's own profile, and a broken one, change nothing."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from bench.base import files
from bench.media import digests, pictures

P3 = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))
ADOBE = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
"""XYZ of red, green and blue, adapted to D50, as these profiles have them."""

SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def profile(primaries: tuple[tuple[float, float, float], ...], curve: tuple[float, ...]) -> bytes:
    """A display profile of a matrix and one curve (ICC.1:2010, 8.3.2), of type 3 or a power alone (10.16)."""

    def fixed(*numbers: float) -> bytes:
        return b"".join(struct.pack(">i", round(number * 65536)) for number in numbers)

    kind = 3 if len(curve) == 5 else 0
    para = b"para" + bytes(4) + struct.pack(">HH", kind, 0) + fixed(*curve)
    tags = {b"wtpt": b"XYZ " + bytes(4) + fixed(0.9642, 1.0, 0.8249)}
    for letter, xyz in zip(b"rgb", primaries, strict=True):
        tags[bytes([letter]) + b"XYZ"] = b"XYZ " + bytes(4) + fixed(*xyz)
        tags[bytes([letter]) + b"TRC"] = para
    begin, table, body = 128 + 4 + 12 * len(tags), b"", b""
    for name, content in tags.items():
        table += name + struct.pack(">II", begin + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    header = bytearray(128)
    header[8:12], header[12:24], header[36:40] = bytes([4, 32, 0, 0]), b"mntrRGB XYZ ", b"acsp"
    header[68:80] = fixed(0.9642, 1.0, 0.8249)
    header[0:4] = struct.pack(">I", begin + len(body))
    return bytes(header) + struct.pack(">I", len(tags)) + table + body


DISPLAY_P3, ADOBE_RGB = profile(P3, SRGB_CURVE), profile(ADOBE, (2.19921875,))


def saved(path: Path, colours: list[tuple[int, ...]], icc: bytes, mode: str = "RGB") -> Path:
    Image.fromarray(np.array([colours], np.uint8), mode).save(path, icc_profile=icc)
    return path


@pytest.mark.parametrize(
    ("icc", "stored"),
    [
        (DISPLAY_P3, [(234, 51, 35), (117, 251, 76), (0, 0, 245), (128, 128, 128)]),
        (ADOBE_RGB, [(219, 0, 0), (144, 255, 60), (0, 0, 250), (128, 128, 128)]),
    ],
    ids=["Display P3", "Adobe RGB"],
)
def test_the_same_colours_are_read(tmp_path: Path, icc: bytes, stored: list[tuple[int, ...]]) -> None:
    """sRGB's red, green and blue as they are written in each space, to whole levels; a level there is up to 3 here."""
    read = pictures.read(saved(tmp_path / "a.png", stored, icc))[0].astype(int)
    assert np.abs(read[:3] - 255 * np.eye(3)).max() <= 8
    assert np.abs(read[3] - 128).max() <= 2


def test_srgbs_own_profile_changes_nothing(tmp_path: Path) -> None:
    colours = [(200, 40, 40), (1, 2, 3), (254, 255, 128)]
    own = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for icc in (
        own,
        profile(
            ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410)),
            SRGB_CURVE,
        ),
        b"broken",
    ):
        path = saved(tmp_path / "a.png", colours, icc)
        assert (pictures.read(path)[0] == colours).all()
        assert digests.picture_digest(path) == files.sha256(path)


def test_transparency_is_kept(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", [(234, 51, 35, 255), (234, 51, 35, 0)], DISPLAY_P3, "RGBA")
    assert np.abs(pictures.read(path)[0].astype(int) - [[255, 0, 0], [255, 255, 255]]).max() <= 8


def test_a_converted_picture_has_another_digest(tmp_path: Path) -> None:
    """What was measured or made of its stored colours is stale."""
    path = saved(tmp_path / "a.png", [(234, 51, 35)], DISPLAY_P3)
    assert digests.picture_digest(path) != files.sha256(path)
    (tmp_path / "frames").mkdir()
    frame = path.rename(tmp_path / "frames" / "0001.png")
    assert digests.clip_digest(frame.parent) != files.digest([[frame.name, files.sha256(frame)]])
