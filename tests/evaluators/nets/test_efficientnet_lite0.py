"""The real ImageNet weights, seen to recognise photographs."""

from pathlib import Path

import numpy as np
import pytest
import skimage.data

from bench.base import weights
from bench.evaluators.nets import efficientnet_lite0
from bench.evaluators.nets.efficientnet_lite0 import EfficientNetLite0
from bench.media import pictures
from bench.types import Frames

PHOTOGRAPHS = Path(skimage.data.__file__).parent
CATS = range(281, 286)  # of ImageNet's 1000 classes: tabby, tiger cat, Persian, Siamese, Egyptian
ESPRESSO = 967


@pytest.fixture(scope="module")
def net() -> EfficientNetLite0:
    return EfficientNetLite0()


@pytest.fixture(scope="module")
def photographs() -> Frames:
    found = [pictures.read(PHOTOGRAPHS / name) for name in ("chelsea.png", "coffee.png")]
    return np.concatenate([efficientnet_lite0.prepared(picture[None]) for picture in found])


def test_the_weights_are_those_that_were_declared() -> None:
    assert weights.path(efficientnet_lite0.WEIGHTS) is not None


def test_recognises_a_cat_and_a_cup_of_coffee(net: EfficientNetLite0, photographs: Frames) -> None:
    # Weights that are broken, renamed wrongly or fed wrongly (range, channel order) do not pass by chance: 5 and 1 of
    # 1000 classes. Independent check: efficientnet-lite-pytorch 0.1.0 with these weights, its own preprocessing, says
    # espresso with 0.951 and tiger cat with 0.383.
    logits = net.logits(photographs)
    assert logits.shape == (2, 1000)
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert shares[0].argmax() in CATS
    assert shares[0][list(CATS)].sum() > 0.5
    assert shares[1].argmax() == ESPRESSO
    assert shares[1][ESPRESSO] > 0.9


def test_swapped_channels_are_seen(net: EfficientNetLite0, photographs: Frames) -> None:
    swapped = net.logits(photographs[..., ::-1])
    assert np.abs(swapped - net.logits(photographs)).max() > 1


def test_maps_have_the_stated_shapes_and_do_not_depend_on_the_batch(
    net: EfficientNetLite0, photographs: Frames, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = np.concatenate([photographs, photographs[:, ::-1], photographs[:1, :, ::-1]])
    together = net.maps(frames)
    assert [stage.shape for stage in together] == [(5, 24, 56, 56), (5, 40, 28, 28), (5, 112, 14, 14)]
    monkeypatch.setattr(efficientnet_lite0, "BATCH", 2)
    for stage, apart in zip(together, net.maps(frames), strict=True):
        # Sums of another order in float32: some 1e-7 of the largest value a layer, over a dozen layers.
        assert np.abs(stage - apart).max() < 1e-5 * np.abs(stage).max()


def test_prepared_is_the_centre_square() -> None:
    frames = np.zeros((1, 224, 400, 3), dtype=np.uint8)
    frames[:, :, 88:312] = 200  # the centre 224 columns
    assert (efficientnet_lite0.prepared(frames) == 200).all()
