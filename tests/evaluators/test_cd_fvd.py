"""CD-FVD on a tiny VideoMAE-v2 in its authors' format; what their class gave for the same numbers is the golden."""

from pathlib import Path

import numpy as np
import pytest

from bench.base import weights
from bench.errors import NotMeasurable, Unavailable
from bench.evaluators import FeatureSet
from bench.evaluators.catalogue import full_name
from bench.evaluators.cd_fvd import CdFvd, Settings
from bench.evaluators.nets import videomae2
from bench.evaluators.nets.videomae2 import VideoMae2
from tests import tiny_nets
from tests.made import features, moving_clip

# VisionTransformer of cd-fvd (songweige/content-debiased-fvd at a1e037a) with the numbers of write_videomae2, its own
# resize before it, torch 2.15 on a CPU: forward_features of the clip below, the first eight of 32.
ORIGINAL = [-0.443324, 0.166644, -0.024542, 0.202396, 0.091705, 0.084611, -0.003971, 0.157886]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("videomae2") / "tiny.pth"
    tiny_nets.write_videomae2(path)
    return path


@pytest.fixture
def cd_fvd(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> CdFvd:
    monkeypatch.setattr(videomae2, "WEIGHTS", weights.local(tiny))
    made = CdFvd()
    made._net = VideoMae2(weights.local(tiny), shape=tiny_nets.VIDEOMAE2)
    made._is_loaded = True
    return made


def test_features_are_those_of_the_original(tiny: Path) -> None:
    clip = np.random.default_rng(1).integers(0, 256, (16, 40, 52, 3), dtype=np.uint8)
    found = VideoMae2(weights.local(tiny), shape=tiny_nets.VIDEOMAE2).features(clip)
    np.testing.assert_allclose(found[:8], ORIGINAL, atol=1e-6)  # rounded to 6 digits; float32 differs by 1e-7
    assert found.shape == (32,)


def test_bfloat16_is_another_metric(tiny: Path) -> None:
    clip = np.random.default_rng(1).integers(0, 256, (16, 40, 52, 3), dtype=np.uint8)
    found = VideoMae2(weights.local(tiny), dtype="bfloat16", shape=tiny_nets.VIDEOMAE2).features(clip)
    assert 1e-5 < np.abs(found[:8] - ORIGINAL).max() < 0.02  # eight bits of 0.44, over two blocks
    half = CdFvd(Settings(dtype="bfloat16"))
    assert full_name(CdFvd.cards[0], half) == "cd_fvd[dtype=bfloat16]"
    assert half.protocol() != CdFvd().protocol()


def test_the_declared_shape_has_the_published_number_of_parameters() -> None:
    shape = videomae2.SHAPE
    wide, inner, layers = shape["hidden_size"], shape["intermediate_size"], shape["num_hidden_layers"]
    patches = 3 * 2 * 14 * 14 * wide + wide
    attention = 4 * wide**2 + 3 * wide  # queries, keys, values and output; keys have no bias
    block = 4 * wide + attention + 2 * wide * inner + inner + wide  # two norms before it
    count = patches + layers * block + 2 * wide + 174 * (wide + 1)  # a norm and the classifier after them
    assert round(count / 1e6, 1) == 1011.9
    assert 0 < videomae2.WEIGHTS.size - 2 * count < 500_000  # two bytes per number, and little else


def test_distances_of_sets(cd_fvd: CdFvd) -> None:
    vectors = np.stack([features(cd_fvd, moving_clip(16, seed).frames) for seed in range(9)])
    cases = tuple(f"c{number}" for number in range(9))
    same = cd_fvd.distance(_set(vectors, cases), _set(vectors, cases))
    assert set(same) == {"cd_fvd", "cd_fvd_debiased", "cd_kvd"}
    apart = cd_fvd.distance(_set(vectors + 1, cases), _set(vectors, cases))
    # Every one of 32 features moved by 1, and nothing else: 32.
    assert apart["cd_fvd"].value - same["cd_fvd"].value == pytest.approx(32, rel=1e-6)  # type: ignore[union-attr]


def test_sixteen_frames_exactly(cd_fvd: CdFvd) -> None:
    with pytest.raises(
        NotMeasurable, match="clip has 14 frames, cd_fvd looks at 16, and its features need 16"
    ):
        features(cd_fvd, moving_clip(14).frames)
    assert full_name(CdFvd.cards[0], CdFvd(Settings(fps=8))) == "cd_fvd[fps=8]"


def test_another_file_is_refused(tmp_path: Path, tiny: Path) -> None:
    net = tmp_path / "clip.pt"
    tiny_nets.write_clip(net)
    with pytest.raises(Unavailable, match=r"is not VideoMAE-v2 of this shape: .*; give vit_g_hybrid"):
        VideoMae2(weights.local(net), shape=tiny_nets.VIDEOMAE2)
    text = tmp_path / "page.pth"
    text.write_text("<html>")
    with pytest.raises(Unavailable, match="cannot be read"):
        VideoMae2(weights.local(text))
    other = dict(tiny_nets.VIDEOMAE2, num_hidden_layers=3)
    with pytest.raises(Unavailable, match="Missing key"):
        VideoMae2(weights.local(tiny), shape=other)


def _set(vectors: np.ndarray, cases: tuple[str, ...]) -> FeatureSet:
    return FeatureSet(vectors, cases)


@pytest.mark.weights
def test_the_real_file_tells_an_order_from_none() -> None:
    if weights.path(videomae2.WEIGHTS) is None:
        pytest.skip(f"no {videomae2.WEIGHTS.name} in {weights.folder()}")
    real, clip = CdFvd(), moving_clip(16).frames
    real.load()
    shuffled = clip[np.random.default_rng(0).permutation(16)]
    nudged = np.clip(clip.astype(int) + 1, 0, 255).astype(np.uint8)
    before = features(real, clip)
    assert np.linalg.norm(features(real, shuffled) - before) > np.linalg.norm(features(real, nudged) - before)
