"""Mistakes in a file of --config: exit 2, and one line that names file, line and option; nothing is started."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.cli.test_config import written
from tests.command_line import bench
from tests.faults.all_faults import Figures

MISTAKES = [
    ('\nmetrcs = "ssim"\n', "unknown option 'metrcs': did you mean metrics or metric-set"),
    ('\nmetrcs = "ssim"\n', "run.toml, line 2; bench run --help)"),
    ("\n\n[sets]\nsteps = 1\n", "unknown option 'sets': did you mean set"),
    ("\n\n[sets]\nsteps = 1\n", "line 3;"),
    ('config = "other.toml"', "unknown option 'config'"),
    ('a = 1\nlimit = "many"\n', "unknown option 'a'"),
    ('limit = "many"', "run.toml, line 1: limit: "),
    ("limit = -1", "limit is at least 1, not -1"),
    ("dry-run = 1", "run.toml, line 1: dry-run is true or false, not 1"),
    ("suite = true", "run.toml, line 1: suite is text, a number or a list of them, not true"),
    ("limit = 2026-01-01", "run.toml, line 1: limit"),
    ("limit = 1\nlimit = 2\n", "run.toml cannot be read: "),
    ("suite = ", "run.toml cannot be read: "),
    ("suite: demo", "run.toml cannot be read: "),
    ("limit: !!python/object/apply:os.system ['touch hit']", "run.toml cannot be read: "),
    ("limit = 1\0", "run.toml cannot be read: "),
    ("[" * 100_000, "run.toml cannot be read: "),
]


@pytest.mark.parametrize(("text", "said"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_is_one_line_that_says_where_it_is(
    text: str, said: str, tmp_path: Path, figures: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    begun = time.perf_counter()
    answer = bench("run", "--config", written(tmp_path / "run.toml", text))
    figures.tried, figures.slowest = 1, time.perf_counter() - begun
    assert said in answer.stderr
    assert (answer.exit_code, answer.stderr.count("\n"), answer.stdout) == (2, 1, "")
    figures.refused = 1
    assert [path.name for path in tmp_path.iterdir()] == ["run.toml"]
