"""Tables fit every terminal, and what they show is whole."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from bench.cli import layout, loudness, terminal
from bench.cli.commands import output
from bench.cli.layout import Column, Grid
from bench.errors import UsageError, reason

RUNS = ("still", "wan2.1-i2v-480p@step-2000", "reference")
SCORES = Grid(
    (Column("metric"), Column("id", spare=1), *(Column(run, "right") for run in RUNS)),
    [
        [
            "First frame matches image ↑",
            "first_frame_ssim",
            "1 ± 0",
            "0.8812 ± 0.021",
            "12345 (1234 … 14567)",
        ],
        ["Flicker ↓", "flicker_compensated", "0", "–", "0.0001412 ± 7.2e-05"],
    ],
    "demo@3ae6ffe128fc",
    splits=2,
)
WHY = Grid(
    (Column("case"), Column("why", wraps=True), Column("remedy", wraps=True, spare=1)),
    [["duck", "the clip is shorter than the view needs it to be, and cannot be measured", "a longer clip"]],
)


def drawn(grid: Grid, width: int) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    for table in layout.tables(grid, width):
        console.print(table, soft_wrap=isinstance(table, str), markup=False)
    return console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120, 200])
def test_no_name_and_no_number_is_cut_or_broken(width: int) -> None:
    shown = drawn(SCORES, width)
    for cell in (*RUNS, *(cell for line in SCORES.lines for cell in (line[0], *line[2:]))):
        assert cell in shown, cell
    if width >= 60:
        assert max(map(len, shown.splitlines())) <= width


def test_a_wide_table_becomes_several_with_the_first_column_each() -> None:
    assert drawn(SCORES, 80).count("First frame matches image") == 2
    assert drawn(SCORES, 200).count("First frame matches image") == 1
    assert "first_frame_ssim" not in drawn(SCORES, 80)
    assert "first_frame_ssim" in drawn(SCORES, 200)


def test_what_is_left_out_is_named() -> None:
    assert "remedy (--json has all)" in drawn(WHY, 30)
    assert "a longer clip" not in drawn(WHY, 30)
    assert "too narrow" not in drawn(WHY, 80)


def test_texts_go_over_several_lines_at_their_spaces() -> None:
    words = re.findall(r"\w+", WHY.lines[0][1])
    assert all(re.search(rf"\b{word}\b", drawn(WHY, 40)) for word in words)


def test_names_of_groups_are_whole() -> None:
    grid = Grid(
        (Column("id"), Column("n", "right")), [["a", "1"], ["b", "2"]], groups=["Input image", "Cost"]
    )
    lines = [line.rstrip() for line in drawn(grid, 40).splitlines()]
    assert lines[2:] == ["Input image", "a            1", "", "Cost", "b            2"]


def test_nothing_in_a_cell_is_markup() -> None:
    assert "[red]x[/red]" in drawn(Grid((Column("a"),), [["[red]x[/red]"]]), 40)


HOSTILE = "\x1b]0;owned\x07\x9b2J\u202enaem\r0.01"


def is_plain(text: str) -> bool:
    """Whether nothing in a text acts on a terminal; line ends aside."""
    return text.replace("\n", "").isprintable()


@pytest.mark.parametrize("width", [12, 80])
def test_cells_of_strangers_do_nothing_to_a_terminal(width: int) -> None:
    """Labels, metrics and reasons come from other people's files: terminal escapes reached the terminal."""
    column = Column(f"metric {HOSTILE}")
    grid = Grid(
        (column, Column(f"why {HOSTILE}", wraps=True)), [[HOSTILE, f"a b {HOSTILE}"]], HOSTILE, [HOSTILE]
    )
    assert is_plain(drawn(grid, width))


def test_lines_of_strangers_do_nothing_to_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_TOKEN", "swordfish-1")
    output.say(f"runs/{HOSTILE}")
    loudness.to_stderr(f"warning: {HOSTILE} swordfish-1")
    output.warn([UsageError(HOSTILE)])
    output.print_all([f"no votes in {HOSTILE}"])
    output.print_json({"label": HOSTILE})
    bars = terminal.TerminalProgress()
    bars.say(HOSTILE)
    with bars.bar(f"generate {HOSTILE}", 2):
        pass
    for shown in capsys.readouterr():
        assert "owned" in shown
        assert is_plain(shown)
        assert "swordfish" not in shown


def test_reasons_are_stored_without_escapes() -> None:
    assert is_plain(reason(UsageError(HOSTILE)))
    assert reason(ValueError(f"a\n{HOSTILE}")).startswith("ValueError: a �]0;owned")
