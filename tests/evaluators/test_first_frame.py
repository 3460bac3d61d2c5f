"""First frame against the input image: closed forms, fitting, decay, and the null clips."""

import math
from pathlib import Path

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio, structural_similarity  # 0.26.0

from bench.errors import NotMeasurable
from bench.evaluators import Values
from bench.evaluators.first_frame import FirstFrame
from bench.media import pictures
from bench.types import Case, ClipRecord, Fit, Frames, Image, Value
from tests.made import answers, moving_clip, photograph


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return stored(tmp_path, photograph())


def stored(folder: Path, image: Image) -> Case:
    pictures.write(folder / "input.png", image)
    return Case("a", folder / "input.png")


def measured(case: Case, frames: Frames, fit: Fit = "cover") -> Values:
    return answers(FirstFrame(), frames, case=case, record=ClipRecord("a", 0, None, "", fit=fit))


def number(values: Values, name: str) -> float:
    found = values[name]
    assert isinstance(found, Value), found
    return found.value


def test_the_input_itself_is_perfect(case: Case) -> None:
    values = measured(case, photograph()[None].repeat(5, axis=0))
    assert number(values, "first_frame_ssim") == 1.0
    assert number(values, "first_frame_psnr") == 100.0
    assert number(values, "first_frame_similarity") == 1.0
    assert number(values, "first_frame_slope") == 0.0


def test_psnr_of_a_known_error(tmp_path: Path) -> None:
    # Red off by 6, the rest right: mean square 36 / 3.
    dim = photograph() // 2
    frames = dim[None].copy()
    frames[..., 0] += 6
    values = measured(stored(tmp_path, dim), frames)
    assert number(values, "first_frame_psnr") == pytest.approx(10 * math.log10(255**2 / 12))


def test_values_are_scikit_images(case: Case) -> None:
    clip = moving_clip(4, seed=3).frames
    gray, image = pictures.gray(clip), photograph()
    values = measured(case, clip)
    peers = [structural_similarity(pictures.gray(image), frame) for frame in gray]
    assert number(values, "first_frame_ssim") == pytest.approx(peers[0], abs=1e-12)
    assert number(values, "first_frame_similarity") == pytest.approx(np.mean(peers), abs=1e-12)
    assert number(values, "first_frame_psnr") == pytest.approx(
        peak_signal_noise_ratio(image, clip[0]), abs=1e-9
    )


def test_only_the_first_frame_counts_for_the_first_two(case: Case) -> None:
    clip = moving_clip(4).frames.copy()
    before = measured(case, clip)
    clip[1:] = 0
    after = measured(case, clip)
    for name in ("first_frame_ssim", "first_frame_psnr"):
        assert number(after, name) == number(before, name)
    assert number(after, "first_frame_similarity") < number(before, "first_frame_similarity")


def test_growing_damage_lowers_both(case: Case) -> None:
    noise = np.random.default_rng(0).normal(size=photograph().shape)
    damaged = [np.clip(photograph() + size * noise, 0, 255).astype(np.uint8)[None] for size in (0, 2, 8, 30)]
    for name in ("first_frame_ssim", "first_frame_psnr"):
        found = [number(measured(case, frames), name) for frames in damaged]
        assert found == sorted(found, reverse=True)
        assert len(set(found)) == 4


def test_the_image_is_fitted_as_the_model_was_given_it(tmp_path: Path) -> None:
    case = stored(tmp_path, photograph(60, 120))
    for fit in ("cover", "contain", "stretch"):
        given = pictures.fit(photograph(60, 120), 64, 48, fit)[None]
        for recorded in ("cover", "contain", "stretch"):
            found = number(measured(case, given, recorded), "first_frame_psnr")
            assert (found == 100.0) == (fit == recorded)


def test_a_drifting_clip_starts_right_and_leaves(case: Case) -> None:
    found = measured(case, moving_clip(10).frames)
    assert number(found, "first_frame_ssim") == 1.0
    assert number(found, "first_frame_slope") < 0
    similarity = found["first_frame_similarity"]
    assert isinstance(similarity, Value)
    assert similarity.series is not None
    assert len(similarity.series) == 10
    assert similarity.series[0] == 1.0 > similarity.series[1] > similarity.series[4]


def test_noise_is_nothing_like_the_input(case: Case) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (3, 48, 64, 3)).astype(np.uint8)
    assert abs(number(measured(case, noise), "first_frame_similarity")) < 0.1
    assert number(measured(case, noise), "first_frame_psnr") < 12


def test_short_or_small_clips_have_what_can_be_said(case: Case) -> None:
    one = measured(case, photograph()[None])
    assert number(one, "first_frame_similarity") == 1.0
    assert str(one["first_frame_slope"]) == "a slope needs 3 values, the series has 1: use a longer clip"
    small = measured(case, np.zeros((3, 5, 8, 3), np.uint8))
    assert number(small, "first_frame_psnr") > 0
    for name in ("first_frame_ssim", "first_frame_similarity", "first_frame_slope"):
        assert isinstance(small[name], NotMeasurable)
