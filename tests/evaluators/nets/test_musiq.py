"""MUSIQ on random weights in the published file's format, beside pyiqa with the same; the real file if here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import skimage.data
import torch

from bench.base import weights
from bench.errors import BenchError, Unavailable
from bench.evaluators.nets import musiq
from bench.evaluators.nets.musiq import Musiq
from bench.media import pictures
from tests import random_weights
from tests.evaluators.nets import shapes


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("musiq") / "tiny.pth"
    torch.save(random_weights.tensors(shapes.musiq(width=12, hidden=24, depth=2)), path)
    return path


@pytest.fixture(scope="module")
def net(file: Path) -> Musiq:
    return Musiq(weights.local(file))


@pytest.mark.parametrize(
    # pyiqa 0.1.10, MUSIQ(hidden_size=12, mlp_dim=24, num_heads=6, num_layers=2) with these tensors, one picture at a
    # time as planes / 255: smaller than a patch's multiple, upright, and larger than both other scales
    ("size", "expected"),
    [((40, 60), (0.473002, 0.730881)), ((90, 100), (0.469893, 0.709354)), ((290, 512), (0.395415, 0.657965))],
)
def test_scores_are_those_of_pyiqa(net: Musiq, size: tuple[int, int], expected: tuple[float, ...]) -> None:
    found = net.scores(random_weights.pictures(2, *size))
    assert found == pytest.approx(expected, abs=2e-6)  # six digits, and sums of another order in float32


def test_a_score_does_not_depend_on_the_frames_beside_it(net: Musiq, monkeypatch: pytest.MonkeyPatch) -> None:
    frames = [*random_weights.pictures(3, 40, 60), *random_weights.pictures(2, 64, 32, seed=1)]
    together = net.scores(frames)
    monkeypatch.setattr(musiq, "BATCH", 1)
    assert net.scores(frames) == pytest.approx(together, abs=1e-6)


def test_the_smallest_frame_has_a_score(net: Musiq) -> None:
    assert np.isfinite(net.scores([np.full((1, 1, 3), 128, np.uint8)])).all()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda tensors: tensors.pop("gn_root.bias"), "it has no gn_root.bias"),
        (lambda tensors: tensors.update(extra=torch.zeros(1)), "it has extra, which this network has not"),
        (lambda tensors: tensors.update({"head.weight": torch.zeros(1, 13)}), "shapes do not fit"),
        (lambda tensors: tensors.update(epoch=3), ""),
    ],
)
def test_a_file_of_another_kind_is_unavailable(file: Path, tmp_path: Path, change, says: str) -> None:  # type: ignore[no-untyped-def]
    tensors = torch.load(file, weights_only=True)
    change(tensors)
    other = tmp_path / "other.pth"
    torch.save(tensors, other)
    with pytest.raises(Unavailable, match=rf"other\.pth is not a MUSIQ: .*{says}"):
        Musiq(weights.local(other))


def test_a_page_is_unavailable(tmp_path: Path) -> None:
    page = tmp_path / "page.pth"
    page.write_text("<html>not found</html>")
    with pytest.raises(Unavailable, match=r"page\.pth is not a MUSIQ"):
        Musiq(weights.local(page))


def test_nan_is_a_failure_of_the_frame(file: Path, tmp_path: Path) -> None:
    tensors = torch.load(file, weights_only=True)
    tensors["head.bias"] = torch.tensor([float("nan")])
    broken = tmp_path / "nan.pth"
    torch.save(tensors, broken)
    with pytest.raises(BenchError, match="NaN or infinity for frame 0"):
        Musiq(weights.local(broken)).scores(random_weights.pictures(1, 40, 60))


@pytest.mark.weights
def test_the_real_one_prefers_sharp_photographs() -> None:
    """No number of it is published for a picture that everybody has; but noise and blur cost what SPAQ's people say."""
    import cv2

    if weights.path(musiq.WEIGHTS) is None:
        pytest.skip(f"no {musiq.WEIGHTS.name} in {weights.folder()}")
    sharp = pictures.read(Path(skimage.data.__file__).parent / "astronaut.png")
    blurred = np.asarray(cv2.GaussianBlur(sharp, (0, 0), 4))
    noise = np.random.default_rng(0).normal(0, 60, sharp.shape)
    noisy = np.clip(sharp + noise, 0, 255).astype(np.uint8)
    good, *bad = Musiq().scores([sharp, blurred, noisy])
    assert 50 < good < 100
    assert max(bad) < good - 10
