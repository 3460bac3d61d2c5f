"""The input image squashed, cropped and letterboxed by known amounts, and frames that do not show it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from bench.calibration import footage
from bench.errors import NotMeasurable
from bench.evaluators.signals.registration import placement
from bench.evaluators.squash import Squash
from bench.media import pictures
from bench.types import Case, Image, Plane
from tests.made import answers, photograph

IMAGES = Path(__file__).parents[2] / "suites" / "demo" / "images"


@cache
def photo() -> Image:
    """600 x 400."""
    return pictures.read(IMAGES / "coffee.jpg")


def resized(image: Image, width: int, height: int) -> Image:
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def measured(frame: Image, image: Path = IMAGES / "coffee.jpg") -> dict[str, float]:
    """By the end of their name; 'squash' itself as ''."""
    found = answers(Squash(), frame[None].repeat(2, axis=0), case=Case("a", image))
    return {name.removeprefix("squash").lstrip("_"): value.value for name, value in found.items()}


@pytest.mark.parametrize(
    ("width", "height", "ratio"),
    [(480, 400, 0.8), (300, 320, 0.625), (600, 320, 1.25), (216, 384, 216 / 384 / 1.5), (150, 100, 1.0)],
)
def test_a_picture_squeezed_to_a_size_has_its_ratio(width: int, height: int, ratio: float) -> None:
    found = measured(resized(photo(), width, height))
    assert found["width"] == pytest.approx(ratio, rel=0.005)
    assert found[""] == pytest.approx(1 - min(ratio, 1 / ratio), abs=0.005)
    assert found["crop"] == pytest.approx(0, abs=0.01)
    assert found["bars"] == pytest.approx(0, abs=0.01)


def test_a_crop_keeps_proportions_and_loses_its_share() -> None:
    """The middle 400 of 600 columns: a third is gone."""
    found = measured(photo()[:, 100:500])
    assert found[""] == pytest.approx(0, abs=0.01)
    assert found["crop"] == pytest.approx(1 / 3, abs=0.01)
    assert found["bars"] == pytest.approx(0, abs=0.01)


def test_a_crop_from_a_corner_is_found_by_its_features() -> None:
    """300 x 250 of 600 x 400, drawn to 300 x 200: 80 % of its height."""
    found = measured(resized(photo()[:250, :300], 300, 200))
    assert found["width"] == pytest.approx(1.25, rel=0.02)
    assert found["crop"] == pytest.approx(1 - 300 * 250 / (600 * 400), abs=0.02)


@pytest.mark.parametrize("level", [0, 128])
def test_bars_are_the_part_that_it_does_not_cover(level: int) -> None:
    barred = np.pad(resized(photo(), 300, 200), ((50, 50), (0, 0), (0, 0)), constant_values=level)
    found = measured(barred)
    assert found["bars"] == pytest.approx(1 / 3, abs=0.01)
    assert found[""] == pytest.approx(0, abs=0.005)
    assert found["crop"] == pytest.approx(0, abs=0.01)


def test_the_image_itself_is_as_it_was(tmp_path: Path) -> None:
    pictures.write(tmp_path / "input.png", photograph())
    found = measured(photograph(), tmp_path / "input.png")
    assert found == {
        "": pytest.approx(0, abs=1e-4),
        "width": pytest.approx(1, abs=1e-4),
        "crop": 0,
        "bars": 0,
    }


def gray(image: Image) -> Plane:
    return pictures.gray(image)


def test_other_light_and_colours_are_no_matter() -> None:
    dim = (resized(photo(), 480, 400) * 0.5 + 30).astype(np.uint8)
    found = placement(gray(photo()), gray(dim))
    assert found.across / found.down == pytest.approx(0.8, rel=0.005)


@pytest.mark.parametrize(
    "frame",
    [
        255 - photo(),
        photo()[::-1, ::-1],
        photo()[:, ::-1],
        pictures.read(IMAGES / "astronaut.jpg"),
        photo()[:90, :90],
    ],
    ids=["inverted", "turned", "mirrored", "another", "a small part"],
)
def test_what_is_not_the_picture_has_no_proportions(frame: Image) -> None:
    with pytest.raises(NotMeasurable, match="frame 0 does not show the input image, however it is stretched"):
        placement(gray(photo()), gray(frame))


def test_flat_pictures_lie_everywhere() -> None:
    flat = np.full((48, 64), 100, np.uint8)
    with pytest.raises(NotMeasurable, match=r"frame 0 is flat: its gray levels differ by 0\.00"):
        placement(gray(photo()), flat)
    with pytest.raises(NotMeasurable, match="the input image is flat"):
        placement(flat, gray(photo()))


def test_first_frames_of_real_footage() -> None:
    for sound in footage.clips(3, side=320).all:
        frame = gray(sound.clip.frames[0])
        height, width = frame.shape
        found = placement(frame, cv2.resize(frame, (height, height), interpolation=cv2.INTER_AREA))
        assert found.across / found.down == pytest.approx(height / width, rel=0.005), sound.case.id
