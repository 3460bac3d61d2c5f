"""VBench's imaging quality: which frames MUSIQ sees, and their mean; on random weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from bench.base import weights
from bench.evaluators.imaging_quality import ImagingQuality, shrinking
from bench.evaluators.nets import musiq
from bench.evaluators.nets.musiq import Musiq
from tests import random_weights
from tests.evaluators.nets import shapes
from tests.made import answers


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Musiq:
    path = tmp_path / "tiny.pth"
    torch.save(random_weights.tensors(shapes.musiq(width=12, hidden=24, depth=1)), path)
    monkeypatch.setattr(musiq, "WEIGHTS", weights.local(path))
    return Musiq(musiq.WEIGHTS)


def test_the_mean_of_the_frames(net: Musiq) -> None:
    frames = random_weights.pictures(3, 40, 60)
    found = answers(ImagingQuality(), np.stack(frames))["vbench_imaging_quality"]
    expected = net.scores(frames)
    assert found.series == pytest.approx(expected, abs=1e-6)
    assert found.value == pytest.approx(expected.mean(), abs=1e-6)
    assert len(set(np.round(expected, 3))) == 3


@pytest.mark.parametrize("size", [(480, 832), (832, 480), (600, 514), (512, 512), (100, 511)])
def test_frames_are_shrunk_as_vbench_does(size: tuple[int, int]) -> None:
    """Its transform in mode 'longer', of torchvision 0.29.2, on float tensors, which its load_video makes of frames."""
    from torchvision import transforms

    frame = random_weights.pictures(1, *size)[0]
    planes = torch.Tensor(frame).permute(2, 0, 1)[None]
    if max(size) > 512:
        scale = 512.0 / max(size)
        planes = transforms.Resize((int(scale * size[0]), int(scale * size[1])), antialias=False)(planes)
    assert np.array_equal(shrinking(*size).of(frame), planes[0].permute(1, 2, 0).numpy())
