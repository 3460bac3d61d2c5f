"""What tells runs of one suite apart: scores side by side, and each against the first."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import exports
from bench.comparison import compare as comparisons
from bench.comparison.differences import Pair, Side
from bench.runs import parquet, result_files
from bench.types import Suite
from bench.web import content
from bench.web.content import Block, Heading, Listing
from bench.web.pages import compare
from tests import made
from tests.leaderboard import boards
from tests.web.pages.harm import strange
from tests.web.pages.reading import cells, column, figures, line, markup, of_type, tables
from tests.web.pages.run_parts import ranked

CASES = 8


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "runs"


def _pairs(out: Path, *chosen: str) -> list[Pair]:
    """The first run against each of the others."""
    found = exports.gather((out,))
    rows, _ = result_files.read_all([found.paths[run] for run in chosen])
    sides = [Side(run, found.names[run]) for run in chosen]
    return list(comparisons.pairs(rows, sides, comparisons.chosen(rows, ()), {}))


def _blocks(out: Path, *chosen: str) -> list[list[Block]]:
    return [compare.pair(pair, "tiny@1", chosen) for pair in _pairs(out, *chosen)]


def steps_of_quality(out: Path, suite: Suite, labels: str) -> None:
    """Runs a, b, …: the n-th is 0.1 × n better on each of eight cases; only their numbers are here."""
    for number, label in enumerate(labels):
        of = boards.run(suite, label)
        rows = [
            boards.row(of, case.id, "ssim_mean", 0.3 + 0.1 * number * (1 + 0.1 * n))
            for n, case in enumerate(suite.cases)
        ]
        rows += [boards.row(of, None, "fvd_lite0_debiased", 5.0, low=4.0, high=6.0, n=CASES, decoded="")]
        parquet.write(out / str(suite) / f"{label}.parquet", rows)


def test_two_runs_are_compared(out: Path) -> None:
    boards.two_runs(out)
    (blocks,) = _blocks(out, "still-tiny", "mover-tiny")
    assert [heading.text for heading in of_type(blocks, Heading)] == ["mover against still, native"]
    (table,) = tables(blocks)
    found = line(table, "ssim_mean")
    # 0.5 and 0.7 against 1 and 1, over the two cases that both have
    assert found["difference"].value == pytest.approx(-0.4)
    assert found["b"].value == pytest.approx(0.6)
    assert found["won"].value == 0
    assert [each.title for each in table.columns[1:4]] == ["Verdict", "still", "mover"]
    compared = [cell.text for cell in cells(table, "verdict") if not cell.text.startswith("not compared")]
    assert {*compared} == {"· too few cases"}
    assert "1 case left out that only still has: c2" in markup(blocks)


def test_differences_are_drawn_and_the_cases_that_differ_most_lead_to_their_clips(
    out: Path, tmp_path: Path
) -> None:
    steps_of_quality(out, made.suite(tmp_path, cases=CASES), "abc")
    found = _blocks(out, "a-tiny", "b-tiny", "c-tiny")
    shown = [tables(blocks)[0] for blocks in found]
    assert [column(table, "verdict")[0] for table in shown] == ["▲ better"] * 2
    assert [cells(table, "verdict")[0].tone for table in shown] == ["better"] * 2
    assert [[each.title for each in table.columns[2:4]] for table in shown] == [["a", "b"], ["a", "c"]]
    assert [len(figures(blocks)) for blocks in found] == [1, 1]
    first = found[0]
    assert "features of the clips, and those of a and b are not here" in markup(first)
    cases = of_type(first, Listing)[0]
    assert cases.title.startswith("Cases that differ most")
    assert len(cases.lines) == 3
    for cell in cases.lines:
        runs = ("a-tiny", "b-tiny", "c-tiny")
        assert cell.link == content.to_several("compare", runs, case=cell.text.split()[1], suite="tiny@1")
        assert cell.half.endswith("× the usual difference")


def test_set_numbers_only_cannot_be_compared(out: Path) -> None:
    suite, mover, still = boards.two_runs(out)
    for of in (mover, still):
        boards.write(out, of, suite, [boards.row(of, None, "fvd_lite0", 3.0, n=3)], clips=False)
    said = markup(compare.verdicts(_pairs(out, "mover-tiny", "still-tiny")))
    assert "share no metric that can be compared" in said


def test_complete_models_are_offered_first_the_best_of_them_first(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    for label, cases, ssim in (("good", "012", 0.8), ("best", "012", 0.9), ("part", "01", 1.0)):
        of = boards.run(suite, label)
        boards.write(out, of, suite, [boards.row(of, f"c{n}", "ssim_mean", ssim) for n in cases], clips=False)
    found = compare.best_first(ranked(out))
    assert found[:2] == ["best-tiny", "good-tiny"]
    assert found[-1] == "still-tiny"  # a null baseline
    assert set(found[2:4]) == {"mover-tiny", "part-tiny"}


def test_it_opens_on_runs_that_share_a_case_and_on_all_that_have_the_one_that_is_named() -> None:
    cases = {"a": {"c0"}, "b": {"c1"}, "c": {"c0", "c1"}, **{f"d{n}": {"c2"} for n in range(9)}}
    assert compare.opening([*"abc"], cases) == ["a", "c"]
    assert compare.opening([*"abc"], cases, "c1") == ["b", "c"]
    assert compare.opening([*"ab"], cases) == ["a", "b"]  # no two share one
    assert compare.opening(["a"], cases, "nonsense") == ["a"]
    assert compare.opening([*cases], cases, "c2") == [f"d{n}" for n in range(6)]  # as many as a player takes


def test_scores_stand_side_by_side(out: Path) -> None:
    boards.two_runs(out)
    table = compare.scores(ranked(out), ["still-tiny", "mover-tiny"])
    assert [each.title for each in table.columns] == ["Metric", "still", "mover"]
    found = line(table, "ssim_mean")
    assert [found[run].value for run in ("still-tiny", "mover-tiny")] == pytest.approx([1.0, 0.6])
    assert found["mover-tiny"].note == "2 of 3 clips"


def test_names_are_text(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    boards.hostile_run(out, suite)
    chosen = ("hostile-tiny", "mover-tiny")
    said = markup([*_blocks(out, *chosen)[0], compare.scores(ranked(out), chosen)])
    assert "onerror" in said
    assert not strange(said)
