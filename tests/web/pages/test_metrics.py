"""Metrics as pages show them: the index, one card, what runs and damages do to it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from markupsafe import escape

from bench import exports
from bench.base.svg import Spreads
from bench.calibration import curves
from bench.calibration.curves import Calibration, DamageFacts, MetricFacts
from bench.calibration.fitting import fitted
from bench.evaluators import catalogue
from bench.runs import parquet
from bench.scoring import summary
from bench.types import Run, Suite
from bench.web.content import Block, Details, Facts
from bench.web.pages import metric_runs, metrics
from bench.web.pages.metric_runs import Measured
from bench.web.static import shared_pages
from tests.leaderboard import boards, hostile
from tests.web.pages.reading import cells, column, figures, line, markup, of_type, tables

KNOWN = catalogue.registered()
NO_SCORES = summary.scores(parquet.frame([]))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "runs"


def _measured(out: Path) -> Measured:
    found = exports.gather((out,))
    (suite,) = {*(found.scores["suite"] + "@" + found.scores["suite_version"])}
    return metric_runs.measured(found.rows, found.scores, suite)


def _drawn(blocks: list[Block]) -> Spreads:
    plot = figures(blocks)[0].plot
    assert isinstance(plot, Spreads)
    return plot


def _models(out: Path, suite: Suite, count: int) -> None:
    for n in range(count):
        of = boards.run(suite, f"m{n}")
        boards.write(out, of, suite, [boards.row(of, "c0", "ssim_mean", n / 10)], clips=False)


# The index


def test_every_metric_has_a_line() -> None:
    index = metrics.index(KNOWN, NO_SCORES, metrics.names(KNOWN, []))
    names = [cell.note for cell in cells(index, "metric")]
    assert names == KNOWN.ordered(KNOWN.cards)
    assert {*names} == {*KNOWN.cards}
    assert {*column(index, "runs")} == {"0"}
    found = line(index, "ssim_mean")
    shown = [found[key].text for key in ("evaluator", "better", "range", "main")]
    assert shown == ["ssim", "↑ higher", "−1 … 1", "●"]
    assert found["metric"].link is not None
    assert found["metric"].link.query == (("metric", "ssim_mean"),)


def test_runs_with_a_value_are_counted(out: Path) -> None:
    boards.two_runs(out)
    scores = exports.gather((out,)).scores
    index = metrics.index(KNOWN, scores, metrics.names(KNOWN, []))
    assert line(index, "ssim_mean")["runs"].value == 2


def test_a_search_looks_into_names_and_definitions() -> None:
    every = metrics.names(KNOWN, [])
    found = metrics.found(KNOWN, every, "FLICKER gray")
    assert "flicker_severe" in found
    assert "ssim_mean" not in found
    assert "ssim_mean" in metrics.found(KNOWN, every, "stability")  # of its title
    assert not metrics.found(KNOWN, every, "no such words")


def test_an_evaluator_has_its_own() -> None:
    found = metrics.found(KNOWN, metrics.names(KNOWN, []), evaluator="ssim")
    assert {KNOWN.owner(metric) for metric in found} == {"ssim"}


# One in full


def test_a_card_says_all_that_it_knows() -> None:
    card = KNOWN.cards["ssim_mean"]
    said = markup(metrics.metric(KNOWN, "ssim_mean"))
    for text in (card.definition, card.source, card.blind_to, card.series, "2 frames", "ignores blur"):
        assert str(escape(text)) in said
    facts = dict(of_type(metrics.metric(KNOWN, "ssim_mean"), Facts)[0].rows)
    assert facts["Depends on"].text == ", ".join(card.depends)
    assert 'href="https://arxiv.org/abs/' in markup(metrics.metric(KNOWN, "warping_error"))


def test_weights_are_named_and_here_or_not() -> None:
    named = markup(metrics.metric(KNOWN, "fvd_debiased"))
    assert "Needs" in named
    assert "on this machine" not in named  # a site is read elsewhere
    said = markup(metrics.metric(KNOWN, "fvd_debiased", is_here=True))
    assert "(here)" in said or "(not on this machine)" in said


def test_other_settings_have_the_card_of_their_metric_and_strangers_have_none() -> None:
    card = KNOWN.cards["ssim_mean"]
    assert str(escape(card.definition)) in markup(metrics.metric(KNOWN, "ssim_mean[x=2]"))
    assert "No card" in markup(metrics.metric(KNOWN, "theirs"))
    assert metrics.names(KNOWN, ["theirs", "ssim_mean[x=2]"])[-1] == "theirs"
    assert KNOWN.owner("theirs") == ""


# On runs


def test_values_of_every_run_are_drawn_the_best_first(out: Path) -> None:
    boards.two_runs(out)
    found = _measured(out)
    drawn = _drawn(metric_runs.on_runs(found, "ssim_mean"))
    assert [(each.name, len(each.values)) for each in drawn.lines] == [("still", 3), ("mover", 2)]
    lower = _drawn(metric_runs.on_runs(found, "flicker_max_step"))  # lower is better
    assert [each.name for each in lower.lines] == ["still", "mover"]


def test_a_number_about_the_set_has_its_own_interval(out: Path) -> None:
    boards.two_runs(out)
    blocks = metric_runs.on_runs(_measured(out), "fvd_lite0_debiased")
    assert [(each.name, each.low, each.high) for each in _drawn(blocks).lines] == [("mover", 9.0, 18.0)]
    assert "whole set" in markup(blocks)
    assert "No run on this suite" in markup(metric_runs.on_runs(_measured(out), "psnr_mean"))


def test_many_runs_leave_the_worst_models_out(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    suite, _, _ = boards.two_runs(out)
    _models(out, suite, 4)
    monkeypatch.setattr(metric_runs, "MOST_RUNS", 2)
    monkeypatch.setattr(metric_runs, "MOST_TICKS", 3)
    blocks = metric_runs.on_runs(_measured(out), "ssim_mean")
    drawn = _drawn(blocks)
    assert [each.name for each in drawn.lines] == ["still", "mover", "m3"]
    assert not any(each.values for each in drawn.lines)
    assert "3 of 6 runs" in markup(blocks)


def test_metrics_that_say_the_same(out: Path) -> None:
    suite, mover, _ = boards.two_runs(out)
    rows = [
        row
        for n in range(10)
        for row in (
            boards.row(mover, f"c{n}", "ssim_mean", n / 10),
            boards.row(mover, f"c{n}", "warping_error", 1 - n / 10),  # lower is better: it agrees
            boards.row(mover, f"c{n}", "psnr_mean", 30 - n),
            boards.row(mover, f"c{n}", "motion_share", float(n != 5)),
        )
    ]
    boards.write(out, mover, suite, rows, clips=False)
    (table,) = tables(metric_runs.on_runs(_measured(out), "ssim_mean"))
    assert [cell.note for cell in cells(table, "metric")] == ["psnr_mean", "warping_error", "motion_share"]
    assert column(table, "spearman")[:2] == ["−1", "−1"]
    assert column(table, "better") == ["the opposite", "the same", ""]
    assert column(table, "cases") == ["10", "10", "10"]


# Under damage


def _calibrated(about: str = "Something is done.") -> Calibration:
    falls = np.array([[1.0, 0.9 - tiny, 0.5 - tiny] for tiny in (0, 0.01, 0.02, 0.03)])
    curve = fitted(("ssim_mean", "noise"), "higher", (1, 2), falls)
    still = fitted(("ssim_mean", "loop"), "higher", (1, 2), np.ones((4, 3)))
    damages = tuple(DamageFacts(name, name, "px", (1.0, 2.0), about) for name in ("noise", "loop"))
    metric = MetricFacts("ssim_mean", "ssim", "1", "higher", "", shows=("noise",))
    return Calibration({"clips": "4"}, damages, (metric,), (curve, still), {})


def test_curves_of_the_metric_are_drawn() -> None:
    blocks = metrics.under_damage(KNOWN, "ssim_mean", _calibrated(boards.HOSTILE))
    assert [figure.title for figure in figures(blocks)] == ["noise", "loop"]
    assert "told apart from 1 on" in markup(blocks)
    assert figures(metrics.under_damage(KNOWN, "ssim_mean[x=2]", _calibrated()))  # of its default settings
    assert "It has no curve" in markup(metrics.under_damage(KNOWN, "psnr_mean", _calibrated()))
    assert "bench calibrate" in markup(metrics.under_damage(KNOWN, "ssim_mean", None))


def test_damages_that_do_not_move_it_are_behind_a_line() -> None:
    blocks = metrics.under_damage(KNOWN, "ssim_mean", _calibrated())
    others, about = of_type(blocks, Details)
    assert others.summary == "1 damage that does not visibly move it"
    assert [figure.title for figure in figures([others])] == ["loop"]
    assert dict(of_type(blocks, Facts)[0].rows)["Silent at"].text == "loop"
    assert about.summary == "Where the curves come from"
    assert not of_type(metrics.under_damage(KNOWN, "ssim_mean", None), Details)


def test_every_metric_has_a_page_on_the_site(out: Path) -> None:
    suite, mover, _ = boards.two_runs(out)
    rows = [boards.row(mover, "c0", name, 0.5) for name in ("ssim_mean", "theirs")]
    boards.write(out, mover, suite, rows, clips=False)
    curves.write(out / curves.FILE, _calibrated())
    pages = {
        path: blocks for path, _, blocks in shared_pages.pages(exports.gather((out,)), [out], [], [], "")
    }
    index, *_ = tables(pages["metrics.html"])  # before the tables of damages
    for name, runs in {"ssim_mean": 2, "flicker_max_step": 1, "theirs": 1, "psnr_mean": 0}.items():
        assert line(index, name)["runs"].value == runs
        assert f"metrics/{name}.html" in pages
    assert [figure.title for figure in figures(pages["metrics/ssim_mean.html"])] == ["noise", "loop"]
    assert not figures(pages["metrics/psnr_mean.html"])
    assert "No card" in markup(pages["metrics/theirs.html"])


# Strangers


def test_texts_of_strangers_are_text(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    of: Run = boards.hostile_run(out, suite)
    rows = [*parquet.read(out / of.id / "results.parquet")]
    rows += [boards.row(of, f"c{n}", text, n / 10) for text in hostile.TEXTS for n in range(9)]
    boards.write(out, of, suite, rows, clips=False)
    found = _measured(out)
    shown = [boards.HOSTILE, *hostile.TEXTS[::8], f"ssim_mean[model={boards.HOSTILE}]"]
    blocks: list[Block] = [metrics.index(found.known, found.scores, shown)]
    for text in shown:
        blocks += [*metrics.metric(found.known, text), *metric_runs.on_runs(found, text)]
    html = markup(blocks)
    assert not any(sign in html for sign in ("<script", "<img", "javascript:window", "<iframe"))
