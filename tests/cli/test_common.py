"""What every command has: a help that one can read at 80 columns, completion, --quiet and --verbose."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from bench.cli import completion
from tests import command_line
from tests.leaderboard import boards
from tests.made import written_suite

COMMANDS = command_line.commands()


bench = partial(command_line.bench, columns=80)


@pytest.mark.parametrize("command", COMMANDS)
def test_no_line_of_a_help_wraps_and_no_type_of_python_is_in_it(command: str) -> None:
    shown = bench(*command.split(), "--help").stdout
    _, *others = inspect.cleandoc(COMMANDS[command].help).split("\n\n")
    for line in "\n".join(others).splitlines():
        assert f" {line} " in shown + " ", "no comment of an example goes over two lines"
    assert not [word for word in ("<", "[x", "Options ─", "None") if word in shown]
    assert all(option in shown for option in ("--config", "--quiet", "--verbose", "--help"))


def test_groups_of_commands_are_named() -> None:
    shown = bench("--help").stdout
    assert all(f"─ {group} ─" in shown for group in ("Make and measure", "Look and judge", "Share"))
    assert "<" not in shown


def _completed(line: str, folder: Path) -> list[str]:
    """What bash offers at the end of a line."""
    words = line.split(" ")
    environment = {
        **os.environ, "_BENCH_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)
    }  # fmt: skip
    code = "from bench.cli.commands import app; app(prog_name='bench')"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment, cwd=folder
    )
    return answer.stdout.split()


def test_completion_installs_and_completes_names(tmp_path: Path) -> None:
    boards.two_runs(tmp_path / "runs")
    environment = {**os.environ, "HOME": str(tmp_path), "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    code = "from bench.cli.commands import app; app(prog_name='bench')"
    answer = subprocess.run(
        [sys.executable, "-c", code, "--install-completion", "bash"],
        capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    assert "_BENCH_COMPLETE=complete_bash" in (tmp_path / ".bash_completions" / "bench.sh").read_text()
    assert _completed("bench comp", tmp_path) == ["compare", "compact"]
    assert _completed("bench show mov", tmp_path) == ["mover", "mover-tiny"]


def test_names_are_completed_behind_commas() -> None:
    assert completion.models("still,dri") == ["still,drift"]
    assert "warping_error" in completion.metrics("Warping")
    assert completion.suites("de") == ["demo"]
    assert completion.kinds("met") == ["metrics"]


def test_quiet_leaves_results_and_errors(tmp_path: Path) -> None:
    suite = written_suite(tmp_path / "tiny", 2)
    words = ["run", "still", "--suite", suite, "--metrics", "ssim", "--out", tmp_path / "runs"]
    loud, quiet = bench(*words), bench(*words, "--quiet")
    assert loud.stderr and "bench board" in loud.stdout
    assert quiet.stderr == "" and "bench board" not in quiet.stdout
    assert "ssim_mean" in quiet.stdout
    wrong = bench(*words, "--quiet", "--cases", "c7")
    assert (wrong.exit_code, wrong.stderr.count("\n")) == (2, 1)


def test_verbose_says_what_is_chosen_and_where_an_error_arose(tmp_path: Path) -> None:
    suite = written_suite(tmp_path / "tiny", 2)
    words = ["run", "still", "--suite", suite, "--metrics", "ssim", "--out", tmp_path / "runs"]
    said = bench(*words, "-v").stderr
    assert f"suite tiny: 2 cases, from {suite}" in said
    assert "model still: " in said and "device cpu" in said and "metrics measured: ssim" in said
    assert "Traceback" not in said
    wrong = bench(*words, "-v", "--cases", "c7").stderr
    assert "Traceback" in wrong and wrong.rstrip().splitlines()[-1].startswith("error: unknown case 'c7'")
    assert "suite tiny" not in bench(*words).stderr  # the next command is as loud as ever
