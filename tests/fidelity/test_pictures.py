"""The picture of two frames and their difference."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.errors import BadClip
from bench.fidelity.pairs import Pair
from bench.fidelity.pictures import GAP, amplification, difference_picture, side_by_side
from bench.media import pictures, video
from bench.types import Case, Clip, ClipRecord
from tests.made import photograph


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    """Three frames of a picture; of the other clip, the second is 5 levels darker in its upper half."""
    frames = np.repeat(photograph()[None], 3, axis=0) // 2 + np.uint8(10)
    other = frames.copy()
    other[1, :24] -= 5
    for name, each in (("a", frames), ("b", other)):
        video.write_clip(tmp_path / f"{name}.mkv", Clip(each, 8))
    records = (ClipRecord("duck", 0, "a.mkv", "a"), ClipRecord("duck", 0, "b.mkv", "b"))
    return Pair(Case("duck", Path("none")), (tmp_path / "a.mkv", tmp_path / "b.mkv"), records)


def test_the_difference_is_amplified_as_far_as_it_fits(pair: Pair, tmp_path: Path) -> None:
    drawn = difference_picture(pair, 1, tmp_path / "kept")
    image = pictures.read(drawn.path)
    assert (drawn.factor, image.shape) == (32, (48, 3 * 64 + 2 * GAP, 3))
    assert (image[:24, -64:] == 160).all()
    assert not image[24:, -64:].any()
    assert (image[:, :64] == video.read_clip(pair.places[0]).frames[1]).all()


def test_it_is_drawn_again_only_for_other_clips(pair: Pair, tmp_path: Path) -> None:
    first = difference_picture(pair, 1, tmp_path / "kept")
    pair.places[0].rename(tmp_path / "gone.mkv")
    assert difference_picture(pair, 1, tmp_path / "kept") == first
    records = (replace(pair.records[0], sha256="c"), pair.records[1])
    with pytest.raises(BadClip):
        difference_picture(replace(pair, records=records), 1, tmp_path / "kept")


def test_a_frame_beyond_the_end_is_refused(pair: Pair, tmp_path: Path) -> None:
    with pytest.raises(BadClip, match=r"ends before frame 7$"):
        difference_picture(pair, 7, tmp_path)


def test_bright_and_dark_sides_count_alike() -> None:
    a, b = np.full((2, 2, 3), 10, np.uint8), np.full((2, 2, 3), 210, np.uint8)
    assert amplification(a, b) == 1
    assert (side_by_side(a, b, 1)[:, -2:] == 200).all()
    assert (side_by_side(b, a, 2)[:, -2:] == 255).all()
