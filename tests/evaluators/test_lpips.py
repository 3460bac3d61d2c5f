"""LPIPS over a clip: means and series of distances, and what is missing without an image or a neighbour."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from bench.base import weights
from bench.errors import BadImage, BenchError, NotMeasurable
from bench.evaluators.lpips import Lpips
from bench.evaluators.nets import lpips as net
from bench.media import pictures
from bench.types import Case, Frames, Value
from tests import random_weights
from tests.evaluators.nets import shapes
from tests.made import answers


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "alexnet.pth"
    torch.save(random_weights.tensors(shapes.alexnet()), path)
    monkeypatch.setattr(net, "ALEXNET", weights.local(path))
    return path


@pytest.fixture
def frames(file: Path) -> Frames:
    return np.stack(random_weights.pictures(4, 40, 60))


@pytest.fixture
def case(tmp_path: Path, frames: Frames) -> Case:
    image = tmp_path / "image.png"
    pictures.write(image, frames[0])
    return Case("a", image)


def test_means_of_the_distances_to_image_and_neighbour(file: Path, frames: Frames, case: Case) -> None:
    found = answers(Lpips(), frames, case=case)
    one = net.Lpips(net.ALEXNET)
    vectors = [one.vector(frame) for frame in frames]
    to_input = [one.distance(each, vectors[0]) for each in vectors]
    step = [one.distance(*pair) for pair in pairwise(vectors)]
    assert found["lpips_to_input"].series == pytest.approx(to_input)
    assert found["lpips_step"].series == pytest.approx(step)
    assert found["lpips_to_input"].value == pytest.approx(np.mean(to_input))
    assert found["lpips_step"].value == pytest.approx(np.mean(step))
    assert min(step) > 0


def test_a_frame_goes_through_the_network_once(
    frames: Frames, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    whole = net.Lpips.vector
    monkeypatch.setattr(net.Lpips, "vector", lambda self, frame: seen.append(1) or whole(self, frame))
    answers(Lpips(), frames, case=case)
    assert len(seen) == len(frames) + 1  # and the image


def test_a_still_clip_of_the_image_has_0(frames: Frames, case: Case) -> None:
    found = answers(Lpips(), frames[:1].repeat(3, axis=0), case=case)
    assert [each.value for each in found.values()] == [0, 0]


def test_one_frame_has_no_neighbour(frames: Frames, case: Case) -> None:
    found = answers(Lpips(), frames[:1], case=case)
    assert isinstance(found["lpips_to_input"], Value)
    assert isinstance(found["lpips_step"], NotMeasurable)
    assert "has 1 frame, lpips_step needs 2" in str(found["lpips_step"])


def test_without_the_image_steps_are_measured(frames: Frames, tmp_path: Path) -> None:
    found = answers(Lpips(), frames, case=Case("a", tmp_path / "gone.png"))
    assert isinstance(found["lpips_to_input"], BadImage)
    assert isinstance(found["lpips_step"], Value)


def test_small_frames_are_refused(frames: Frames, case: Case) -> None:
    with pytest.raises(NotMeasurable, match=r"60 x 30 pixels, lpips needs 31 x 31"):
        answers(Lpips(), frames[:, :30], case=case)


def test_nan_is_a_failure_of_the_frame(
    file: Path, frames: Frames, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    tensors = random_weights.tensors(shapes.alexnet())
    tensors["features.10.bias"][0] = float("nan")
    torch.save(tensors, file)
    monkeypatch.setattr(net, "ALEXNET", weights.local(file))
    with pytest.raises(BenchError, match="NaN or infinity for frame 0"):
        answers(Lpips(), frames, case=case)
