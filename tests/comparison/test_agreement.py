"""Verdict, interval, colour and gate of one line say the same, wherever they are shown."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings, strategies as st

from bench.base.svg.canvas import GRAY, GREEN, RED
from bench.comparison import columns, gates, markdown, records, verdicts
from bench.comparison.differences import Comparison, Difference, Pair
from bench.comparison.plots import forest
from bench.web.content import Table
from bench.web.pages import compare
from tests.base.svg.drawn import elements
from tests.comparison.made_pairs import A, B, compared, measured, of

SAYING = ("better", "worse", "differs")

METRICS = ("ssim_mean", "warping_error", "motion_share")

VALUES = st.lists(
    st.one_of(st.floats(-0.4, 1.0), st.sampled_from([0.0, 0.1, 0.1, -0.9])), min_size=3, max_size=16
)


def _pair(found: tuple[list[float], ...]) -> Pair:
    rows = [
        row
        for metric, gaps in zip(METRICS, found, strict=True)
        for side, values in ((A, [0.5] * len(gaps)), (B, [0.5 + gap for gap in gaps]))
        for row in measured(side, of(values), metric=metric)
    ]
    return compared(*rows, metrics=METRICS)


def _shown(found: Difference) -> str:
    """What the interval alone says."""
    if found.low is None or found.high is None:
        return "too few cases"
    if found.low <= 0 <= found.high:
        return "no difference shown"
    if not found.card.sign:
        return "differs"
    return "better" if (found.low > 0) == (found.card.sign > 0) else "worse"


@settings(max_examples=15)
@given(st.tuples(VALUES, VALUES, VALUES), st.sets(st.sampled_from(METRICS)))
def test_every_view_of_a_line_agrees(found: tuple[list[float], ...], declared: set[str]) -> None:
    pair = verdicts.decided(_pair(found), declared)
    said = [_shown(each) for each in pair.differences]
    assert [each.verdict for each in pair.differences] == said
    for each in pair.differences:
        if each.p_adjusted is not None and each.p_adjusted != pytest.approx(0.05, abs=1e-9):
            assert (each.p_adjusted < 0.05) == (each.verdict in SAYING)
        if each.metric in declared and each.card.sign and each.low is not None:
            assert gates.Gate(each.metric).fails(each) == (each.verdict == "worse")
    _check_table(pair, said)
    _check_page(pair, said)
    _check_plot(pair)
    text = json.dumps(records.as_json(Comparison("demo@0", (pair,)), []))
    lines = json.loads(text)["pairs"][0]["differences"]
    assert [line["verdict"] for line in lines] == said
    assert [(line["low"], line["high"]) for line in lines] == [
        (each.low, each.high) for each in pair.differences
    ]


def _check_table(pair: Pair, said: list[str]) -> None:
    """The terminal's and the report's: its texts, after rounding."""
    table = columns.table(pair)
    keys = [column.key for column in table.columns]
    for row, verdict in zip(table.compared, said, strict=True):
        texts = dict(zip(keys, (cell.text for cell in row), strict=True))
        assert texts["verdict"] == verdict
        assert "…" not in texts["median"]
        if "…" in texts["difference"]:
            ends = texts["difference"].replace("−", "-").split("(")[1].rstrip(")")
            low, high = map(float, ends.split(" … "))
            assert (low > 0 or high < 0) == (verdict in SAYING)
        if texts["p_adjusted"] and not texts["p_adjusted"].startswith("<"):
            assert (float(texts["p_adjusted"]) <= 0.05) == (verdict in SAYING)


def _check_page(pair: Pair, said: list[str]) -> None:
    """The board's and the site's: the word and its colour."""
    blocks = compare.pair(pair, "demo@0", ["a-run", "b-run"])
    (page,) = [block for block in blocks if isinstance(block, Table)]
    place = [column.key for column in page.columns].index("verdict")
    cells = [row.cells[place] for row in page.rows]
    assert [cell.text.split(" ", 1)[1] for cell in cells] == said
    assert [cell.tone for cell in cells] == [word if word in ("better", "worse") else "" for word in said]


def _check_plot(pair: Pair) -> None:
    plot = forest(pair)
    if plot is None:
        return
    colours = {"better": GREEN, "worse": RED}
    drawn = {effect.name for effect in plot.effects}
    bars = [each for each in elements(plot.svg(), "path") if each.get("stroke-width") == "2"]
    shown = [each for each in pair.differences if each.metric in drawn]
    assert [bar.get("stroke") for bar in bars] == [colours.get(each.verdict, GRAY) for each in shown]


def test_the_report_says_what_the_table_says() -> None:
    pair = _pair(([0.1, 0.2, 0.15, 0.3, 0.12, 0.22, 0.4, 0.18],) * 3)
    with TemporaryDirectory() as folder:
        markdown.write_report(Path(folder) / "report.md", Comparison("demo@0", (pair,)))
        text = (Path(folder) / "report.md").read_text()
    assert [text.count(f"| {verdict} |") for verdict in ("better", "worse", "differs")] == [1, 1, 1]
    assert r"Difference \(98.3 % interval\)" in text
