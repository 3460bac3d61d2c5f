"""Films of every size and rate: written and read back, or refused in one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.errors import BadClip
from bench.media import encoding, video
from bench.types import Clip


def noise(width: int, height: int, fps: float = 8.0) -> Clip:
    draw = np.random.default_rng(0)
    return Clip(draw.integers(256, size=(2, height, width, 3), dtype=np.uint8), fps)


SIZES = [(1, 1), (1, 2), (1, 300), (300, 1), (2, 2), (3, 3), (2, 300), (1, 5000), (5000, 1)]


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_clip_of_any_size_is_stored_bit_for_bit(tmp_path: Path, width: int, height: int) -> None:
    clip = noise(width, height)
    video.write_clip(tmp_path / "a.mkv", clip)
    assert (video.read_clip(tmp_path / "a.mkv").frames == clip.frames).all()


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_preview_has_two_rows_and_columns_at_least(tmp_path: Path, width: int, height: int) -> None:
    encoding.write_preview(tmp_path / "a.mp4", noise(width, height))
    read = video.read_clip(tmp_path / "a.mp4")
    assert (read.width, read.height) == tuple(max(2, side // 2 * 2) for side in (width, height))


@pytest.mark.parametrize("fps", [1e-9, 1e300])
def test_a_rate_that_no_file_states_is_a_bad_clip(tmp_path: Path, fps: float) -> None:
    with pytest.raises(BadClip, match="cannot be written"):
        video.write_clip(tmp_path / "a.mkv", noise(8, 8, fps))
    assert not list(tmp_path.iterdir())


def test_a_preview_that_is_too_wide_is_a_bad_clip(tmp_path: Path) -> None:
    with pytest.raises(BadClip, match="a clip of 17000 x 4 pixels cannot be written as libx264"):
        encoding.write_preview(tmp_path / "a.mp4", noise(17_000, 4))
