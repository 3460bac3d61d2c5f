"""The page of metrics: what a visitor may choose, and what an address says."""

from __future__ import annotations

from pathlib import Path

from bench.calibration import curves
from bench.evaluators import catalogue
from bench.runs import parquet
from tests.leaderboard import boards, hostile
from tests.leaderboard.placed import page, placed
from tests.web.pages.test_calibration import table

PAGE = "metrics.py"
KNOWN = catalogue.registered()


def test_every_metric_has_a_line_and_a_card(out: Path) -> None:
    app = page(PAGE)
    said = placed(app)
    assert all(f"<small>{name}</small>" in said for name in KNOWN.cards)
    assert list(app.selectbox(key="metric").options) == KNOWN.ordered(KNOWN.cards)
    assert "<figure>" not in said  # no runs, and nothing was calibrated


def test_the_address_chooses_the_metric(out: Path) -> None:
    app = page(PAGE, metric="ssim_mean", evaluator="<script>")
    assert app.selectbox(key="metric").value == "ssim_mean"
    assert app.selectbox(key="evaluator").value == "all"
    assert KNOWN.card("ssim_mean").definition in placed(app)


def test_nonsense_in_the_address_is_passed_over(out: Path) -> None:
    app = page(PAGE, metric="../../secret", suite="<x>", search="", evaluator="\x00")
    assert app.selectbox(key="metric").value == KNOWN.ordered(KNOWN.cards)[0]


def test_a_search_and_an_evaluator_narrow_the_choice(out: Path) -> None:
    app = page(PAGE, search="FLICKER step", evaluator="all")
    assert "flicker_max_step" in app.selectbox(key="metric").options
    assert "ssim_mean" not in app.selectbox(key="metric").options
    assert app.selectbox(key="metric").value == app.selectbox(key="metric").options[0]
    none = page(PAGE, search="no such words")
    assert "No metric matches" in none.info[0].value
    assert "<table" not in placed(none)
    own = page(PAGE, evaluator="ssim").selectbox(key="metric").options
    assert {KNOWN.owner(metric) for metric in own} == {"ssim"}


def test_runs_and_curves_are_drawn_where_there_are_some(out: Path) -> None:
    boards.two_runs(out)
    curves.write(out / curves.FILE, table())
    said = placed(page(PAGE, metric="ssim_mean"))
    assert "Thin lines: cases" in said
    assert "told apart from 1 on" in said
    assert 'href="./metrics?tab=Calibration&amp;metric=ssim_mean"' in said
    assert "It has no curve" in placed(page(PAGE, metric="psnr_mean"))
    (out / curves.FILE).write_text("{")
    assert "is no calibration" in placed(page(PAGE, metric="ssim_mean"))


def test_a_metric_without_a_card_can_be_chosen(out: Path) -> None:
    suite, mover, _ = boards.two_runs(out)
    rows = [boards.row(mover, "c0", name, 0.5) for name in ("ssim_mean[x=2]", "of_somebody_else")]
    boards.write(out, mover, suite, rows, clips=False)
    assert KNOWN.card("ssim_mean").definition in placed(page(PAGE, metric="ssim_mean[x=2]"))
    assert "No card" in placed(page(PAGE, metric="of_somebody_else"))


def test_texts_of_a_stranger_are_text(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    of = boards.hostile_run(out, suite)
    rows = [*parquet.read(out / of.id / "results.parquet")]
    rows += [boards.row(of, f"c{n}", text, n / 10) for text in hostile.TEXTS for n in range(9)]
    boards.write(out, of, suite, rows, clips=False)
    app = page(PAGE, metric=boards.HOSTILE)
    for text in [*hostile.TEXTS[::8], f"ssim_mean[model={boards.HOSTILE}]"]:
        app.selectbox(key="metric").set_value(text)
        app.run()
        assert not app.exception
        assert "<script" not in placed(app)
        assert "<img" not in placed(app)
