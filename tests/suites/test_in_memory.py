"""Frames in memory are measured as the same frames in a file are."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bench
from bench.errors import BadClip, UsageError
from bench.media import pictures, video
from tests.made import moving_clip


@pytest.fixture
def duck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A clip and its image, in memory and as files; what is stored lies in tmp_path."""
    monkeypatch.chdir(tmp_path)
    clip = moving_clip(12)
    pictures.write(tmp_path / "files" / "duck.png", clip.frames[0])
    video.write_clip(tmp_path / "files" / "duck.mkv", clip)
    return {"frames": clip.frames, "image": tmp_path / "files" / "duck.png", "fps": clip.fps}


def measured(duck: dict[str, Any], frames: Any, image: Any, **more: Any) -> dict[str, float]:
    rows = bench.evaluate(
        frames={"duck": frames}, images={"duck": image}, fps=duck["fps"], metrics=["ssim", "first_frame"],
        view="native", show_progress=False, **more,
    )  # fmt: skip
    return dict(zip(rows["metric"], rows["value"], strict=True))


def test_arrays_and_tensors_have_the_values_of_the_file(duck: dict[str, Any], tmp_path: Path) -> None:
    import torch

    rows = bench.evaluate(
        tmp_path / "files", "files", metrics=["ssim", "first_frame"], view="native", show_progress=False
    )
    expected = dict(zip(rows["metric"], rows["value"], strict=True))
    before = sorted(tmp_path.rglob("*"))
    first = np.moveaxis(duck["frames"], -1, 1)
    tensor = torch.tensor(first.copy()).to(torch.float32) / 255
    for found in (
        measured(duck, duck["frames"], duck["image"]),
        measured(duck, duck["frames"] / 255, duck["frames"][0] / 255),
        measured(duck, first, duck["image"], layout="TCHW"),
        measured(duck, tensor.requires_grad_(), tensor[0], layout="TCHW"),
    ):
        assert found == pytest.approx(expected, nan_ok=True)
    assert sorted(tmp_path.rglob("*")) == before  # nothing was stored


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda frames: frames.astype(float) / 127.5 - 1, "x / 2 \\+ 0.5 for -1 to 1"),
        (lambda frames: frames.astype(int), "uint8, or floats from 0 to 1, not int64"),
        (lambda frames: frames[..., :1], "not THWC with 3 channels: see layout="),
        (lambda frames: frames[0], "not THWC"),
        (lambda frames: np.full(frames.shape, np.nan), "floats are from 0 to 1"),
    ],
)
def test_what_is_no_clip_is_said(duck: dict[str, Any], change: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        measured(duck, change(duck["frames"]), duck["image"])


def test_a_case_without_an_image_and_both_ways_at_once_are_refused(duck: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="case 'duck' has frames and no input image"):
        bench.evaluate(frames={"duck": duck["frames"]})
    with pytest.raises(UsageError, match="or frames in memory"):
        bench.evaluate("files", "x", frames={"duck": duck["frames"]})
    with pytest.raises(UsageError, match="or frames in memory"):
        bench.evaluate()


def test_no_frames_per_second_is_not_taken_for_unstated(duck: dict[str, Any]) -> None:
    with pytest.raises(BadClip, match="a frame rate is finite and positive, not 0"):
        measured(duck | {"fps": 0}, duck["frames"], duck["image"])


def test_files_need_no_temporary_folder(duck: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    rows = bench.evaluate("files", "files", metrics=["ssim"], view="native", show_progress=False)
    assert "failed" not in set(rows["status"])
