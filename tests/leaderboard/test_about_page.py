"""The page about the benchmark: what it says of this machine's runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import suites
from bench.web import launch
from tests.leaderboard import boards
from tests.leaderboard.placed import page, placed

PAGE = "about.py"


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "runs"
    for name, value in launch.environment(folder, None).items():
        monkeypatch.setenv(name, value)
    return folder


def test_it_says_what_is_on_this_machine(out: Path) -> None:
    boards.two_runs(out)
    said = placed(page(PAGE))
    assert all(suites.load(name).version in said for name in suites.names())
    assert "2, on 1 suite" in said
    assert "@software{" in said


def test_without_results_and_with_broken_ones(out: Path) -> None:
    assert "0, on 0 suites" in placed(page(PAGE))
    (out / "broken-tiny").mkdir(parents=True)
    (out / "broken-tiny" / "results.parquet").write_bytes(b"PAR1 not really")
    said = placed(page(PAGE))
    assert said.count("Set aside: ") == 1
    assert "broken-tiny/results.parquet is not a whole parquet file" in said
