"""The page of two numbers: what a visitor may choose, and what an address says."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.web.pages import tradeoffs
from tests.leaderboard import boards
from tests.leaderboard.placed import page, placed
from tests.web.pages.test_tradeoffs import write_four

PAGE = "tradeoffs.py"


def _counts(said: str) -> dict[str, int]:
    """How many models the table has at each place."""
    return {place: said.count(f"<bdi>{place}</bdi>") for place in tradeoffs.ORDER}


def test_the_first_question_is_asked_and_its_front_drawn(out: Path) -> None:
    write_four(out)
    app = page(PAGE)
    assert app.selectbox(key="question").value == "Motion and consistency"
    assert _counts(placed(app)) == {"on the front": 2, "not told apart": 0, "beaten": 1}


def test_less_motion_may_be_what_was_asked_for(out: Path) -> None:
    write_four(out)
    app = page(PAGE, better_x="less")
    assert app.selectbox(key="better_x").value == "less"
    assert _counts(placed(app)) == {"on the front": 1, "not told apart": 0, "beaten": 2}


def test_axes_of_ones_own_and_logarithmic_ones_where_there_is_a_logarithm(out: Path) -> None:
    write_four(out)
    choices = {"question": "Own choice", "x": "first_frame_ssim", "y": "cost_seconds"}
    app = page(PAGE, **choices, log_x="true", log_y="true")
    assert [app.selectbox(key=name).value for name in "xy"] == ["first_frame_ssim", "cost_seconds"]
    assert "cost_seconds reaches 0 or below" in placed(app)
    assert "first_frame_ssim reaches" not in placed(app)


@pytest.mark.parametrize("value", ["<script>", "nan", "javascript:1", ""])
def test_nonsense_in_the_address_is_passed_over(out: Path, value: str) -> None:
    write_four(out)
    names = ("suite", "question", "x", "y", "better_x", "better_y", "log_x", "log_y")
    app = page(PAGE, **{name: [value, value] for name in names})
    assert _counts(placed(app)) == {"on the front": 2, "not told apart": 0, "beaten": 1}


def test_without_models_or_two_metrics_it_says_so(out: Path) -> None:
    assert "No results" in placed(page(PAGE))
    suite, mover, _ = boards.two_runs(out)
    assert placed(page(PAGE)).count("<table") == 1  # of SSIM and flicker, by own choice
    (out / "still-tiny" / "results.parquet").unlink()
    boards.write(out, mover, suite, [boards.row(mover, "c0", "ssim_mean", 0.5)], clips=False)
    assert "one metric only" in placed(page(PAGE))
