"""The page about the benchmark: every command on it is one, and what it says of this machine is so."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
import typer
from click import Command
from streamlit.testing.v1 import AppTest

from bench import suites
from bench.base import provenance
from bench.cli.commands import app as command_line
from bench.web import launch
from leaderboard import about, source
from tests.leaderboard import boards

APP = Path(source.__file__).with_name("app.py")
SHOWN = [line for text in (about.COMMANDS, about.PUBLISHING) for line in text.splitlines()]


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "runs"
    for name, value in launch.environment(folder, None).items():
        monkeypatch.setenv(name, value)
    return folder


@pytest.fixture(scope="module")
def commands() -> dict[str, Command]:
    return dict(typer.main.get_command(command_line).commands)  # type: ignore[attr-defined]


def _page() -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=30)
    app.switch_page("about.py").run()
    assert not app.exception
    return app


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


def test_it_says_what_is_on_this_machine(out: Path) -> None:
    boards.two_runs(out)
    known, versions = (table.value for table in _page().dataframe)
    assert list(known["Suite"]) == suites.names()
    assert list(known["Version"]) == [suites.load(name).version for name in suites.names()]
    facts = dict(versions.itertuples(index=False, name=None))
    assert facts["I2V Bench"].startswith(provenance.bench_version())
    assert facts["Runs on this board"] == "2, on 1 suite"
    assert "numpy" in facts


def test_it_says_how_to_cite(out: Path) -> None:
    codes = [code.value for code in _page().code]
    assert any(code.startswith("@software{") and "I2V Bench" in code for code in codes)


def test_without_results_and_with_broken_ones(out: Path) -> None:
    assert dict(_page().dataframe[1].value.itertuples(index=False, name=None))[
        "Runs on this board"
    ].startswith("0")
    (out / "broken-tiny").mkdir(parents=True)
    (out / "broken-tiny" / "results.parquet").write_bytes(b"PAR1 not really")
    assert "1 result file set aside" in _page().warning[0].value
