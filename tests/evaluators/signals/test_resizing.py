"""Resizing for networks is torchvision's, of uint8 tensors, on any version of it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import torch
from torchvision.transforms import CenterCrop, Compose, InterpolationMode, Resize

from bench.evaluators.signals.resizing import Resizing
from bench.evaluators.view import Sample, View
from bench.media.input_image import InputImage
from bench.types import Case, ClipRecord, Image


def photograph(height: int, width: int) -> Image:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
@pytest.mark.parametrize(("height", "width"), [(90, 160), (160, 91), (64, 64), (40, 50)])
def test_is_torchvisions(
    height: int, width: int, mode: Literal["bilinear", "bicubic"], antialias: bool
) -> None:
    frame = photograph(height, width)
    theirs = Compose([Resize(56, InterpolationMode(mode), antialias=antialias), CenterCrop(48)])
    wanted = theirs(torch.from_numpy(frame).permute(2, 0, 1)).permute(1, 2, 0).numpy()
    found = Resizing(short=56, crop=48, mode=mode, antialias=antialias).of(frame)
    assert found.dtype == np.uint8 and np.array_equal(found, wanted)


@pytest.mark.parametrize("antialias", [False, True])
def test_unrounded_is_torchvisions_of_float_tensors(antialias: bool) -> None:
    frame = photograph(90, 160)
    theirs = Compose([Resize(56, InterpolationMode.BICUBIC, antialias=antialias), CenterCrop(48)])
    wanted = theirs(torch.Tensor(frame).permute(2, 0, 1)).permute(1, 2, 0).numpy()
    found = Resizing(short=56, crop=48, antialias=antialias, is_rounded=False).of(frame)
    assert found.dtype == np.float32 and np.array_equal(found, wanted)
    assert antialias or (found.min() < 0 and found.max() > 255)  # bicubic overshoots at hard edges


def test_may_distort_or_leave_the_frame_as_it_is() -> None:
    frame = photograph(30, 50)
    theirs = Resize((24, 24), InterpolationMode.BICUBIC, antialias=True)
    wanted = theirs(torch.from_numpy(frame).permute(2, 0, 1)).permute(1, 2, 0).numpy()
    assert np.array_equal(Resizing(size=(24, 24)).of(frame), wanted)
    assert np.array_equal(Resizing(crop=20).of(frame), frame[5:25, 15:35])


def test_a_view_resizes_once_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Resizing] = []
    real = Resizing.of
    monkeypatch.setattr(Resizing, "of", lambda self, frame: (calls.append(self), real(self, frame))[1])
    about = InputImage(Case("a", Path("a.png")), ClipRecord("a", 0, None, ""), 50, 30)
    view = View(0, photograph(30, 50), Sample(about, 8.0))
    assert view.resized(Resizing(short=24)) is view.resized(Resizing(short=24))
    view.resized(Resizing(short=24, antialias=False))
    assert calls == [Resizing(short=24), Resizing(short=24, antialias=False)]
