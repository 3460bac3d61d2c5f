"""LPIPS on random weights beside torchmetrics and the authors' package; the real backbone if it is here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from bench.base import weights
from bench.errors import Unavailable
from bench.evaluators.nets import lpips
from bench.evaluators.nets.lpips import Lpips
from tests import random_weights
from tests.evaluators.nets import shapes


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lpips") / "alexnet.pth"
    torch.save(random_weights.tensors(shapes.alexnet()), path)
    return path


@pytest.fixture(scope="module")
def net(file: Path) -> Lpips:
    return Lpips(weights.local(file))


@pytest.mark.parametrize(
    # lpips 0.1.4 (PyPI), LPIPS(net="alex", pnet_rand=True) over an AlexNet with these tensors, planes / 127.5 - 1
    ("size", "expected"),
    [((31, 33), 0.050975647), ((60, 80), 0.096212193)],
)
def test_distances_are_those_of_the_authors(net: Lpips, size: tuple[int, int], expected: float) -> None:
    one, other = (net.vector(frame) for frame in random_weights.pictures(2, *size))
    assert net.distance(one, other) == pytest.approx(expected, rel=1e-6)  # sums of another order in float32


def test_distances_are_those_of_torchmetrics(net: Lpips, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """LearnedPerceptualImagePatchSimilarity, 1.9.0, which fetches AlexNet; here it is given the same one."""
    import torchvision
    from torchmetrics.functional.image import lpips as theirs
    from torchmetrics.image.lpip import LearnedPerceptualImagePatchSimilarity

    with torch.device("meta"):
        layers = torchvision.models.alexnet().features
    layers.load_state_dict(
        {name.removeprefix("features."): each for name, each in torch.load(file, weights_only=True).items()},
        assign=True,
    )
    monkeypatch.setattr(theirs, "_get_tv_model_features", lambda net, pretrained: layers)
    metric = LearnedPerceptualImagePatchSimilarity("alex", normalize=True)
    frames = random_weights.pictures(2, 45, 70)
    planes = [torch.from_numpy(each).permute(2, 0, 1)[None] / 255 for each in frames]
    found = net.distance(*(net.vector(frame) for frame in frames))
    assert found == pytest.approx(
        metric(*planes).item(), rel=1e-5
    )  # it adds 1e-8 within the root, not 1e-10 after


def test_equal_frames_are_at_0_and_damage_moves_them_away(net: Lpips) -> None:
    frame = random_weights.pictures(1, 40, 60)[0]
    noise = np.random.default_rng(0).normal(0, 1, frame.shape)
    damaged = [np.clip(frame + level * noise, 0, 255).astype(np.uint8) for level in (0, 5, 20, 60)]
    first, *others = [net.vector(each) for each in damaged]
    distances = [net.distance(first, each) for each in (first, *others)]
    assert distances[0] == 0
    assert distances == sorted(distances)
    assert net.distance(others[0], first) == distances[1]


def test_smaller_frames_than_the_least_leave_nothing(net: Lpips) -> None:
    least = np.zeros((lpips.MIN_SIDE, lpips.MIN_SIDE, 3), np.uint8)
    assert torch.isfinite(net.vector(least)).all()
    with pytest.raises(RuntimeError):
        net.vector(least[1:])


def test_a_file_of_another_kind_is_unavailable(file: Path, tmp_path: Path) -> None:
    tensors = torch.load(file, weights_only=True)
    del tensors["features.6.bias"]
    other, page = tmp_path / "other.pth", tmp_path / "page.pth"
    torch.save(tensors, other)
    page.write_text("<html>not found</html>")
    with pytest.raises(
        Unavailable, match=r"other\.pth is not torchvision's AlexNet: it has no features\.6\.bias"
    ):
        Lpips(weights.local(other))
    with pytest.raises(Unavailable, match=r"page\.pth is not torchvision's AlexNet"):
        Lpips(weights.local(page))
    torch.save({**tensors, "features.6.bias": torch.zeros(3)}, other)
    with pytest.raises(Unavailable, match="AlexNet"):
        Lpips(weights.local(other))


@pytest.mark.weights
def test_the_real_one_puts_a_blurred_picture_nearer_than_another() -> None:
    import cv2

    if weights.path(lpips.ALEXNET) is None:
        pytest.skip(f"no {lpips.ALEXNET.name} in {weights.folder()}")
    net = Lpips()
    one, another = random_weights.pictures(2, 128, 128)
    blurred = np.asarray(cv2.GaussianBlur(one, (0, 0), 2))
    near, far = (net.distance(net.vector(one), net.vector(each)) for each in (blurred, another))
    assert 0 < near < far < 1.5
