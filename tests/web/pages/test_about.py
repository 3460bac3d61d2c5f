"""The page about the benchmark: every command on it is one, and what it says of this machine is so."""

from __future__ import annotations

import shlex

import pytest
import typer
from click import Command

from bench import suites
from bench.base import provenance
from bench.cli.commands import app as command_line
from bench.errors import UsageError
from bench.scoring.recipes import MOVING
from bench.web.content import Facts
from bench.web.pages import about
from tests.web.pages.reading import codes, column, markup, of_type, tables

SHOWN = [line for text in (about.COMMANDS, about.PUBLISHING) for line in text.splitlines()]


@pytest.fixture(scope="module")
def commands() -> dict[str, Command]:
    return dict(typer.main.get_command(command_line).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("line", SHOWN)
def test_every_command_is_one(line: str, commands: dict[str, Command]) -> None:
    """Its words are read as the command line reads them; nothing is run."""
    program, command, *words = shlex.split(line, comments=True)
    assert program == "bench"
    context = commands[command].make_context(command, words)
    assert context.args == []


def test_a_wrong_command_would_be_noticed(commands: dict[str, Command]) -> None:
    with pytest.raises(Exception, match="No such option"):
        commands["run"].make_context("run", ["--no-such-option"])


def test_it_says_what_is_on_this_machine() -> None:
    blocks = about.page([], here=about.on_this_machine(2, 1))
    (known,) = tables(blocks)
    assert column(known, "suite") == suites.names()
    assert column(known, "version") == [suites.load(name).version for name in suites.names()]
    facts = dict(of_type(blocks, Facts)[-1].rows)
    assert facts["I2V Bench"].text.startswith(provenance.bench_version())
    assert facts["Runs on this board"].text == "2, on 1 suite"
    assert "numpy" in facts


def test_a_site_says_nothing_of_the_machine_but_what_was_shown_and_compared() -> None:
    blocks = about.page(
        [MOVING], ["Every pair was compared.", ""], "Suites: demo@1; numbers as of 2026-01-02"
    )
    said = markup(blocks)
    assert "On this machine" not in said
    assert not tables(blocks)
    assert "Every pair was compared." in said
    assert MOVING.title in said
    assert MOVING.formula in codes(blocks)
    assert any("note = {Suites: demo@1; numbers as of 2026-01-02}" in code for code in codes(blocks))
    assert about.NO_TOTALS in markup(about.page([]))


def test_a_suite_that_cannot_be_read_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suites, "names", lambda: ["broken"])
    monkeypatch.setattr(suites, "load", _refuse)
    assert about.known_suites() == {"broken": "no such file"}
    assert column(about.suites_table({"broken": "no such file"}), "title") == ["no such file"]


def _refuse(name: str) -> None:
    raise UsageError("no such file")


def test_it_says_how_to_cite() -> None:
    assert any(code.startswith("@software{") and "I2V Bench" in code for code in codes(about.page([])))
