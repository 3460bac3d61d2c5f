"""Cadence: clips made of fewer frames than they show, to the bit and through H.264, and clips that only move."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from bench.calibration import damages
from bench.errors import NotMeasurable
from bench.evaluators.cadence import Cadence
from bench.evaluators.signals.repeats import blends, change, lattice, pace, repeat_pattern, repeats
from bench.media import encoding, video
from bench.suites import scenes
from bench.types import Clip, Frames, Value
from tests.made import answers, moving_clip, photograph

IMAGES = Path(__file__).parents[2] / "suites" / "demo" / "images"
PULLDOWN = [3, 2]


@cache
def scene(kind: str, speed: float, num_frames: int = 12) -> Frames:
    patch = {"patch": IMAGES / "cat.png", "diameter": 32} if kind == "object" else {}
    made = scenes.Scene(
        texture=IMAGES / "coffee.jpg",
        kind=kind,
        speed=speed,
        width=160,
        height=96,
        num_frames=num_frames,
        **patch,  # type: ignore[arg-type]
    )
    return scenes.frames(made)


def shown(frames: Frames, times: list[int]) -> Frames:
    """Each frame as often as times says, in turn."""
    return np.repeat(frames, np.resize(times, len(frames)), axis=0)


def through_h264(frames: Frames, folder: Path) -> Frames:
    """As most programs write it: BT.601, untagged. In BT.709, chroma's loss reaches BT.601's gray: a faint blend of
    zoom_in is then taken for a frame.
    """
    untagged = replace(encoding.PREVIEW, is_bt709=False)
    encoding.encode(folder / "clip.mp4", Clip(frames, 24.0), untagged)
    return video.read_clip(folder / "clip.mp4").frames


def measured(frames: Frames, fps: float = 24.0) -> dict[str, float]:
    found = answers(Cadence(), frames, fps=fps)
    assert all(isinstance(value, Value) for value in found.values()), found
    return {name.removeprefix("cadence_"): value.value for name, value in found.items()}


# What repeats: frame rate and period follow from how often each frame is shown.
TELECINES = [
    ([1], 24.0, 1), ([2], 12.0, 2), ([3], 8.0, 3), ([4], 6.0, 4), (PULLDOWN, 9.6, 5), ([2, 1, 1, 1], 19.2, 5),
]  # fmt: skip


@pytest.mark.parametrize(("times", "fps", "period"), TELECINES)
def test_a_clip_is_called_what_it_is(times: list[int], fps: float, period: int) -> None:
    frames = shown(scene("pan_left", 1, 24), times)
    found = measured(frames)
    assert found["period"] == period
    assert found["repeats"] == pytest.approx(1 - 23 / (len(frames) - 1))  # 24 pictures, 23 of them new
    # whole cycles lie between the first new frame and the last only for n:1: else a part of one is left over
    assert found["fps"] == pytest.approx(fps, rel=0.03 if len(set(times)) > 1 else 1e-12)


@pytest.mark.parametrize(
    ("kind", "speed"), [("pan_left", 1), ("pan_right", 6), ("zoom_in", 1), ("object", 2)]
)
@pytest.mark.parametrize("times", [[3], PULLDOWN])
def test_it_is_so_after_h264(tmp_path: Path, kind: str, speed: float, times: list[int]) -> None:
    frames = shown(scene(kind, speed), times)
    coded = through_h264(frames, tmp_path)
    changed = sum(not np.array_equal(a, b) for a, b in zip(coded[:-1:3], coded[1::3], strict=False))
    assert changed > 0  # else this would show nothing
    assert measured(coded) == measured(frames)


@pytest.mark.parametrize(
    ("kind", "speed"), [("pan_left", 0.25), ("pan_left", 2), ("zoom_in", 0.5), ("object", 1)]
)
def test_movement_does_not_repeat_even_when_slow(tmp_path: Path, kind: str, speed: float) -> None:
    for frames in (scene(kind, speed), through_h264(scene(kind, speed), tmp_path)):
        assert measured(frames) == {"repeats": 0, "blends": 0, "fps": 24, "period": 1}


def test_movement_that_slows_down_and_comes_to_rest_does_not_repeat() -> None:
    # A row of changes as braking makes them: each 0.7 times the one before, from 40 levels to 0.2.
    assert not repeats(40 * 0.7 ** np.arange(15)).any()
    # The same with a stop as sudden as a repeat's.
    sudden = np.r_[np.full(10, 20.0), np.full(5, 0.8)]
    assert repeats(sudden).tolist() == [False] * 10 + [True] * 5


def test_a_noisy_repeat_needs_loud_neighbours() -> None:
    changes = np.array([20, 18, 3, 19, 20, 9, 3.5, 9, 20, 21.0])
    # 3 lies a third below 18 and 19; 3.5 does not below 9
    assert np.flatnonzero(repeats(changes)).tolist() == [2]


def test_a_duplicate_without_rhythm() -> None:
    frames = scene("pan_left", 2)
    frames = np.insert(frames, 5, frames[4], axis=0)
    found = answers(Cadence(), frames, fps=24.0)
    assert found["cadence_repeats"].series == (0.0,) * 4 + (1.0,) + (0.0,) * 7
    assert found["cadence_period"].value == 0
    assert found["cadence_fps"].value == pytest.approx(24 * 10 / 11)  # 11 new frames in 12 steps


def test_a_freeze_repeats_up_to_the_end() -> None:
    frames = scene("pan_left", 2)
    found = [measured(frames[np.minimum(np.arange(12), last)])["repeats"] for last in (11, 8, 5, 3)]
    assert found == pytest.approx([0, 3 / 11, 6 / 11, 8 / 11])


def test_a_rhythm_brings_back_what_the_codec_hid() -> None:
    flags = np.resize([True, True, False], 30)
    hidden = flags.copy()
    hidden[[4, 15]] = False
    found = repeat_pattern(hidden)
    assert found.period == 3
    assert found.flags.tolist() == flags.tolist()
    assert pace(found.flags) == pytest.approx(1 / 3)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30)
def test_repeats_at_random_seldom_have_a_rhythm_and_keep_what_was_found(seed: int) -> None:
    flags = np.random.default_rng(seed).random(60) < 0.3
    found = repeat_pattern(flags)
    assert found.period >= 0
    assert (found.flags >= flags).all()
    assert not repeat_pattern(np.arange(60) == seed % 60).period > 1  # one repeat is none


def faded(frames: Frames, times: int) -> Frames:
    """times - 1 mixtures between each frame and the next."""
    places = np.arange((len(frames) - 1) * times + 1) / times
    shares = (places % 1)[:, None, None, None]
    before, after = np.floor(places).astype(int), np.ceil(places).astype(int)
    return np.rint((1 - shares) * frames[before] + shares * frames[after]).astype(np.uint8)


@pytest.mark.parametrize(("kind", "speed"), [("pan_left", 1.5), ("tilt_down", 6), ("zoom_in", 4)])
@pytest.mark.parametrize("times", [2, 3])
def test_blends_are_no_new_frames(tmp_path: Path, kind: str, speed: float, times: int) -> None:
    frames = faded(scene(kind, speed), times)  # 12 frames, 11 gaps with times - 1 blends each
    share = 11 * (times - 1) / (len(frames) - 2)
    expected = {
        "repeats": 0,
        "blends": pytest.approx(share),
        "fps": pytest.approx(24 / times),
        "period": times,
    }
    assert measured(frames) == expected
    assert measured(through_h264(frames, tmp_path)) == expected


def test_blends_by_hand() -> None:
    # Three pixels: a frame half way, one two thirds of the way; then frames that go elsewhere.
    key = np.array([[0, 0, 0], [200, 0, 100], [0, 200, 30], [0, 0, 255]], np.uint8)
    half, two_thirds = np.array([100, 0, 50], np.uint8), np.array([67, 133, 53], np.uint8)
    points = np.stack([key[0], half, key[1], two_thirds, key[2], key[3]])
    assert blends(points).tolist() == [True, False, True, False]
    assert not blends(np.stack([key[0], key[0], key[1], key[1], key[1]])).any()  # repeats are not blends


def test_a_lattice_holds_pixels_as_they_are() -> None:
    plane = np.arange(100 * 130, dtype=np.uint16).reshape(100, 130).astype(np.uint8)
    assert lattice(plane).tolist() == [int(plane[y, x]) for y in range(0, 100, 3) for x in range(0, 130, 3)]


def test_changes_are_seen_where_they_are() -> None:
    # One cell of 16 x 16 changes by 32 levels, the mean of the frame by an eighth: 32 / 256.
    before = np.full((64, 96), 100, np.uint8)
    after = before.copy()
    after[8:12, 12:18] = 132
    assert change(before, after) == pytest.approx(32)
    assert change(before, before) == 0


def test_null_clips() -> None:
    with pytest.raises(NotMeasurable, match="clip stands still"):
        measured(photograph()[None].repeat(8, axis=0))
    assert measured(moving_clip(20).frames, fps=8.0) == {"repeats": 0, "blends": 0, "fps": 8, "period": 1}


@pytest.mark.parametrize("crf", [12, 23, 35])
def test_a_still_through_a_codec_stands_still(crf: float) -> None:
    """Which had 3.4 frames per second: the codec went on refining it."""
    coded = damages.TABLE["compression"].of(
        scene("static", 0).repeat(2, axis=0), crf, np.random.default_rng(0)
    )
    assert len({frame.tobytes() for frame in coded}) > 1
    with pytest.raises(
        NotMeasurable, match="clip stands still: no cell of a 16 x 16 grid changes by more than"
    ):
        measured(coded)


def test_one_new_frame_has_no_rate() -> None:
    frames = photograph()[None].repeat(6, axis=0).copy()
    frames[3:] = photograph(seed=1)
    found = answers(Cadence(), frames)
    assert isinstance(found["cadence_fps"], NotMeasurable)
    assert found["cadence_repeats"].value == pytest.approx(4 / 5)
