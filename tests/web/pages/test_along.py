"""What was measured along clips: of one clip as curves, of all clips of a run as bands."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.base.svg import Curve
from bench.web.content import Block
from bench.web.pages import along
from tests.leaderboard import boards
from tests.web.pages.reading import figures, markup
from tests.web.pages.run_parts import parts


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "runs"


def _of_clip(out: Path, run: str = "mover-tiny", case: str = "c1") -> list[Block]:
    of = parts(out, run)
    return along.of_clip(of.rows[of.rows["case"] == case], of.known)


def _curves(blocks: list[Block]) -> list[Curve]:
    plots = [figure.plot for figure in figures(blocks)]
    assert all(isinstance(plot, Curve) for plot in plots)
    return plots  # type: ignore[return-value]


def test_every_series_of_a_clip_is_drawn(out: Path) -> None:
    """4 values of 5 frames are at the later frame of each pair, 5 at their own; both axes cover all frames."""
    boards.two_runs(out)
    curves = {curve.title: curve for curve in _curves(_of_clip(out))}
    pairs, frames = curves["ssim_mean along the clip"], curves["flicker_max_step along the clip"]
    assert [list(curve.x) for curve in (pairs, frames)] == [[1, 2, 3, 4], [0, 1, 2, 3, 4]]
    assert [(curve.least, curve.most) for curve in (pairs, frames)] == [(0, 4), (0, 4)]
    assert list(pairs.y) == [0.9, 0.8, 0.7, 0.6]
    assert pairs.across == "frame (8 per second)"


def test_a_value_per_second_frame_stands_at_odd_frames() -> None:
    """Of 5 frames, 1 and 3 have neighbours on both sides; of 6, too."""
    assert [list(along.places([9.0, 8.0], frames)) for frames in (5, 6)] == [[1, 3], [1, 3]]
    assert list(along.places([9.0, 8.0], frames=0)) == [0, 1]


def test_without_series_it_says_so(out: Path) -> None:
    boards.two_runs(out)
    assert "No metric of this clip" in markup(_of_clip(out, "still-tiny"))
    assert "No metric of this run" in markup(parts(out, "still-tiny").over_time())


def test_bands_are_of_all_clips(out: Path) -> None:
    boards.two_runs(out)
    blocks = parts(out).over_time()
    assert len(figures(blocks)) == 2
    places = {figure.plot.title: figure for figure in figures(blocks)}
    band = places["ssim_mean over all clips"]
    # SSIM of 2 cases with the same series; pairs of 5 frames, each at its later one
    assert isinstance(band.plot, Curve)
    assert list(band.plot.x) == [1, 2, 3, 4]
    assert list(band.plot.y) == list(band.plot.lows) == list(band.plot.highs) == [0.9, 0.8, 0.7, 0.6]
    assert band.plot.across == "frame"
    assert band.caption.startswith("2 cases; ")


def test_clips_of_different_lengths_are_shown_by_share(out: Path) -> None:
    suite, mover, _ = boards.two_runs(out)
    rows = [
        boards.row(mover, f"c{n}", "ssim_mean", 0.5, series=series)
        for n, series in enumerate([(1.0, 0.0), (1.0, 0.5, 0.5)])
    ]
    boards.write(out, mover, suite, rows, clips=False)
    blocks = parts(out).over_time()
    (band,) = _curves(blocks)
    assert list(band.x) == [0, 50, 100]
    assert list(band.y) == [1.0, 0.5, 0.25]
    assert band.across == "% of the clip"
    assert "differ in length" in markup(blocks)


def test_one_clip_has_its_curve_and_no_band(out: Path) -> None:
    suite, mover, _ = boards.two_runs(out)
    rows = [boards.row(mover, "c0", "ssim_mean", 0.5, series=(0.5, 0.4, 0.3, 0.2))]
    boards.write(out, mover, suite, rows, clips=False)
    assert len(_curves(_of_clip(out, case="c0"))) == 1
    (figure,) = figures(parts(out).over_time())
    assert figure.caption.startswith("1 case: no band")
