"""Joints of known places and strength, at known sections and at unknown ones."""

from __future__ import annotations

from functools import cache
from itertools import islice

import numpy as np
import pytest

from bench.calibration import damages, footage
from bench.errors import NotMeasurable
from bench.evaluators import Values
from bench.evaluators.seams import Seams, Settings, at_section, strengths
from bench.media import pictures, video
from bench.types import Frames, Value
from tests.made import answers, moving_clip, photograph


def measured(frames: Frames, section: int = 0) -> Values:
    return answers(Seams(Settings(section=section)), frames)


def number(values: Values, name: str) -> float:
    found = values[name]
    assert isinstance(found, Value), found
    return found.value


def places(values: Values) -> list[int]:
    """The frames that seams lead to."""
    found = values["seams"]
    assert isinstance(found, Value)
    assert found.series is not None
    return [t + 1 for t, strength in enumerate(found.series) if strength > 8]


def joined(levels: float, frames: int = 24) -> Frames:
    clip = moving_clip(frames + 1).frames[1:] // 2 + np.uint8(40)
    return damages.TABLE["seams"].of(clip, levels, np.random.default_rng(0))


def test_joints_are_where_they_were_made() -> None:
    found = measured(joined(16), section=6)
    assert places(found) == [6, 12, 18]
    assert number(found, "seams") == 3
    assert number(found, "seams_at_section") == 1


@cache
def film(name: str, frames: int) -> Frames:
    """The first frames of a real video."""
    with video.stream(footage._path(name)) as opened:
        return np.stack([pictures.limited(frame, 160) for frame in islice(opened.frames, frames)])


def test_known_joints_are_told_where_unknown_ones_are_not() -> None:
    """A face in a car: every second section of 33 frames is brighter by 3 levels."""
    sound = film("carphone_pristine", 120)
    assert number(measured(sound, section=33), "seams_at_section") == 0
    is_other = np.arange(120) // 33 % 2
    faint = np.clip(sound + 3.0 * is_other[:, None, None, None], 0, 255).astype(np.uint8)
    found = measured(faint, section=33)
    assert number(found, "seams") == 0
    assert number(found, "seams_at_section") == 1
    assert number(measured(faint, section=20), "seams_at_section") == 0


def test_cuts_count_as_seams_and_real_motion_as_none() -> None:
    """The film of streets has cuts at frames 30 and 76; motion is found at neighbours, too, and counts once."""
    found = measured(film("bikes", 120))
    assert number(found, "seams") == 2
    assert {30, 76} <= set(places(found))
    assert number(measured(film("bigbuckbunny", 100)), "seams") == 0


@pytest.mark.parametrize("place", ["sharpness", "noise", "speed"])
def test_each_kind_of_level_is_seen_alone(place: str) -> None:
    """A jump by an octave is ten of the 0.1, and by four octaves eight of the 0.5, that every clip may vary by."""
    series = {"sharpness": np.zeros(20), "noise": np.zeros(20), "speed": np.zeros(19)}
    series[place][12:] = 4.1 if place == "speed" else 1.0
    found = strengths(np.zeros((20, 3)), series["sharpness"], series["noise"], series["speed"])
    assert found.max() == pytest.approx(8.2 if place == "speed" else 10)
    assert np.flatnonzero(found > 8).tolist() == ([11, 12] if place == "speed" else [11])


def test_still_slide_and_drifts_have_none() -> None:
    assert number(measured(photograph()[None].repeat(16, axis=0)), "seams_worst") == 0
    slide = moving_clip(25).frames[1:]
    assert number(measured(slide), "seams") == 0
    drifting = damages.TABLE["exposure_drift"].of(slide, 0.8, np.random.default_rng(0))
    assert number(measured(drifting), "seams") == 0


def test_the_worst_grows_with_the_jump() -> None:
    found = [number(measured(joined(levels)), "seams_worst") for levels in (2, 4, 8, 16)]
    assert found == sorted(found)


def test_chance_finds_seams_at_a_section_in_few_clips() -> None:
    rng = np.random.default_rng(0)
    assert sum(at_section(rng.random(99), 33) for _ in range(400)) <= 12  # 4, and 4 errors of that count


def test_what_is_not_known_is_said() -> None:
    assert "give it as --metric-set seams.section=33" in str(measured(joined(8))["seams_at_section"])
    assert "clip has 24 frames, sections of 20 need 41" in str(
        measured(joined(8), section=20)["seams_at_section"]
    )
    with pytest.raises(NotMeasurable, match="clip has 8 frames, seams needs 12"):
        measured(moving_clip(8).frames)
