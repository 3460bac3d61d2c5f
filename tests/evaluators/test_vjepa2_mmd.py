"""The kernel distance on a tiny V-JEPA 2 as its library saves it, equal to the library's own way step by step."""

from pathlib import Path

import numpy as np
import pytest

from bench.base import weights
from bench.errors import BenchError, NotMeasurable, Unavailable
from bench.evaluators import FeatureSet, Values
from bench.evaluators.nets import vjepa2
from bench.evaluators.nets.vjepa2 import VJepa2
from bench.evaluators.vjepa2_mmd import VJepa2Mmd
from bench.types import Frames, Value
from tests import tiny_nets
from tests.made import features, moving_clip

CASES = tuple(f"c{number}" for number in range(10))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_nets.write_vjepa2(tmp_path_factory.mktemp("vjepa2"))


@pytest.fixture
def evaluator(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> VJepa2Mmd:
    monkeypatch.setattr(vjepa2, "WEIGHTS", weights.local(tiny))
    monkeypatch.setattr(vjepa2, "SHAPE", tiny_nets.VJEPA2)
    made = VJepa2Mmd()
    made._net = VJepa2(weights.local(tiny), shape=tiny_nets.VJEPA2)
    made._is_loaded = True
    return made


def by_the_library(folder: Path, clip: Frames) -> np.ndarray:
    """The mean token, by torchvision's own resize and the library's own reader."""
    import torch
    from torchvision.transforms.v2 import functional
    from transformers import VJEPA2Model

    video = torch.from_numpy(clip).permute(0, 3, 1, 2)
    small = functional.resize(video, [int(64 * 256 / 224)], antialias=True)
    cut = functional.center_crop(small, [64, 64]).float() / 255
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    pixels = (cut - mean[:, None, None]) / std[:, None, None]
    net = VJEPA2Model.from_pretrained(folder).eval()
    with torch.no_grad():
        return np.asarray(net(pixels[None], skip_predictor=True).last_hidden_state[0].mean(0).double())


def test_features_are_the_library_s(tiny: Path) -> None:
    clip = np.random.default_rng(1).integers(0, 256, (16, 96, 160, 3), dtype=np.uint8)
    found = VJepa2(weights.local(tiny), shape=tiny_nets.VJEPA2).features(clip)
    expected = by_the_library(tiny.parent, clip)
    np.testing.assert_allclose(found, expected, atol=1e-5 * np.abs(expected).max())
    assert found.shape == (48,)


def test_bfloat16_differs_by_rounding(tiny: Path) -> None:
    clip = np.random.default_rng(1).integers(0, 256, (16, 96, 160, 3), dtype=np.uint8)
    exact, half = (
        VJepa2(weights.local(tiny), dtype=dtype, shape=tiny_nets.VJEPA2).features(clip)
        for dtype in ("float32", "bfloat16")
    )
    off = np.linalg.norm(half - exact) / np.linalg.norm(exact)
    assert 1e-5 < off < 0.1


def test_the_declared_shape_has_the_published_number_of_parameters() -> None:
    import torch
    from transformers import VJEPA2Config, VJEPA2Model

    with torch.device("meta"):
        net = VJEPA2Model(VJEPA2Config(**vjepa2.SHAPE))
    count = sum(parameter.numel() for parameter in net.parameters())
    assert count == 325_971_328  # encoder 303,885,312, predictor 22,086,016
    assert 0 < vjepa2.WEIGHTS.size - 4 * count < 100_000  # four bytes per number, and a list of names


def test_the_distance_by_hand(evaluator: VJepa2Mmd) -> None:
    # References are all e1, clips all e2 (D = 2): the kernel 100 (x · y / 2)² is 25 within a set and 0 across.
    clips, references = np.tile([0.0, 1.0], (10, 1)), np.tile([1.0, 0.0], (10, 1))
    found = number(evaluator.distance(FeatureSet(clips, CASES), FeatureSet(references, CASES)))
    assert found.value == pytest.approx(50)
    assert (found.low, found.high, found.n) == (pytest.approx(50), pytest.approx(50), 10)


def test_sets_of_one_distribution_have_none(evaluator: VJepa2Mmd) -> None:
    rng = np.random.default_rng(0)
    pairs = [[FeatureSet(each, CASES) for each in rng.normal(size=(2, 10, 8))] for _ in range(300)]
    numbers = np.array([number(evaluator.distance(*pair)).value for pair in pairs])
    assert abs(numbers.mean()) < 3 * numbers.std() / np.sqrt(300)
    # The kernel of a vector with itself is 100 (x · x / 8)², in the mean 100 (8² + 2 · 8) / 8² = 125; that of two draws
    # 100 · 8 / 8² = 12.5. An estimator that pairs vectors with themselves has 2 (125 − 12.5) / 10 on average.
    assert abs(numbers.mean()) < 22.5 / 4


def test_short_clips_and_nets_that_give_nan(evaluator: VJepa2Mmd, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        NotMeasurable, match=r"clip has 14 frames, vjepa2_mmd looks at 16: --metric-set vjepa2_mmd\.fr"
    ):
        features(evaluator, moving_clip(14).frames)
    monkeypatch.setattr(evaluator._net, "features", lambda _: np.array([1.0, np.nan]))
    with pytest.raises(BenchError, match="the network of vjepa2_mmd gave NaN or infinity"):
        features(evaluator, moving_clip(16).frames)


def test_another_file_is_refused(tmp_path: Path) -> None:
    net = tmp_path / "clip.pt"
    tiny_nets.write_clip(net)
    with pytest.raises(Unavailable, match=r"is not V-JEPA 2 of this shape: .*; give vjepa2-vitl"):
        VJepa2(weights.local(net))


def number(values: Values) -> Value:
    found = values["vjepa2_mmd"]
    assert isinstance(found, Value), found
    return found


@pytest.mark.weights
def test_the_real_file_tells_an_order_from_none() -> None:
    if weights.path(vjepa2.WEIGHTS) is None:
        pytest.skip(f"no {vjepa2.WEIGHTS.name} in {weights.folder()}")
    real, clip = VJepa2Mmd(), moving_clip(16).frames
    real.load()
    shuffled = clip[np.random.default_rng(0).permutation(16)]
    nudged = np.clip(clip.astype(int) + 1, 0, 255).astype(np.uint8)
    before = features(real, clip)
    assert np.linalg.norm(features(real, shuffled) - before) > np.linalg.norm(features(real, nudged) - before)
