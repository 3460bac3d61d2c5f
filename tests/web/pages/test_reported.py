"""What others published, as pages show it: every benchmark, its totals, its sources; texts are texts."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from bench.base.svg import Intervals
from bench.base.svg.canvas import GRAY
from bench.scoring import reported as numbers
from bench.scoring.reported import Metric, Reported, Source
from bench.web.content import Block, Figure, Listing, Table
from bench.web.pages import frames, reported, reported_plots
from bench.web.static.folders import slug
from tests.leaderboard import hostile
from tests.web.pages.reading import cells, codes, column, figures, line, markup, of_type, tables

RESULTS = Path(__file__).parents[3] / "results"
BOARD = "VBench-I2V, board of 2026-08-04"
FOUND, PROBLEMS = reported.read([RESULTS])


def _table(blocks: Sequence[Block]) -> Table:
    return tables(blocks)[0]


def _plot(blocks: Sequence[Block]) -> Intervals:
    plot = figures(blocks)[0].plot
    assert isinstance(plot, Intervals)
    return plot


def _of(text: str, value: float = 1.0, **changes: object) -> Reported:
    """A number whose every text is a stranger's."""
    source = Source(text, "https://example.invalid/", text)
    about = {
        "benchmark": text, "about": text, "model": text, "metric": Metric(text, text, text, "none", text),
        "value": value, "source": source, "note": text, **changes,
    }  # fmt: skip
    return Reported(**about)  # type: ignore[arg-type]


@pytest.mark.parametrize("benchmark", numbers.benchmarks(FOUND))
def test_every_committed_benchmark(benchmark: str) -> None:
    assert not PROBLEMS
    blocks = reported.benchmark(FOUND, benchmark)
    own = [each for each in FOUND if each.benchmark == benchmark]
    shown = _table(blocks)
    assert {*column(shown, "model")} == {each.model for each in own}
    assert {*column(shown, "evidence")} <= {*numbers.EVIDENCE}
    assert "not measured here" in markup(reported.head(FOUND, PROBLEMS))


@pytest.mark.parametrize("benchmark", numbers.benchmarks(FOUND))
def test_a_source_is_listed_once_and_rows_refer_to_it(benchmark: str) -> None:
    blocks = reported.benchmark(FOUND, benchmark)
    sources = [(cell.text, cell.link) for cell in of_type(blocks, Listing)[0].lines]
    assert len({*sources}) == len(sources)
    assert {(cell.text, cell.link) for cell in cells(_table(blocks), "citation")} == {*sources}


def test_a_total_stands_beside_what_its_parts_come_to() -> None:
    assert numbers.benchmarks(FOUND)[0] == BOARD  # of the most models
    blocks = reported.benchmark(FOUND, BOARD)
    shown = line(_table(blocks), "CogVideoX-5b-I2V")
    assert shown["Recomputed total"].value == pytest.approx(86.70, abs=0.01)
    assert shown["Difference"].value == pytest.approx(0, abs=0.01)
    assert line(_table(blocks), "LTX-2")["Recomputed total"].value is None
    assert any("[I2V] + [quality]" in code for code in codes(blocks))


@pytest.mark.parametrize("benchmark", ["I2V-Bench, ConsistI2V's table 2", "VBench-I2V, paper's table 3"])
def test_no_total_stands_where_none_was_published(benchmark: str) -> None:
    """A recipe could make one of these rows, which beside the papers' numbers would pass for the papers'."""
    blocks = reported.benchmark(FOUND, benchmark)
    assert not {*numbers.ADDED} & {column.key for column in _table(blocks).columns}
    assert not codes(blocks)


def test_the_plot_is_of_the_chosen_metric() -> None:
    drawn = _plot(reported.benchmark(FOUND, "Physics-IQ, image to video", "Physics-IQ score"))
    assert {each.name for each in drawn.lines} == {"SVD", "CogVideoX-5b", "Wan2.2", "Sora 2"}
    assert [each.mean for each in drawn.lines] == sorted((each.mean for each in drawn.lines), reverse=True)
    assert _plot(reported.benchmark(FOUND, BOARD, "Quality")).across == "Quality (%)"
    assert _plot(reported.benchmark(FOUND, BOARD, "<script>")).across == "Total (%)"  # the first


def test_totals_are_coloured_by_motion_beside_the_frozen_image() -> None:
    blocks = reported.benchmark(FOUND, BOARD, "Total")
    drawn = _plot(blocks)
    assert len({each.colour for each in drawn.lines}) > 5
    ((frozen, told, _),) = drawn.marks
    assert frozen == pytest.approx(87.3, abs=0.05)
    assert "frozen copy" in told
    (figure,) = of_type(blocks, Figure)
    assert "computed, not measured" in figure.caption
    assert "dynamic degree" in figure.caption


def test_motion_that_was_not_published_is_gray_and_doubtful_rows_are_not_drawn() -> None:
    quality = Metric("quality", "Quality", "%", "higher")
    motion = Metric(reported_plots.MOTION, "Dynamic degree", "%", "higher")
    models = (("calm", 10.0, 80.0), ("lively", 90.0, 70.0), ("silent", None, 75.0))
    found = [_of("b", value, model=name, metric=quality) for name, _, value in models]
    found += [_of("b", value, model=name, metric=motion) for name, value, _ in models if value is not None]
    found.append(_of("b", 99.0, model="odd", metric=quality, is_doubtful=True))
    blocks = reported.benchmark(found, "b", "Quality")
    colours = {each.name: each.colour for each in _plot(blocks).lines}
    assert list(colours) == ["calm", "silent", "lively"]
    assert colours == {"calm": "#d9822b", "silent": GRAY, "lively": "#2f74c0"}
    assert [each.name for each in _plot(blocks).lines if each.shape == "cross"] == ["silent"]
    table = _table(blocks)
    assert "Not plotted, since the source's row is broken: odd." in table.caption
    assert [row.cells[0].text for row in table.rows if row.is_quiet] == ["odd"]
    assert [badge.text for badge in line(table, "odd")["model"].badges] == ["doubtful"]


def test_without_numbers_it_says_so() -> None:
    blocks = reported.page([], ["own.toml is not TOML"], slug)
    assert "no reported numbers" in markup(blocks)
    assert "Set aside: own.toml is not TOML" in markup(blocks)
    assert not tables(blocks)


def test_the_whole_page_has_every_benchmark_under_its_anchor() -> None:
    said = markup(reported.page(FOUND, PROBLEMS, slug))
    for name in numbers.benchmarks(FOUND):
        assert f'id="{slug(name)}"' in said


@pytest.mark.parametrize("text", hostile.TEXTS[::5])
def test_texts_of_strangers_are_text(text: str) -> None:
    blocks = reported.page([_of(text), _of(text, 2.0, model=f"{text}2")], [text], slug)
    said = markup(blocks)
    assert not any(
        sign in said for sign in ("<script", "<img", "<iframe", "<input", 'href="java', 'href="data')
    )
    for benchmark in tables(blocks):
        assert benchmark.rows


# As files


def test_csv_and_json_hold_what_the_table_shows() -> None:
    frame = reported.frame(FOUND, BOARD)
    shown = _table(reported.benchmark(FOUND, BOARD))
    lines = list(csv.DictReader(io.StringIO(frames.as_csv(frame))))
    assert [each["model"] for each in lines] == column(shown, "model")
    total = line(shown, "CogVideoX-5b-I2V")["vbench_i2v_total"].value
    assert (
        float(next(each for each in lines if each["model"] == "CogVideoX-5b-I2V")["vbench_i2v_total"])
        == total
    )
    records = {each["model"]: each for each in json.loads(frames.as_json(frame))}
    assert records["CogVideoX-5b-I2V"]["vbench_i2v_total"] == total
    assert records["LTX-2"]["Recomputed total"] is None


def test_no_spreadsheet_computes_a_stranger_s_cell() -> None:
    formula = '=HYPERLINK("http://evil.invalid","x")'
    text = frames.as_csv(reported.frame([_of(formula)], formula))
    for row in csv.reader(io.StringIO(text)):
        assert not any(cell.startswith("=") for cell in row)
    assert f"'{formula}" in next(csv.reader(io.StringIO(text)))
