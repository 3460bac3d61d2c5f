"""Appearance along a clip: changes derived by hand, scikit-image's colours, growing damage, and the null clips."""

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage  # 1.17.1
from skimage.color import rgb2lab  # 0.26.0

from bench.errors import NotMeasurable
from bench.evaluators.appearance import CHANGES, TIMES, Appearance, at_time, drift_name, frame_colour
from bench.media import pictures
from bench.types import Case, Frames, Image
from tests.made import answers, moving_clip, photograph

DRIFTS = [f"{name}_drift" for name in CHANGES]

LASTING = 2.0
"""Frames per second at which 3 frames last until 1 s."""


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return stored(tmp_path, photograph())


def stored(folder: Path, image: Image) -> Case:
    pictures.write(folder / "input.png", image)
    return Case("a", folder / "input.png")


def fading(image: Image, last: Image, frames: int = 8) -> Frames:
    """From image to last, evenly."""
    shares = np.linspace(0, 1, frames)[:, None, None, None]
    return np.rint(image * (1 - shares) + last * shares).astype(np.uint8)


def test_a_copy_of_the_input_has_drifted_nowhere(case: Case) -> None:
    found = answers(Appearance(), photograph()[None].repeat(9, axis=0), LASTING, case)
    assert {name: found[name].value for name in found} == dict.fromkeys(found, 0.0)


def test_sharpness_is_the_variance_of_the_laplacian(tmp_path: Path) -> None:
    # A checkerboard of 100 ± c: the Laplacian is ∓8 c everywhere (reflected edges alternate, too), its variance 64 c².
    signs = np.where(np.indices((16, 16)).sum(axis=0) % 2, 1, -1)
    boards = [np.repeat((100 + c * signs)[..., None], 3, axis=2).astype(np.uint8) for c in (40, 10)]
    assert frame_colour(boards[0], pictures.gray(boards[0])).sharpness == pytest.approx(64 * 40**2)
    found = answers(Appearance(), boards[1][None].repeat(4, axis=0), LASTING, stored(tmp_path, boards[0]))
    assert found["sharpness_drift"].value == pytest.approx(math.log2(10**2 / 40**2))


def test_sharpness_is_scipys() -> None:
    gray = pictures.gray(photograph())
    peer = ndimage.laplace(gray.astype(np.float64), mode="mirror").var()
    assert frame_colour(photograph(), gray).sharpness == pytest.approx(peer, rel=1e-9)


def test_colours_are_scikit_images(case: Case) -> None:
    last = np.ascontiguousarray(photograph(seed=3))
    found = answers(Appearance(), last[None].repeat(4, axis=0), LASTING, case)
    lab, reference = (rgb2lab(image).reshape(-1, 3) for image in (last, photograph()))
    mean, spread = (
        lab.mean(axis=0) - reference.mean(axis=0),
        lab.std(axis=0) - reference.std(axis=0),
    )
    chroma = [math.sqrt(np.square(each[:, 1:]).sum(axis=1).mean()) for each in (lab, reference)]
    expected = {
        "contrast_drift": math.log2(lab[:, 0].std() / reference[:, 0].std()),
        "exposure_drift": mean[0],
        "saturation_drift": chroma[0] - chroma[1],
        "colour_drift": np.linalg.norm(mean),
        "colour_spread_drift": np.linalg.norm(spread),
    }
    # float32 roots: 1e-6 on each mean
    assert {name: found[name].value for name in expected} == pytest.approx(expected, abs=1e-4)


def test_flat_pictures_have_values(tmp_path: Path) -> None:
    flat = np.full((9, 11, 3), 80, np.uint8)
    case = stored(tmp_path, flat)
    still = answers(Appearance(), flat[None].repeat(4, axis=0), LASTING, case)
    assert all(still[name].value == 0.0 for name in DRIFTS)
    # What has no detail at all counts as having what rounding leaves: 5/3. One pixel 12 brighter: five Laplacians of
    # 12 and -48, mean 0 over 99 pixels, variance (4 · 12² + 48²) / 99.
    spot = flat.copy()
    spot[4, 5] += 12
    found = answers(Appearance(), spot[None].repeat(4, axis=0), LASTING, case)
    assert found["sharpness_drift"].value == pytest.approx(math.log2((4 * 12**2 + 48**2) / 99 / (5 / 3)))


@pytest.mark.parametrize(
    ("fps", "frames", "seconds", "expected"),
    [
        (8, 14, 1, [6, 7, 8, 9, 10]),  # 0.75 s to 1.25 s
        (8, 14, 1.5, [11, 12, 13]),  # the last is at 1.625 s: as little before as after
        (24, 49, 2, [48]),
        (25, 200, 4, list(range(94, 107))),  # 3.76 s to 4.24 s
        (7, 14, 1, [6, 7, 8]),  # 0.857 s to 1.143 s
        (1, 3, 1, [1]),
        (1.5, 3, 1, [1, 2]),  # 0.667 s and 1.333 s: within half a frame
        (8, 9, 1, [8]),
        (8.5, 9, 1, [8]),  # half a frame before
    ],
)
def test_a_drift_is_the_mean_of_the_frames_about_its_time(
    fps: float, frames: int, seconds: float, expected: list[int]
) -> None:
    values = np.random.default_rng(0).normal(size=frames)
    assert at_time(values, seconds, fps) == pytest.approx(np.mean(values[expected]))


def test_a_longer_clip_drifts_no_more(case: Case) -> None:
    """Darker by the same each frame, for 1.75, 3 and 6 seconds: each drift is that of the same frames."""
    whole = np.stack([photograph() - np.minimum(photograph(), t) for t in range(48)])
    short, middle, long = (answers(Appearance(), whole[:frames], case=case) for frames in (14, 24, 48))
    for name in CHANGES:
        of_time = [drift_name(name, seconds) for seconds in TIMES]
        assert short[of_time[0]].value == middle[of_time[0]].value == long[of_time[0]].value
        assert middle[of_time[1]].value == long[of_time[1]].value
        assert [type(short[metric]) for metric in of_time[1:]] == [NotMeasurable, NotMeasurable]
    assert (
        0 > long["exposure_drift"].value > long["exposure_drift_2s"].value > long["exposure_drift_4s"].value
    )


def test_a_clip_that_is_shorter_has_no_drift(case: Case) -> None:
    found = answers(Appearance(), photograph()[None].repeat(8, axis=0), case=case)
    assert str(found["colour_drift"]) == (
        "a drift at 1 s needs frames until then, the last of this clip is at 0.875 s: use a longer clip"
    )
    assert found["colour_slope"].value == 0


@pytest.mark.parametrize(
    ("name", "damage", "sign"),
    [
        ("sharpness", "blur", -1), ("sharpness", "noise", 1), ("contrast", "fade", -1), ("exposure", "dim", -1),
        ("saturation", "gray", -1), ("colour", "red", 1), ("colour_spread", "fade", 1),
    ],
)  # fmt: skip
def test_growing_damage_moves_its_number_and_slope(case: Case, name: str, damage: str, sign: int) -> None:
    values, slopes = [], []
    for share in (0, 0.2, 0.5, 1):
        last = photograph() * (1 - share) + damaged(damage) * share
        found = answers(Appearance(), fading(photograph(), last), fps=4.0, case=case)
        values.append(sign * found[f"{name}_drift"].value)
        slopes.append(sign * found[f"{name}_slope"].value)
    assert values == sorted(values)
    assert len(set(values)) == 4
    assert slopes == sorted(slopes)
    assert slopes[-1] > 0


def damaged(how: str) -> np.ndarray:
    image = photograph().astype(np.float64)
    gray = image.mean(axis=2, keepdims=True)
    return {
        "blur": ndimage.gaussian_filter(image, (3, 3, 0)),
        "noise": np.clip(image + 20 * np.random.default_rng(0).normal(size=image.shape), 0, 255),
        "fade": image.mean() + 0.4 * (image - image.mean()),
        "dim": 0.6 * image,
        "gray": np.repeat(gray, 3, axis=2),
        "red": np.minimum(image + np.array([60, 0, 0]), 255),
    }[how]


def test_slope_is_per_second(case: Case) -> None:
    clip = fading(photograph(), damaged("dim"))
    slow, fast = (answers(Appearance(), clip, fps=fps, case=case) for fps in (8.0, 24.0))
    for name in CHANGES:
        assert fast[f"{name}_slope"].value == pytest.approx(3 * slow[f"{name}_slope"].value)


def test_a_picture_that_slides_and_wraps_round_keeps_its_colours(case: Case) -> None:
    found = answers(Appearance(), moving_clip(12).frames, case=case)
    for name in DRIFTS[1:]:
        assert found[name].value == pytest.approx(0, abs=1e-9), name
    assert found["sharpness_drift"].value > 0  # the seam is an edge that comes into the picture


def test_one_frame_or_one_pixel(case: Case) -> None:
    one = answers(Appearance(), damaged("dim").astype(np.uint8)[None], case=case)
    assert isinstance(one["exposure_drift"], NotMeasurable)
    assert str(one["exposure_slope"]) == "a slope needs 3 values, the series has 1: use a longer clip"
    assert isinstance(one["exposure_slope"], NotMeasurable)
    pixel = answers(Appearance(), np.full((3, 1, 1, 3), 200, np.uint8), LASTING, case)
    assert len(pixel["colour_drift"].series or ()) == 3
