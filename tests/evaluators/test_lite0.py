"""Cosines of what EfficientNet-lite0 sees: the arithmetic, and that it tells one thing from another."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import skimage.data

from bench.errors import NotMeasurable
from bench.evaluators.lite0 import Lite0
from bench.evaluators.nets import efficientnet_lite0
from bench.media import pictures
from bench.types import Case, Frames, Value
from tests.made import answers, moving_clip, photograph

PHOTOGRAPHS = Path(skimage.data.__file__).parent


@pytest.fixture(scope="module")
def lite0() -> Lite0:
    found = Lite0()
    found.ready()
    return found


@pytest.fixture
def cat(tmp_path: Path) -> Case:
    image = tmp_path / "cat.png"
    pictures.write(image, seen("chelsea.png"))
    return Case("cat", image)


def seen(name: str) -> Frames:
    """A photograph at 160 x 120."""
    return pictures.fit(pictures.read(PHOTOGRAPHS / name), 160, 120, "cover")


def cosine(a: Frames, b: Frames) -> float:
    """By the network's own vectors of both pictures."""
    net = efficientnet_lite0.EfficientNetLite0()
    first, second = net.pooled(efficientnet_lite0.prepared(np.stack([a, b]))).astype(np.float64)
    return float(first @ second / np.linalg.norm(first) / np.linalg.norm(second))


def test_is_the_mean_of_cosines(lite0: Lite0, cat: Case) -> None:
    """Cat, cat, cup: 1, 1 and the cosine of cat and cup to the input; 1 and that cosine from frame to frame."""
    cup = seen("coffee.png")
    found = answers(lite0, np.stack([seen("chelsea.png"), seen("chelsea.png"), cup]), case=cat)
    other = cosine(seen("chelsea.png"), cup)
    to_input, consistency = found["lite0_to_input"], found["lite0_consistency"]
    # sums of another order in float32, over a dozen layers
    assert to_input.series == pytest.approx((1, 1, other), abs=1e-5)
    assert to_input.value == pytest.approx((2 + other) / 3, abs=1e-5)
    assert consistency.series == pytest.approx((1, other), abs=1e-5)


def test_another_thing_is_farther_than_another_place(lite0: Lite0, cat: Case) -> None:
    """A cat that slides by a tenth of the picture is still a cat; a cup of coffee is none."""
    image = seen("chelsea.png")
    slid = np.stack([image, np.roll(image, 16, axis=1)])
    swapped = np.stack([image, seen("coffee.png")])
    slides, swaps = (answers(lite0, clip, case=cat)["lite0_to_input"].value for clip in (slid, swapped))
    assert slides > 0.85
    assert swaps < 0.65


def test_a_still_clip_keeps_everything(lite0: Lite0, cat: Case) -> None:
    found = answers(lite0, seen("chelsea.png")[None].repeat(3, axis=0), case=cat)
    assert [each.value for each in found.values()] == pytest.approx([1, 1], abs=1e-9)


def test_one_frame_has_no_neighbour(lite0: Lite0, tmp_path: Path) -> None:
    image = tmp_path / "blobs.png"
    pictures.write(image, photograph())
    found = answers(lite0, moving_clip(1).frames, case=Case("a", image))
    assert isinstance(found["lite0_to_input"], Value)
    assert isinstance(found["lite0_consistency"], NotMeasurable)
