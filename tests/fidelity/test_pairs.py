"""Pairs of clips whose differences are known: brightened, shifted, cut, slowed, enlarged, broken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.fidelity.measures import MEASURES
from bench.fidelity.pairs import Pair, PairWorker
from bench.fidelity.stored import PairRecord, PairStore
from bench.media import pictures, video
from bench.types import Case, Clip, ClipRecord, Frames
from tests.made import photograph

NO_NETWORK = tuple(name for name in MEASURES if name != "lpips")


def standing(frames: int = 6) -> Frames:
    """A picture that stands still, of levels from 40 to 200."""
    picture = (40 + photograph(96, 128) * (160 / 255)).astype(np.uint8)
    return np.repeat(picture[None], frames, axis=0)


def compared(tmp_path: Path, a: Frames, b: Frames, a_fps: float = 8.0, b_fps: float = 8.0) -> PairRecord:
    """The record of two clips, written and read as films."""
    places = tmp_path / "a.mkv", tmp_path / "b.mkv"
    for place, frames, fps in zip(places, (a, b), (a_fps, b_fps), strict=True):
        video.write_clip(place, Clip(frames, fps))
    return _of_files(*places)


def _of_files(a: Path, b: Path) -> PairRecord:
    records = (ClipRecord("duck", 0, str(a), "a"), ClipRecord("duck", 0, str(b), "b"))
    return PairWorker(NO_NETWORK).ready().compare(Pair(Case("duck", Path("none")), (a, b), records))


def distance(found: PairRecord, name: str) -> float:
    return MEASURES[name].distance(found.series[name])


def test_equal_clips_are_identical(tmp_path: Path) -> None:
    found = compared(tmp_path, standing(), standing())
    assert found.is_identical
    assert found.frames == 6
    assert {name: len(series) for name, series in found.series.items()} == {
        "psnr": 6, "ssim": 6, "flow": 5, "decay": 5, "colour": 6,
    }  # fmt: skip
    assert all(distance(found, name) == 0 for name in NO_NETWORK)
    assert not found.notes


@pytest.mark.parametrize("levels", [1, 5, 20])
def test_a_brightened_clip_is_as_far_as_it_is_brighter(tmp_path: Path, levels: int) -> None:
    found = compared(tmp_path, standing(), standing() + np.uint8(levels))
    assert distance(found, "psnr") == pytest.approx(levels)
    assert found.series["psnr"] == pytest.approx([20 * np.log10(255 / levels)] * 6)
    assert distance(found, "flow") == distance(found, "decay") == 0  # both stand still
    assert 0 < distance(found, "ssim") < 0.1
    assert distance(found, "colour") == pytest.approx(levels * 100 / 255, rel=0.2)  # L* rises about evenly


def test_a_clip_that_slides_differs_by_its_step(tmp_path: Path) -> None:
    still = standing()
    sliding = np.stack([np.roll(frame, 2 * t, axis=1) for t, frame in enumerate(still)])
    found = compared(tmp_path, still, sliding)
    assert distance(found, "flow") == pytest.approx(2, abs=0.3)  # what comes in at the edge moves otherwise
    assert found.series["psnr"][0] == 100
    assert found.series["decay"][-1] > 0.1
    assert MEASURES["psnr"].farthest_frame(found.series["psnr"]) == 5


def test_one_bad_frame_is_found(tmp_path: Path) -> None:
    other = standing()
    other[3] = 255 - other[3]
    found = compared(tmp_path, standing(), other)
    assert not found.is_identical
    assert {
        MEASURES[name].farthest_frame(found.series[name]) for name in ("psnr", "ssim", "decay", "colour")
    } == {3}


def test_the_common_part_of_clips_of_other_length(tmp_path: Path) -> None:
    found = compared(tmp_path, standing(6), standing(4))
    assert (found.frames, found.is_identical) == (4, False)
    assert found.notes == ("the first 4 frames: 6 and 4 frames long",)
    assert distance(found, "psnr") == 0


def test_a_clip_of_twice_the_rate_is_compared_at_common_moments(tmp_path: Path) -> None:
    frames = np.stack([np.roll(standing(1)[0], 2 * t, axis=1) for t in range(12)])
    found = compared(tmp_path, frames[::2], frames, 8, 16)
    assert found.notes == ("every frame of the slower clip: 8 and 16 fps",)
    assert (found.frames, distance(found, "psnr")) == (6, 0)


def test_rates_without_common_moments_are_refused(tmp_path: Path) -> None:
    found = compared(tmp_path, standing(), standing(), 8, 12)
    assert found.error.startswith("the clips have 8 and 12 fps, whose frames show other moments")


def test_a_larger_clip_is_compared_at_the_smaller_size(tmp_path: Path) -> None:
    small = standing(3)
    large = np.stack([pictures.fit(frame, 256, 192, "stretch") for frame in small])
    found = compared(tmp_path, small, large)
    assert found.notes == ("at 128 x 96 pixels: the clips have 128 x 96 and 256 x 192 pixels",)
    assert distance(found, "psnr") < 2


def test_other_proportions_are_refused(tmp_path: Path) -> None:
    found = compared(tmp_path, standing(), standing()[:, :, :96])
    assert (
        found.error == "the clips have other proportions, 128 x 96 and 96 x 96 pixels: crop one of them first"
    )


def test_one_frame_has_no_motion(tmp_path: Path) -> None:
    found = compared(tmp_path, standing(1), standing(1) + np.uint8(1))
    assert set(found.missing) == {"flow", "decay"}
    assert distance(found, "psnr") == pytest.approx(1)


def test_small_frames_have_only_what_can_be_measured(tmp_path: Path) -> None:
    tiny = standing()[:, :6, :6]
    found = compared(tmp_path, tiny, tiny + np.uint8(1))
    assert set(found.series) == {"psnr", "colour"}
    assert found.missing["ssim"] == "frames are 6 x 6 pixels, SSIM needs 7 x 7: use larger frames"


def test_a_broken_clip_is_named(tmp_path: Path) -> None:
    video.write_clip(tmp_path / "a.mkv", Clip(standing(), 8))
    (tmp_path / "b.mkv").write_bytes((tmp_path / "a.mkv").read_bytes()[:2000])
    assert str(tmp_path / "b.mkv") in _of_files(tmp_path / "a.mkv", tmp_path / "b.mkv").error


def test_a_stored_pair_holds_for_the_same_clips_and_measures_only(tmp_path: Path) -> None:
    store, found = PairStore(tmp_path), compared(tmp_path, standing(), standing() + np.uint8(3))
    store.put(found)
    assert store.get("duck", 0, 0, ("a", "b"), NO_NETWORK) == found
    assert store.get("duck", 0, 0, ("a", "c"), NO_NETWORK) is None
    assert store.get("duck", 0, 1, ("a", "b"), NO_NETWORK) is None
    assert store.get("duck", 0, 0, ("a", "b"), [*NO_NETWORK, "lpips"]) is None
    next(tmp_path.glob("duck*.json")).write_text("{}")
    assert store.get("duck", 0, 0, ("a", "b"), NO_NETWORK) is None
