"""What each damage does, by arithmetic done here, and what all of them promise."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from bench.calibration import damages
from bench.types import DEPENDENCES, Clip, Frames
from tests.made import moving_clip, photograph

NAMES = list(damages.TABLE)
FORMATS = [name for name, damage in damages.TABLE.items() if damage.changes not in ("", "codec")]
SHAPED = [name for name in NAMES if name not in FORMATS]
"""Those that leave a clip as long and as large as their baseline."""
CLIP = moving_clip(16).frames


def hurt(name: str, severity: float, frames: Frames = CLIP, seed: int = 0) -> Frames:
    return damages.TABLE[name].of(frames, severity, np.random.default_rng(seed))


def baseline(name: str, frames: Frames = CLIP) -> Frames:
    return damages.TABLE[name].baseline(frames)


def flat(frames: int = 9, level: int = 128, height: int = 48, width: int = 64) -> Frames:
    return np.full((frames, height, width, 3), level, np.uint8)


def difference(one: Frames, other: Frames) -> float:
    return float(np.abs(one.astype(float) - other).mean())


# What all of them promise


def test_the_names_are_those_that_cards_may_claim() -> None:
    words = (
        "noise blur alternate_blur compression brightness_flicker local_flicker jitter swap freeze late_start drop "
        "duplicate slow_motion colour_drift exposure_drift first_step seams cut squash fixed_warp redrawn_warp morph "
        "loop pan half_fps trim half_size letterbox"
    )
    assert words.split() == NAMES
    assert all(name == damage.name for name, damage in damages.TABLE.items())


@pytest.mark.parametrize("name", NAMES)
def test_severity_0_is_the_baseline_and_the_rest_grows(name: str) -> None:
    damage = damages.TABLE[name]
    assert list(damage.severities) == sorted(set(damage.severities))
    assert damage.severities[0] > 0
    assert np.array_equal(hurt(name, 0), baseline(name))
    with pytest.raises(ValueError, match="at least 0, not -1"):
        hurt(name, -1)


@pytest.mark.parametrize("name", SHAPED)
def test_damage_moves_pixels_the_more_the_stronger(name: str) -> None:
    larger = np.stack([cv2.resize(frame, (320, 240)) for frame in CLIP[:9]])
    found = [
        difference(hurt(name, severity, larger), baseline(name, larger))
        for severity in damages.TABLE[name].severities
    ]
    assert min(found) > 0
    assert found[-1] == pytest.approx(max(found), rel=0.1)  # a wrapping clip comes back to itself


@pytest.mark.parametrize("name", NAMES)
def test_the_same_draw_gives_the_same_pixels_and_leaves_the_source(name: str) -> None:
    before = CLIP.copy()
    severity = damages.TABLE[name].severities[-1]
    assert np.array_equal(hurt(name, severity), hurt(name, severity))
    assert np.array_equal(CLIP, before)


@pytest.mark.parametrize(
    "shape", [(1, 1, 1), (2, 1, 1), (2, 8, 8), (3, 33, 47), (5, 47, 17), (2, 48, 64), (30, 9, 16)]
)
@pytest.mark.parametrize("name", SHAPED)
def test_any_clip_keeps_its_shape(name: str, shape: tuple[int, int, int]) -> None:
    frames = np.random.default_rng(0).integers(0, 256, (*shape, 3)).astype(np.uint8)
    frames.flags.writeable = False
    for severity in damages.TABLE[name].severities[::2]:
        worse = hurt(name, severity, frames)
        assert worse.dtype == np.uint8
        assert worse.shape == baseline(name, frames).shape
    if name not in ("drop", "pan"):
        assert baseline(name, frames) is frames


@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 1, 1), (3, 33, 47), (5, 47, 17)])
@pytest.mark.parametrize("name", FORMATS)
def test_any_clip_has_another_format(name: str, shape: tuple[int, int, int]) -> None:
    frames = np.random.default_rng(0).integers(0, 256, (*shape, 3)).astype(np.uint8)
    for severity in damages.TABLE[name].severities:
        changed = hurt(name, severity, frames)
        assert changed.dtype == np.uint8
        assert min(changed.shape) >= 1


TEMPORAL = [
    "alternate_blur", "brightness_flicker", "local_flicker", "jitter", "swap", "freeze", "late_start", "drop",
    "duplicate", "slow_motion", "colour_drift", "exposure_drift", "first_step", "seams", "cut", "redrawn_warp",
    "morph", "loop", "pan",
]  # fmt: skip


@pytest.mark.parametrize("name", TEMPORAL)
def test_what_unfolds_in_time_starts_from_the_image(name: str) -> None:
    severity = damages.TABLE[name].severities[-1]
    assert np.array_equal(hurt(name, severity)[0], baseline(name)[0])


@pytest.mark.parametrize("name", ["freeze", "late_start", "duplicate", "swap", "drop", "loop", "slow_motion"])
def test_what_only_changes_the_order_does_nothing_to_a_still_clip(name: str) -> None:
    still = photograph()[None].repeat(12, axis=0)
    for severity in damages.TABLE[name].severities:
        worse = hurt(name, severity, still)
        assert np.array_equal(worse, still[: len(worse)])


# What each does


def order(name: str, severity: float, frames: int = 16) -> list[int]:
    """Which source frame each frame shows: a clip whose frames are their own numbers."""
    numbers = np.broadcast_to(np.arange(frames, dtype=np.uint8)[:, None, None, None], (frames, 4, 4, 3))
    return [int(frame[0, 0, 0]) for frame in hurt(name, severity, numbers)]


def test_noise_has_the_standard_deviation_that_it_says() -> None:
    worse = hurt("noise", 8, flat(4, height=96, width=128)).astype(float) - 128
    # of 147,456 draws the estimate's own error is 8 / √(2 · 147,456) = 0.015; rounding adds 1/12 of variance
    assert worse.std() == pytest.approx(np.sqrt(64 + 1 / 12), abs=0.06)
    assert worse.mean() == pytest.approx(0, abs=0.08)


def test_blur_spreads_an_edge_like_the_gaussian_that_it_says() -> None:
    from scipy.special import ndtr

    edge = flat(1, 0, 40, 320)
    edge[:, :, 160:] = 200
    row = hurt("blur", 2, edge)[0, 20, :, 0].astype(float)
    expected = 200 * ndtr((np.arange(320) - 159.5) / 2)
    assert np.abs(row - expected).max() < 1.5  # a kernel cut off and in whole weights


def test_every_second_frame_is_blurred_as_blur_does_it() -> None:
    worse = hurt("alternate_blur", 2)
    assert np.array_equal(worse[::2], CLIP[::2])
    assert np.array_equal(worse[1::2], hurt("blur", 2)[1::2])


def test_lengths_grow_with_the_picture() -> None:
    small, large = (np.stack([cv2.resize(f, size) for f in CLIP[:3]]) for size in ((160, 120), (640, 480)))
    blurred = np.stack([cv2.GaussianBlur(frame, (0, 0), 4.0) for frame in large])
    assert np.abs(hurt("blur", 2, large).astype(int) - blurred).max() <= 1
    blurred = np.stack([cv2.GaussianBlur(frame, (0, 0), 1.0) for frame in small])
    assert np.abs(hurt("blur", 2, small).astype(int) - blurred).max() <= 1


def test_compression_gets_coarser_and_stays_near() -> None:
    texture = np.random.default_rng(0).integers(60, 200, (1, 64, 64, 3)).astype(np.uint8).repeat(4, axis=0)
    found = [difference(hurt("compression", crf, texture), texture) for crf in (18, 30, 43)]
    assert found == sorted(found)
    assert hurt("compression", 18, flat()).astype(int) == pytest.approx(128, abs=3)


def test_flicker_is_of_the_whole_frame_and_of_the_size_that_it_says() -> None:
    levels = hurt("brightness_flicker", 8, flat(400, height=2, width=2))[:, 0, 0, 0].astype(float)
    assert levels[0] == 128
    assert levels.std() == pytest.approx(
        8, rel=0.15
    )  # 2.6 % is one error of 400 draws' estimate, times 4, and rounding
    spread = np.ptp(hurt("brightness_flicker", 8, flat()), axis=(1, 2, 3))
    assert spread.max() == 0


def test_local_flicker_leaves_the_mean_where_it_is() -> None:
    worse = hurt("local_flicker", 16, flat()).astype(float)
    assert worse.mean(axis=(1, 2, 3)) == pytest.approx(128, abs=1e-9)
    touched = (worse != 128).any(axis=(0, 3))
    assert touched.mean() == pytest.approx(2 / 16)


def test_jitter_moves_each_frame_as_a_whole() -> None:
    """Red is 3.1 times each pixel's column and green its row: what moves by r is fetched r columns before."""
    y, x = np.mgrid[:80, :80]
    place = np.rint(3.1 * np.stack([x, y, 0 * x], axis=2)).astype(np.uint8)[None].repeat(4, axis=0)
    fetched = place.astype(float) - hurt("jitter", 8, place)
    moved = fetched[:, 20:-20, 20:-20, :2].mean(axis=(1, 2)) / 3.1
    drawn = 8 * 80 / 320 * np.random.default_rng(0).standard_normal((4, 2), dtype=np.float32)
    # levels are whole, and half of one is 0.16 px; cv2 rounds places to 1/32 px
    assert moved[1:] == pytest.approx(drawn[1:], abs=0.18)
    assert moved[0] == pytest.approx(0)


def test_swapped_pairs_are_neighbours_and_the_others_stay() -> None:
    for pairs in (1, 2, 6):
        shown = order("swap", pairs)
        assert sorted(shown) == list(range(16))
        moved = [t for t, source in enumerate(shown) if source != t]
        assert len(moved) == 2 * pairs
        assert all(abs(shown[t] - t) == 1 for t in moved)
    assert order("swap", 6, 3) == [0, 2, 1]
    assert order("swap", 1, 2) == [0, 1]  # nothing but the first frame and its neighbour


def test_a_freeze_holds_the_frame_before_it() -> None:
    assert order("freeze", 0.25) == [*range(12), 11, 11, 11, 11]
    assert order("freeze", 1) == [0] * 16


def test_a_late_start_holds_the_first_frame() -> None:
    assert order("late_start", 0.25) == [0, 0, 0, 0, *range(12)]
    assert order("late_start", 1) == [0] * 16


def test_drops_move_the_rest_up() -> None:
    assert order("drop", 0) == list(range(12))
    for count in (1, 2, 4):
        shown = order("drop", count)
        assert len(shown) == 12
        assert shown == sorted(set(shown))
        assert shown[-1] == 11 + count
    assert order("drop", 4, 3) == [0, 2]
    assert order("drop", 4, 2) == [0, 1]


def test_duplicates_show_the_frame_before() -> None:
    for count in (1, 3, 6):
        shown = order("duplicate", count)
        held = [t for t in range(1, 16) if shown[t] == shown[t - 1]]
        assert len(held) == count
        assert all(shown[t] == t for t in range(16) if t not in held)


def test_slow_motion_is_the_same_way_at_less_speed() -> None:
    wide = cv2.resize(photograph(seed=3), (320, 240))
    moving = np.stack([np.roll(wide, 4 * t, axis=1) for t in range(9)])
    slow = hurt("slow_motion", 4, moving)
    # four times slower, 4 px per frame become 1 px: every fourth frame is one of the source, those between lie between
    assert np.array_equal(slow[::4], moving[:3])
    for t in range(9):
        exact = np.roll(wide, t, axis=1)
        inner = np.abs(slow[t].astype(float) - exact)[8:-8, 24:-24]
        assert inner.mean() < 0.7
    assert difference(slow[2], slow[0]) > 1


def test_colour_drifts_evenly_and_gray_does_not() -> None:
    from bench.media import pictures

    worse = hurt("colour_drift", 32, flat(9))
    assert worse[:, 0, 0, 0].tolist() == [128 + 4 * t for t in range(9)]
    assert worse[:, 0, 0, 2].tolist() == [128 - 4 * t for t in range(9)]
    assert np.abs(pictures.gray(worse).astype(int) - 128).max() <= 1


def test_exposure_falls_by_stops_of_linear_light() -> None:
    last = hurt("exposure_drift", 1, flat(3, 200))[-1, 0, 0, 0]
    # 200/255 is 0.5776 of linear light; half of it, 0.2888, is 0.5743 · 255 = 146.4 again
    assert last == 146
    assert hurt("exposure_drift", 0.8, flat(3, 0)).max() == 0


def test_the_step_after_frame_0_stays() -> None:
    assert hurt("first_step", 16, flat(4))[:, 0, 0, 0].tolist() == [128, 144, 144, 144]
    assert hurt("first_step", 16, flat(2, 250)).max() == 255


def test_every_second_section_is_brighter() -> None:
    assert hurt("seams", 8, flat(8))[:, 0, 0, 0].tolist() == [128, 128, 136, 136] * 2


def test_a_full_cut_shows_the_picture_turned_from_the_middle_on() -> None:
    worse = hurt("cut", 1)
    assert np.array_equal(worse[:8], CLIP[:8])
    assert np.array_equal(worse[8:], CLIP[8:, ::-1, ::-1])


def test_a_full_morph_ends_in_the_mirror() -> None:
    worse = hurt("morph", 1)
    assert np.array_equal(worse[-1], CLIP[-1, :, ::-1])
    steps = [difference(worse[t], CLIP[t]) for t in range(16)]
    assert steps[0] == 0
    assert steps == sorted(steps)


def test_a_squash_draws_out_across_and_only_there() -> None:
    """A ramp of two levels per pixel becomes one of one level per pixel, about the middle."""
    ramp = np.broadcast_to(2 * np.arange(120, dtype=np.uint8)[None, None, :, None], (2, 8, 120, 3))
    wide = hurt("squash", 2, ramp).astype(int)
    assert wide[0, 3, 10:-10, 1].tolist() == pytest.approx([119 + x - 59.5 for x in range(10, 110)], abs=1)
    tall = hurt("squash", 2, ramp.swapaxes(1, 2))
    assert np.array_equal(tall, ramp.swapaxes(1, 2))


def test_a_fixed_warp_is_one_warp_and_a_redrawn_one_is_not() -> None:
    still = cv2.resize(photograph(), (320, 240))[None].repeat(4, axis=0)
    fixed, redrawn = hurt("fixed_warp", 4, still), hurt("redrawn_warp", 4, still)
    assert all(np.array_equal(frame, fixed[0]) for frame in fixed)
    assert not np.array_equal(fixed[0], still[0])
    assert all(difference(*redrawn[t : t + 2]) > 1 for t in range(3))


def test_a_warp_moves_by_the_length_that_it_says() -> None:
    """A ramp of one level a pixel shows how far each pixel was fetched from: its own root mean square."""
    ramp = np.broadcast_to(np.arange(256, dtype=np.uint8)[None, None, :, None], (1, 64, 256, 3))
    wide = np.pad(ramp, ((0, 0), (0, 0), (32, 32), (0, 0)), mode="edge")
    moved = hurt("fixed_warp", 4, wide).astype(float) - wide
    inner = moved[0, 20:-20, 60:-60, 0]
    assert np.sqrt(np.mean(inner**2)) == pytest.approx(
        4, rel=0.4
    )  # the middle of one draw; 1 on the whole picture


def test_loops_turn_round_and_come_back() -> None:
    assert order("loop", 1, 9) == [0, 1, 2, 3, 4, 3, 2, 1, 0]
    assert order("loop", 0.5, 9) == [0, 1, 2, 3, 4, 5, 6, 5, 4]


def test_a_pan_shows_frame_0_under_a_travelling_window() -> None:
    source = np.random.default_rng(0).integers(0, 256, (5, 20, 320, 3)).astype(np.uint8)
    room = 6 * 4  # the fastest of the severities, four steps
    assert np.array_equal(baseline("pan", source), source[:1, :, : 320 - room].repeat(5, axis=0))
    for t, frame in enumerate(hurt("pan", 3, source)):
        assert np.array_equal(frame, source[0, :, 3 * t : 3 * t + 320 - room])


def test_a_long_pan_comes_back() -> None:
    source = np.random.default_rng(0).integers(0, 256, (100, 4, 320, 3)).astype(np.uint8)
    worse = hurt("pan", 4, source)
    assert worse.shape[2] == 160
    assert np.array_equal(worse[40], source[0, :, 160:])
    assert np.array_equal(worse[80], source[0, :, :160])


# Changes of format


def test_each_dependence_has_its_change_of_format() -> None:
    found = {damage.changes: name for name, damage in damages.TABLE.items() if damage.changes}
    assert found == {
        "fps": "half_fps", "seconds": "trim", "pixels": "half_size", "codec": "compression", "letterbox": "letterbox",
    }  # fmt: skip
    assert set(found) == set(DEPENDENCES)


def test_half_the_rate_takes_as_long() -> None:
    assert order("half_fps", 2) == list(range(0, 16, 2))
    clip = Clip(CLIP, 8.0)
    assert damages.TABLE["half_fps"].clip(clip, 2, np.random.default_rng(0)).fps == 4
    for name in ("half_fps", "trim"):
        assert damages.TABLE[name].clip(clip, 0, np.random.default_rng(0)).fps == 8
    assert damages.TABLE["trim"].clip(clip, 0.5, np.random.default_rng(0)).fps == 8


def test_a_trimmed_clip_is_its_first_half() -> None:
    assert order("trim", 0.5) == list(range(8))
    assert order("trim", 0.5, 7) == [0, 1, 2, 3]  # 3.5 frames, halves to even


def test_half_the_size_keeps_levels() -> None:
    """A flat picture stays flat; a ramp, at half its width, rises by twice as much per pixel."""
    assert hurt("half_size", 2, flat()).shape == (9, 24, 32, 3)
    assert (hurt("half_size", 2, flat()) == 128).all()
    ramp = np.tile(np.arange(0, 128, 2, dtype=np.uint8)[None, None, :, None], (1, 48, 1, 3))
    row = hurt("half_size", 2, ramp)[0, 12, 4:-4, 0].astype(int)
    assert set(np.diff(row)) <= {3, 4, 5}
    assert row[-1] - row[0] == pytest.approx(4 * (len(row) - 1), abs=1)


def test_bars_are_added_above_and_below() -> None:
    """48 rows and 2 bars of 8 are 64 rows, a quarter of them black."""
    barred = hurt("letterbox", 0.25, flat())
    assert barred.shape == (9, 64, 64, 3)
    assert (barred[:, :8] == 0).all()
    assert (barred[:, -8:] == 0).all()
    assert (barred[:, 8:-8] == 128).all()
