"""MS-SSIM along a clip: which pairs are compared, growing damage, and the null clips; its values: test_similarity."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from bench.errors import NotMeasurable
from bench.evaluators.ms_ssim import MsSsim
from bench.evaluators.signals import similarity
from bench.media import pictures
from bench.types import Case, Frames
from tests.made import answers, photograph

SIZE = (176, 180)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    pictures.write(tmp_path / "input.png", photograph(*SIZE))
    return Case("a", tmp_path / "input.png")


def moving(frames: int, pixels: int = 2) -> Frames:
    return np.stack([np.roll(photograph(*SIZE), pixels * t, axis=1) for t in range(frames)])


def test_neighbours_and_the_input_are_compared(case: Case) -> None:
    found = answers(MsSsim(), moving(4), case=case)
    gray = pictures.gray(moving(4))
    assert found["ms_ssim_mean"].series == tuple(similarity.ms_ssim(a, b) for a, b in pairwise(gray))
    assert found["ms_ssim_to_input_mean"].series == tuple(similarity.ms_ssim(gray[0], b) for b in gray)
    assert found["ms_ssim_mean"].value == pytest.approx(np.mean(found["ms_ssim_mean"].series))


def test_growing_noise_lowers_both(case: Case) -> None:
    noise = np.random.default_rng(0).normal(size=(3, *SIZE, 3))
    clips = [np.clip(photograph(*SIZE) + size * noise, 0, 255).astype(np.uint8) for size in (0, 5, 20, 60)]
    for name in ("ms_ssim_mean", "ms_ssim_to_input_mean"):
        values = [answers(MsSsim(), clip, case=case)[name].value for clip in clips]
        assert values[0] == 1.0
        assert values == sorted(values, reverse=True)
        assert len(set(values)) == 4


def test_still_and_drift(case: Case) -> None:
    still = answers(MsSsim(), moving(3, 0), case=case)
    assert still["ms_ssim_mean"].value == still["ms_ssim_to_input_mean"].value == 1.0
    drift = answers(MsSsim(), moving(6, 6), case=case)
    assert drift["ms_ssim_to_input_mean"].value < drift["ms_ssim_mean"].value < 1


def test_a_small_shift_costs_less_than_in_ssim() -> None:
    rng = np.random.default_rng(0)
    picture = np.clip(photograph(*SIZE)[..., 0] + 10 * rng.normal(size=SIZE), 0, 255).astype(np.uint8)
    shifted = np.roll(picture, 1, axis=1)
    assert similarity.ms_ssim(picture, shifted) > similarity.ssim(picture, shifted) + 0.1


def test_too_small_or_too_short(case: Case) -> None:
    with pytest.raises(NotMeasurable, match="176 x 176"):
        answers(MsSsim(), moving(3)[:, :175], case=case)
    with pytest.raises(NotMeasurable, match="clip has 1 frame, ms_ssim needs 2"):
        answers(MsSsim(), moving(1), case=case)
