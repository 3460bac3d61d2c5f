"""Two numbers at once: which models are on the front, and what there is without models or two numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bench import exports
from bench.base.svg import Scatter
from bench.base.svg.canvas import AMBER, BLUE, GRAY, GREEN
from bench.scoring import standings, summary
from bench.types import Suite
from bench.web.content import Block
from bench.web.pages import tradeoffs
from bench.web.pages.tradeoffs import Pair, Tradeoff
from tests.leaderboard import boards
from tests.web.pages.reading import cells, column, figures, markup, tables

MOTION_AND_CONSISTENCY = ("motion_share", "first_frame_ssim")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "runs"


def _write(out: Path, suite: Suite, label: str, motion: float, ssim: float, model: str = "svd") -> None:
    of = boards.run(suite, label, model)
    values = {"motion_share": motion, "first_frame_ssim": ssim, "cost_seconds": 10 * motion}
    rows = [boards.row(of, f"c{n}", metric, value) for metric, value in values.items() for n in range(3)]
    boards.write(out, of, suite, rows, clips=False)


def write_four(out: Path) -> Suite:
    """Three models, of which one is beaten, and a still picture, beside the two runs of every board."""
    suite, _, _ = boards.two_runs(out)
    for label, motion, ssim in (("calm", 0.125, 0.9), ("lively", 0.25, 0.7), ("poor", 0.125, 0.6)):
        _write(out, suite, label, motion, ssim)
    _write(out, suite, "still", 0.0, 1.0, "still")
    return suite


def _found(out: Path, suite: Suite, pair: Pair, undirected: tuple[int, int] = (1, 1)) -> Tradeoff:
    found = exports.gather((out,))
    standing = standings.standing(found.rows, found.scores, str(suite), pair)
    return tradeoffs.tradeoff(standing, pair, summary.catalogue_of(found.rows), undirected)


def _places(blocks: Sequence[Block]) -> dict[str, str]:
    (table,) = tables(blocks)
    return dict(zip(column(table, "name"), column(table, "place"), strict=True))


def _plot(blocks: Sequence[Block]) -> Scatter:
    plot = figures(blocks)[0].plot
    assert isinstance(plot, Scatter)
    return plot


def test_the_front_is_of_models_and_the_still_picture_is_drawn_not_ranked(out: Path) -> None:
    found = _found(out, write_four(out), MOTION_AND_CONSISTENCY)
    blocks = tradeoffs.drawn(found)
    assert _places(blocks) == {"calm": "on the front", "lively": "on the front", "poor": "beaten"}
    drawn = _plot(blocks)
    colours = {each.name: each.colour for each in drawn.dots}
    assert colours == {"calm": BLUE, "lively": BLUE, "poor": GRAY, "still": GREEN}
    assert AMBER not in colours.values()
    assert [x for x, _ in drawn.front] == [0.125, 0.25]
    assert not drawn.is_front_held  # more motion is better


def test_less_motion_may_be_what_was_asked_for(out: Path) -> None:
    found = _found(out, write_four(out), MOTION_AND_CONSISTENCY, (-1, 1))
    blocks = tradeoffs.drawn(found)
    assert _places(blocks) == {"calm": "on the front", "lively": "beaten", "poor": "beaten"}
    assert _plot(blocks).is_front_held
    assert _plot(blocks).across.endswith("less is better")


def test_axes_are_logarithmic_where_there_is_a_logarithm(out: Path) -> None:
    found = _found(out, write_four(out), ("first_frame_ssim", "cost_seconds"))
    blocks = tradeoffs.drawn(found, (True, True))
    drawn = _plot(blocks)
    assert drawn.is_log_x
    assert not drawn.is_log_y  # the still picture cost nothing
    assert "cost_seconds reaches 0 or below" in markup(blocks)
    assert drawn.up == f"{found.known.heading('cost_seconds')} (s) · less is better"


def test_the_table_leads_to_models_and_has_their_intervals(out: Path) -> None:
    (table,) = tables(tradeoffs.drawn(_found(out, write_four(out), MOTION_AND_CONSISTENCY)))
    runs = [dict(cell.link.query)["run"] for cell in cells(table, "name") if cell.link]
    assert runs == ["calm-tiny", "lively-tiny", "poor-tiny"]
    assert column(table, "first_frame_ssim") == ["0.9", "0.7", "0.6"]


def test_questions_are_asked_where_their_metrics_were_measured(out: Path) -> None:
    found = tradeoffs.questions(["cost_seconds", "motion_share", "ssim_mean"])
    assert found == {
        "Motion and consistency": ("motion_share", "ssim_mean"),
        "Quality and seconds": ("cost_seconds", "ssim_mean"),
    }
    suite = write_four(out)
    gathered = exports.gather((out,))
    known = summary.catalogue_of(gathered.rows)
    blocks = tradeoffs.page(gathered.rows, gathered.scores, str(suite), known)
    said = markup(blocks)
    assert "Motion and consistency" in said
    assert "Quality and seconds" not in said  # no run has a distance and seconds
    assert len(figures(blocks)) == 1


def test_without_models_or_common_runs_it_says_so(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    none = tradeoffs.drawn(_found(out, suite, ("fvd_lite0_debiased", "ssim_mean")))
    assert _places(none) == {"mover": "on the front"}
    _write(out, suite, "still", 0.0, 1.0, "still")
    only = tradeoffs.drawn(_found(out, suite, MOTION_AND_CONSISTENCY))
    assert "No model has both numbers" in markup(only)
    apart = tradeoffs.drawn(_found(out, suite, ("motion_share", "ssim_mean")))
    assert "No run has a value of both metrics" in markup(apart)
    gathered = exports.gather((out,))
    known = summary.catalogue_of(gathered.rows)
    scores = gathered.scores[gathered.scores["metric"] == "ssim_mean"]
    assert "No question of two numbers" in markup(tradeoffs.page(gathered.rows, scores, str(suite), known))


def test_names_of_strangers_are_text(out: Path) -> None:
    suite = write_four(out)
    of = boards.run(suite, boards.HOSTILE, boards.HOSTILE, run_id="hostile-tiny")
    rows = [boards.row(of, "c0", metric, 0.5) for metric in MOTION_AND_CONSISTENCY]
    boards.write(out, of, suite, rows, clips=False)
    said = markup(tradeoffs.drawn(_found(out, suite, MOTION_AND_CONSISTENCY)))
    assert "onerror" in said
    assert "<img" not in said
    assert "<script" not in said
