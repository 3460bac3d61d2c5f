"""The fit of an input image, told from a first frame."""

from pathlib import Path
from typing import get_args

import cv2
import numpy as np
import pytest

from bench.media import fits, pictures
from bench.types import Fit, Image

IMAGES = sorted((Path(__file__).parents[2] / "suites" / "demo" / "images").glob("*.png"))
SHAPES = [(320, 192), (192, 320), (256, 256)]


def generated(image: Image, width: int, height: int, fit: Fit) -> Image:
    """As a model and a codec would give it back: softer, noisy, a little darker."""
    soft = cv2.GaussianBlur(pictures.fit(image, width, height, fit).astype(np.float64), (0, 0), 1.2)
    noise = np.random.default_rng(0).normal(0, 6, soft.shape)
    return np.asarray(np.clip(0.9 * soft + noise, 0, 255), dtype=np.uint8)


@pytest.mark.parametrize("path", IMAGES, ids=lambda path: path.stem)
def test_the_fit_is_seen_whatever_was_declared(path: Path) -> None:
    image = pictures.read(path)
    for width, height in SHAPES:
        if image.shape[0] * width == image.shape[1] * height:
            continue
        for fit in get_args(Fit):
            frame = generated(image, width, height, fit)
            assert {fits.shown(image, frame, declared) for declared in get_args(Fit)} == {fit}


def test_another_picture_shows_no_fit() -> None:
    one, other = pictures.read(IMAGES[0]), pictures.read(IMAGES[1])
    assert fits.shown(one, generated(other, 320, 192, "cover"), "cover") is None
    assert fits.shown(one, np.zeros((192, 320, 3), np.uint8), "cover") is None


def test_a_frame_of_the_images_shape_shows_no_fit() -> None:
    """All three give the same picture there."""
    image = pictures.read(IMAGES[0])
    assert fits.shown(image, image, "cover") is None
    assert (
        fits.shown(image, pictures.fit(image, image.shape[1] // 2, image.shape[0] // 2, "cover"), "cover")
        is None
    )


def test_what_was_declared_stands_where_the_fits_hardly_differ() -> None:
    image = pictures.fit(pictures.read(IMAGES[0]), 512, 320, "cover")
    frame = generated(image, 480, 304, "stretch")
    assert fits.shown(image, frame, "cover") == "cover"
    assert fits.shown(image, frame, "stretch") == "stretch"
