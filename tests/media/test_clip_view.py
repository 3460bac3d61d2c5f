"""Views take whole frames at whole steps and resize with antialiasing; what they cannot be derived from is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from bench.errors import NotMeasurable, UsageError
from bench.media import pictures
from bench.media.clip_view import DEFAULT, ClipView
from bench.types import Image


def taken(view: ClipView, fps: float, frames: int) -> list[int]:
    found = view.of(fps, 480, 272)
    found.refuse(frames)
    return [t for t in range(frames) if found.takes(t)]


def test_the_default_is_fourteen_frames_and_written_as_it_is_read() -> None:
    assert (str(DEFAULT), DEFAULT.frames) == ("1.75s@8fps@0.13MP", 14)
    assert ClipView.parse(str(DEFAULT)) == DEFAULT


@pytest.mark.parametrize(("fps", "step"), [(8, 1), (16, 2), (24, 3), (24000 / 1001, 3)])
def test_frames_at_whole_steps_from_the_first(fps: float, step: int) -> None:
    assert taken(DEFAULT, fps, 13 * step + 1) == list(range(0, 14 * step, step))
    assert taken(DEFAULT, fps, 400) == list(range(0, 14 * step, step))
    assert DEFAULT.of(fps, 480, 272).fps == pytest.approx(8, rel=0.002)


@pytest.mark.parametrize(
    ("fps", "derived"), [(25, 25 / 3), (30, 7.5), (15, 7.5), (7, 7), (50, 50 / 6), (18, 9)]
)
def test_a_rate_that_does_not_divide_is_measured_at_its_nearest(fps: float, derived: float) -> None:
    assert DEFAULT.of(fps, 480, 272).fps == pytest.approx(derived)


@pytest.mark.parametrize("fps", [4, 6, 10, 12, 20])
def test_a_rate_that_leads_nowhere_near_is_not_comparable(fps: float) -> None:
    with pytest.raises(
        NotMeasurable, match=rf"not comparable in view .* a clip of {fps} fps has no whole step"
    ):
        DEFAULT.of(fps, 480, 272)


def test_a_short_clip_is_refused() -> None:
    with pytest.raises(
        NotMeasurable, match=r"too short for view .* clip has 39 frames at 24 fps, the view needs 40"
    ):
        taken(DEFAULT, 24, 39)


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [(1280, 720, (480, 270)), (720, 1280, (270, 480)), (96, 64, (442, 294)), (512, 256, (512, 256))],
)
def test_the_canvas_has_one_area_and_the_clips_proportions(
    width: int, height: int, size: tuple[int, int]
) -> None:
    """√(130,000 · 16/9) = 480.7, and 270.4 high; 512 x 256 lies 0.8 % off, and stays."""
    found = DEFAULT.of(8, width, height)
    assert (found.width, found.height) == size


@given(st.integers(16, 4000), st.integers(16, 4000))
def test_every_canvas_is_even_or_the_clips_own_and_near_the_area(width: int, height: int) -> None:
    found = DEFAULT.of(8, width, height)
    if (found.width, found.height) != (width, height):
        assert found.width % 2 == found.height % 2 == 0
    if max(width, height) <= 8 * min(width, height):
        assert found.width * found.height == pytest.approx(130_000, rel=0.05)


def test_resizing_is_antialiased() -> None:
    """Lines of one pixel are gray at a quarter of the size; without a filter they would be all black or all white."""
    lines: Image = np.zeros((1080, 1920, 3), np.uint8)
    lines[:, ::2] = 255
    small = DEFAULT.of(8, 1920, 1080).resized(lines)
    assert small.shape == (270, 480, 3)
    assert np.abs(small[:, 4:-4].astype(int) - 127.5).max() < 8


def test_resizing_goes_both_ways_and_leaves_a_frame_of_the_views_size_as_it_is() -> None:
    frame = np.full((272, 480, 3), 7, np.uint8)
    assert DEFAULT.of(8, 480, 272).resized(frame) is frame
    assert DEFAULT.of(8, 48, 27).resized(pictures.fit(frame, 48, 27, "stretch")).shape == (270, 480, 3)


@pytest.mark.parametrize(
    "text", ["", "1.75s", "1.75s@8fps", "1.2.3s@8fps@1MP", "0s@8fps@1MP", "0.01s@8fps@1MP"]
)
def test_what_is_no_view_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="view"):
        ClipView.parse(text)
