"""The leaderboard as values: who is ranked and who stands apart, what cells say, what columns and filters there are."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bench import exports
from bench.scoring import recipes
from bench.scoring.recipes import Recipe
from bench.scoring.standings import Column, Score
from bench.types import Suite
from bench.web import content
from bench.web.content import Cell, Table
from bench.web.pages import leaderboard, leaderboard_table
from bench.web.pages.leaderboard import Choice, Ranking
from tests.leaderboard import boards, hostile
from tests.leaderboard.lines import MOTION, SSIM, about, line, missing, ranked, ranking, score
from tests.web.pages.reading import cells, codes, column, figures, line as row_of, markup, tables

NAME = leaderboard_table.SUBJECT
"""Place of a row's name."""


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "runs"


def three_runs(out: Path) -> Suite:
    """mover (svd), wan and the null baseline still, on one suite."""
    suite, _, _ = boards.two_runs(out)
    wan = boards.run(suite, "wan", "wan2.2-ti2v-5b")
    rows = [boards.row(wan, f"c{n}", "ssim_mean", 0.9) for n in range(3)]
    rows += [boards.row(wan, f"c{n}", "flicker_max_step", 2.0) for n in range(3)]
    boards.write(out, wan, suite, rows, clips=False)
    return suite


def found(
    out: Path, suite: Suite, metrics: Sequence[str] = (), chosen: Sequence[Recipe] | None = None
) -> Ranking:
    gathered = exports.gather((out,))
    here = [folder.name for folder in out.iterdir()]
    choice = Choice(tuple(metrics), None if chosen is None else tuple(chosen))
    return leaderboard.ranking(gathered.rows, gathered.scores, str(suite), here, choice)


def _keys(table: Table) -> list[str]:
    return [column.key for column in table.columns]


def _models(table: Table) -> list[str]:
    return [row.cells[NAME].text for row in table.rows if not row.is_apart]


def test_models_are_ranked_and_what_is_no_model_stands_apart(out: Path) -> None:
    table = leaderboard_table.table(found(out, three_runs(out), ["flicker_max_step"]))
    assert table.sorted_by == "flicker_max_step"
    assert _models(table) == ["wan", "mover"]  # lower is better
    (still,) = (row for row in table.rows if row.is_apart)
    assert still.cells[NAME].words == "still · null baseline"
    assert not any(row.cells[NAME].badges for row in table.rows if row != still)
    for row in table.rows:
        assert row.cells[NAME].link == content.to("model", run=f"{row.cells[NAME].text}-tiny")
    ranks = {row.cells[NAME].text: row.cells[0].text for row in table.rows}
    assert ranks == {"wan": "1–2", "mover": "1–2", "still": "–"}
    assert table.rows[0].facets["size"] == "5"
    assert "5 B" in table.rows[0].cells[NAME].note


def test_what_has_too_many_holes_has_no_rank(out: Path) -> None:
    table = leaderboard_table.table(found(out, three_runs(out)))
    assert table.sorted_by == "ssim_mean"
    assert _models(table) == ["wan", "mover"]
    assert {name: row_of(table, name)["rank"].text for name in ("wan", "mover")} == {"wan": "1", "mover": "–"}
    assert row_of(table, "mover")["coverage"].value == pytest.approx(2 / 3)  # 2 of 3 clips have an SSIM
    by_flicker = {
        row.cells[NAME].text: cell.rank
        for row, cell in zip(table.rows, cells(table, "flicker_max_step"), strict=True)
    }
    assert by_flicker == {"wan": "1–2", "mover": "1–2", "still": ""}


def test_numbers_sort_as_numbers(out: Path) -> None:
    table = leaderboard_table.table(found(out, three_runs(out)))
    assert all(isinstance(cell.value, float) for cell in cells(table, "flicker_max_step"))


def test_one_model_and_nothing_to_hold_it_against(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    (out / "still-tiny" / "results.parquet").unlink()
    blocks = leaderboard.blocks(found(out, suite))
    (table,) = tables(blocks)
    assert column(table, "name") == ["mover"]
    assert figures(blocks)


def test_null_baselines_alone_are_no_ranking(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    (out / "mover-tiny" / "results.parquet").unlink()
    blocks = leaderboard.blocks(found(out, suite))
    assert "No model has been measured on this suite yet" in markup(blocks)
    assert "bench run --model MODEL --suite tiny" in codes(blocks)
    (table,) = tables(blocks)
    assert column(table, "name") == ["still"]
    assert _models(table) == []


# Totals


def write_total(out: Path) -> Suite:
    """mover with what our own recipe takes."""
    suite, mover, _ = boards.two_runs(out)
    full = {term.metric: term.one for group in recipes.MOVING.groups for term in group.terms}
    values = {**full, "content": 0.005, "first_frame_ssim": 0.9, "ssim_mean": 0.9, "motion_share": 0.02}
    rows = [boards.row(mover, f"c{n}", metric, value) for metric, value in values.items() for n in range(3)]
    boards.write(out, mover, suite, rows, clips=False)
    return suite


# half of the content, four times; start (0.9 - 0.2) / 0.8; all else is full, by weights that add up to 15
TOTAL = 100 * (0.5**4 * 0.875) ** (1 / 15)
TOTAL_WITHOUT_START = 100 * (0.5**4) ** (1 / 14)


def test_a_total_shows_its_formula_and_takes_other_weights(out: Path) -> None:
    suite = write_total(out)
    blocks = leaderboard.blocks(found(out, suite))
    assert row_of(tables(blocks)[0], "mover")["total:moving"].value == pytest.approx(TOTAL)
    assert any("warping_error" in code for code in codes(blocks))
    moving = recipes.registry["moving"]
    own = moving.with_weights({**moving.weights, "first_frame_ssim": 0.0})
    table = leaderboard_table.table(found(out, suite, chosen=[own]))
    (total,) = [key for key in _keys(table) if key.startswith("total:")]
    assert row_of(table, "mover")[total].value == pytest.approx(TOTAL_WITHOUT_START)


def test_a_recipe_that_lacks_a_dimension_says_which(out: Path) -> None:
    blocks = leaderboard.blocks(found(out, three_runs(out), chosen=[recipes.registry["vbench_i2v"]]))
    (table,) = tables(blocks)
    assert [cell.value for cell in cells(table, "total:vbench_i2v")] == [None] * 3
    assert "vbench" in row_of(table, "mover")["total:vbench_i2v"].about
    assert "No total because metrics are missing: mover: vbench" in markup(blocks)


# Cells


def test_cells_are_numbers_that_read_as_texts() -> None:
    whole = line("whole", {MOTION: score(0.1, 0.01), SSIM: score(0.8, 0.02)}, ranks={SSIM: ranked(1, 3)})
    holes = line("holes", {MOTION: score(0.2, 0.01), SSIM: score(0.8, 0.02, failed=3)})
    nothing = line("nothing", {MOTION: score(0.3, 0.01), SSIM: missing()})
    table = leaderboard_table.table(
        ranking([whole, holes, nothing, line("never", {MOTION: score(0.4, 0.01)})])
    )
    said = [cell.words for cell in cells(table, "ssim_mean")]
    assert said == ["0.8", "0.8 · 7 of 10 clips", "– · 0 of 10 clips", "–"]
    assert column(table, "rank") == ["1–3", "–", "–", "–"]
    assert [cell.value for cell in cells(table, "ssim_mean")] == [0.8, 0.8, None, None]
    assert table.columns[_keys(table).index("rank")].is_text
    assert cells(table, "ssim_mean")[0].about == "0.8 ± 0.02; Rank 1–3, tie group 1"


def _large(rows: int, columns: int) -> Table:
    """Numbers of few values, and texts that differ where numbers do not, are where rows could be mixed up."""
    rng = random.Random(0)
    names = [f"m{place}" for place in range(columns)]
    lines = [
        content.Row(f"run-{row}", (
            content.words(f"run {row}"),
            *(Cell(f"text {rng.randrange(9)}", rng.choice([0.0, 1.0, None]), half="± 0.1") for _ in names),
        ))
        for row in range(rows)
    ]  # fmt: skip
    heads = (content.Column("name", "Model", is_text=True), *(content.Column(name, name) for name in names))
    return Table("made up", heads, tuple(lines), filters={"role": "Role"}, picks=4)


def test_every_cell_says_its_own_text() -> None:
    table = _large(60, 3)
    drawn = markup([table]).split("<tr data-row=")[1:]
    for row, shown in zip(table.rows, drawn, strict=True):
        places = [shown.index(f"<bdi>{row.cells[0].text}</bdi>")]
        for cell in row.cells[1:]:
            places.append(shown.index(f"<bdi>{cell.text}</bdi>", places[-1] + 1))
        assert shown.count("<bdi>") == len(places)


def test_two_hundred_lines_of_twenty_columns_are_drawn_in_no_time() -> None:
    table = _large(200, 20)
    start = time.process_time()
    markup([table])
    assert time.process_time() - start < 1  # 0.1 s


def test_a_text_of_whether_the_model_reads_text() -> None:
    lines = [line(str(reads), reads_text=reads) for reads in (True, False, None)]
    rows = leaderboard_table.table(ranking(lines)).rows
    assert [row.facets["reads"] for row in rows] == ["yes", "no", leaderboard_table.UNKNOWN]
    assert ["reads no text" in row.cells[NAME].note for row in rows] == [False, True, False]


def test_whether_a_model_reads_text_may_be_unknown_beside_ones_of_which_it_is_known(out: Path) -> None:
    """Where a table has no word for some rows, pandas may say NaN."""
    suite = three_runs(out)
    boards.hostile_run(out, suite)
    table = leaderboard_table.table(found(out, suite))
    reads = {row.cells[NAME].text: row.facets["reads"] for row in table.rows}
    assert reads == {"mover": "yes", "wan": "yes", "still": "", boards.HOSTILE: leaderboard_table.UNKNOWN}


# Columns


def test_a_metric_of_ones_own_choice_is_a_column(out: Path) -> None:
    suite, mover, _ = boards.two_runs(out)
    extra = [boards.row(mover, "c0", "flicker_mild", 0.5), boards.row(mover, "c0", "motion_share", 0.1)]
    boards.write(out, mover, suite, extra, clips=False)
    assert "flicker_mild" not in _keys(leaderboard_table.table(found(out, suite)))
    own = leaderboard_table.table(found(out, suite, ["motion_share", "flicker_mild"]))
    assert {"motion_share", "flicker_mild"} < set(_keys(own))
    assert "ssim_mean" not in _keys(own)


def test_versions_of_a_metric_never_share_a_column(out: Path) -> None:
    suite, _, still = boards.two_runs(out)
    newer = [boards.row(still, f"c{n}", "ssim_mean", 0.9, metric_version="2") for n in range(3)]
    boards.write(out, still, suite, newer, clips=False)
    table = leaderboard_table.table(found(out, suite))
    assert row_of(table, "mover")["ssim_mean@1"].value == pytest.approx(0.6)
    assert row_of(table, "still")["ssim_mean@2"].value == 0.9
    assert row_of(table, "still")["ssim_mean@1"].value is None
    titles = {column.key: column.title for column in table.columns}
    assert titles["ssim_mean@1"].endswith(" v1")
    assert titles["ssim_mean@2"].endswith(" v2")


def test_versions_of_a_metric_never_share_a_heading() -> None:
    newer = replace(SSIM, version="2")
    titles = [
        column.title
        for column in leaderboard_table.table(ranking([line("a")], (MOTION, SSIM, newer))).columns
    ]
    head = SSIM.card.heading
    assert titles[2:5] == [MOTION.card.heading, f"{head} v1", f"{head} v2"]


def test_columns_that_say_nothing_are_left_out() -> None:
    plain = leaderboard_table.table(ranking([line("a")]))
    assert _keys(plain) == ["rank", "name", "motion_share", "ssim_mean", "coverage", "clips"]
    assert plain.rows[0].cells[NAME].note == ""
    assert plain.rows[0].facets["size"] == ""
    card = about(licence="MIT (code too)", parameters=2.0, access="open")
    known = leaderboard_table.table(ranking([line("b", card=card, ranks={SSIM: ranked(1, 1)})]))
    assert known.rows[0].cells[NAME].note == "2 B · MIT · open"
    assert row_of(known, "b")["ssim_mean"].about == "0.8 ± 0.1; Rank 1, tie group 1"
    assert row_of(known, "b")["coverage"].words == "100% · 10 cases, 10 clips"
    assert row_of(known, "b")["clips"].words == "numbers only"


# Filters


def test_a_filter_offers_what_rows_say(out: Path) -> None:
    table = leaderboard_table.table(found(out, three_runs(out)))
    assert set(table.filters) == {"role", "access", "licence", "reads"}
    assert len(table.options("licence")) == 2
    assert table.options("size") == ["5"]
    assert 'data-size="size"' in markup([table])
    assert 'data-size="size"' not in markup(
        [leaderboard_table.table(ranking([line("a")]))]
    )  # no size is known


@pytest.mark.parametrize(
    ("scores", "complete"),
    [
        ({MOTION: score(0.1), SSIM: score(0.8)}, "yes"),
        ({MOTION: score(0.1), SSIM: score(0.8, failed=1)}, "no"),
        ({SSIM: score(0.8)}, "no"),  # lacks a column
    ],
)
def test_a_line_that_lacks_a_number_is_not_complete(scores: dict[Column, Score], complete: str) -> None:
    (row,) = leaderboard_table.table(ranking([line("half", scores)])).rows
    assert row.facets["complete"] == complete


# Strangers


def test_names_are_text(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    boards.hostile_run(out, suite)
    blocks = leaderboard.blocks(found(out, suite, [f"ssim_mean[model={boards.HOSTILE}]"]))
    assert boards.HOSTILE in column(tables(blocks)[0], "name")
    assert "onerror" in markup(blocks)
    assert "<img" not in markup(blocks)
    assert "<script" not in markup(blocks)


@pytest.mark.parametrize("text", hostile.TEXTS[::5])
def test_every_text_of_a_stranger_is_text(text: str) -> None:
    theirs = replace(SSIM, metric=f"ssim_mean[model={text}]")
    lines = [line(text, {theirs: score(0.5)}, card=about(text, text, 1.0), run=text, model=text)]
    said = markup(leaderboard.blocks(ranking(lines, [theirs]), clips={text: text}))
    assert not any(sign in said for sign in ("<script", "<img", "<iframe", 'href="java', 'href="data'))
