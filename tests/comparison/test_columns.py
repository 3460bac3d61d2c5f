"""The table of a comparison: what its cells say, and that nothing in it is markup on a terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from bench.base.wording import one_line
from bench.cli import tables
from bench.comparison import columns
from bench.comparison.differences import Pair
from tests.comparison.made_pairs import HOSTILE, losing


def _printed(pair: Pair) -> str:
    console = Console(file=io.StringIO(), width=300, force_terminal=True, color_system=None)
    console.print(tables.comparison(pair, "demo@0"))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_table_says_what_was_found() -> None:
    table = columns.table(losing())
    keys = [column.key for column in table.columns]
    rows = [
        {key: cell.text for key, cell in zip(keys, row, strict=True)}
        for row in (*table.compared, *table.skipped)
    ]
    row = next(row for row in rows if row["metric"] == "ssim_mean ↑")
    # differences 0.05 to 0.35: mean 0.2, sd 0.108; t(6) = 2.969 for one of two metrics, half = 2.969 · 0.108 / √7
    assert (row["a"], row["b"], row["difference"]) == ("0.5", "0.3", "−0.2 (−0.3212 … −0.0788)")
    assert "Difference (97.5 % interval)" in [column.heading for column in table.columns]
    # 2 / 2⁷, what equal signs allow; the t statistic alone has 0.003
    assert (row["p"], row["p_adjusted"], row["won"]) == ("0.016", "0.031", "0/7")
    assert (row["effect"], row["verdict"]) == ("−1.85", "worse")
    assert rows[-1]["metric"] == "warping_error"
    assert rows[-1]["verdict"] == "not compared: a has no value: it was not measured"


def test_numbers_are_what_texts_say() -> None:
    """For sorting: the fraction of cases won for “0/7”, none for words."""
    table = columns.table(losing())
    cells = {column.key: cell for column, cell in zip(table.columns, table.compared[-1], strict=True)}
    assert cells["difference"].number == pytest.approx(-0.2)
    assert (cells["won"].number, cells["verdict"].number, cells["metric"].number) == (0.0, None, None)
    assert {column.key for column in table.columns if column.align == "left"} == {"metric", "verdict"}
    assert all(cell.number is None for cell in table.skipped[0])


def test_every_column_has_a_name_and_the_shown_ones_a_meaning() -> None:
    keys = [column.key for column in columns.COLUMNS]
    assert len(set(keys)) == len(keys)
    assert all(column.help for column in columns.COLUMNS if column.heading)


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_words_on_a_terminal(words: str) -> None:
    text = _printed(losing(words))
    assert one_line(words) in text
    assert "\x1b" not in text.replace("\x1b[0m", "").replace("\x1b[3m", "").replace("\x1b[1m", "")
    assert "\x07" not in text
