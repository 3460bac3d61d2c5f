"""VBench's camera rule on tracks that are known; the network itself is its authors' and not here."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.errors import NotFinite, NotMeasurable, Unavailable
from bench.evaluators import nets
from bench.evaluators.nets import cotracker
from bench.evaluators.nets.cotracker import CoTracker
from bench.evaluators.tracked_camera import TrackedCamera, moves
from bench.types import Case
from tests.made import answers

GRID: NDArray[np.float64] = np.stack(np.meshgrid(np.arange(10.0), np.arange(10.0)), axis=-1) * 20 + 8
CENTRE = np.array([98.0, 98.0])
FRAMES = np.zeros((9, 200, 200, 3), np.uint8)


def grown(factor: float) -> NDArray[np.float64]:
    return (GRID - CENTRE) * factor + CENTRE


@pytest.fixture
def tracked(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The evaluator, with a network that gives the grid and then what a test says."""
    evaluator = TrackedCamera()

    def measured(last: NDArray[np.float64], camera: str | None = None) -> dict[str, Any]:
        net = SimpleNamespace(tracks=lambda frames: np.stack([GRID] * (len(frames) - 1) + [last]))
        monkeypatch.setattr(nets, "shared", lambda *_: net)
        evaluator.load()
        evaluator._is_loaded = True
        return dict(answers(evaluator, FRAMES, case=Case("a", Path("none"), camera=camera)))

    return measured


@pytest.mark.parametrize(
    ("last", "seen"),
    [
        (GRID + np.array([-6, 0]), {"pan_right"}),
        (GRID + np.array([6, 0]), {"pan_left"}),
        (GRID + np.array([0, 6]), {"tilt_up"}),
        (GRID + np.array([0, -6]), {"tilt_down"}),
        (grown(1.1), {"zoom_in"}),
        (grown(0.9), {"zoom_out"}),
        (GRID, {"static"}),
        (GRID + np.array([0.4, -0.4]), {"static"}),  # within a pixel of where it was
        (GRID + np.array([6, 6]), {"pan_left", "tilt_up"}),
    ],
)
def test_the_moves_of_vbench_are_seen(last: NDArray[np.float64], seen: set[str], tracked: Any) -> None:
    assert moves(GRID, last, 200) == seen
    for camera in ("pan_left", "zoom_in", "static"):
        assert tracked(last, camera)["vbench_camera_motion"].value == 100.0 * (camera in seen)


def test_static_is_only_what_stands_still_on_all_edges() -> None:
    """Its camera_classify drops 'static' where the other pair of edges tells nothing that it knows."""
    last = GRID.copy()
    last[5, 0] += [6, 0]  # the left edge alone
    assert moves(GRID, last, 200) == set()


def test_the_threshold_grows_with_the_frame() -> None:
    assert moves(GRID, GRID + np.array([5, 0]), 999) == {"pan_left"}
    assert moves(GRID, GRID + np.array([5, 0]), 1001) == {"static"}


def test_speeds_have_the_signs_and_units_of_the_camera(tracked: Any) -> None:
    found = tracked(GRID + np.array([-20, 10]))  # in one second: 9 frames, 8 per second
    assert found["tracked_pan"].value == pytest.approx(10.0)
    assert found["tracked_tilt"].value == pytest.approx(5.0)
    assert found["tracked_zoom"].value == pytest.approx(0.0)
    assert tracked(grown(1.1))["tracked_zoom"].value == pytest.approx(100 * np.log(1.1))


@pytest.mark.parametrize("camera", [None, "roll_left"])
def test_what_vbench_does_not_ask_has_no_answer(camera: str | None, tracked: Any) -> None:
    found = tracked(GRID, camera)
    assert isinstance(found["vbench_camera_motion"], NotMeasurable)
    assert found["tracked_pan"].value == 0


def test_one_frame_is_too_short() -> None:
    evaluator = TrackedCamera()
    evaluator._is_loaded = True
    with pytest.raises(NotMeasurable, match="clip has 1 frame, tracked_camera needs 2"):
        answers(evaluator, FRAMES[:1])


class Predictor:
    """What the authors' package has, in miniature: it gives frame numbers, and NaN where it was trained to."""

    def __init__(self, checkpoint: None, window_len: int, v2: bool) -> None:
        import torch

        self.model = torch.nn.Linear(1, 1)
        self.eval = lambda: self
        self.requires_grad_ = lambda _: self
        self.to = lambda **_: self

    def __call__(self, clip: Any, grid_size: int) -> Any:
        import torch

        tracks = torch.zeros(1, clip.shape[1], grid_size**2, 2) + self.model.bias
        tracks[0, 1:] /= self.model.weight.item()
        return tracks, None


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The package, and a folder where its weights lie."""
    monkeypatch.setitem(sys.modules, "cotracker", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "cotracker.predictor", SimpleNamespace(CoTrackerPredictor=Predictor))
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    (tmp_path / "weights").mkdir()
    return tmp_path / "weights" / cotracker.WEIGHTS.name


def test_tracks_come_from_the_package_with_the_declared_weights(package: Path) -> None:
    import torch

    torch.save({"weight": torch.ones(1, 1), "bias": torch.full((1,), 3.0)}, package)
    tracks = CoTracker().tracks(FRAMES)
    assert tracks.shape == (9, 10, 10, 2) and (tracks == 3).all()


def test_nan_is_named_by_its_frame(package: Path) -> None:
    import torch

    torch.save({"weight": torch.zeros(1, 1), "bias": torch.zeros(1)}, package)
    with pytest.raises(NotFinite, match="for frame 1"):
        CoTracker().tracks(FRAMES)


@pytest.mark.parametrize("content", [b"<html>", None])
def test_weights_of_another_kind_are_refused(content: bytes | None, package: Path) -> None:
    import torch

    if content:
        package.write_bytes(content)
    else:
        torch.save({"head": torch.ones(2)}, package)
    with pytest.raises(Unavailable, match="not a checkpoint of CoTracker2"):
        CoTracker()


def test_without_the_package_the_line_that_installs_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cotracker", None)
    with pytest.raises(Unavailable, match="cotracker is not installed; pip install git"):
        TrackedCamera().check()
