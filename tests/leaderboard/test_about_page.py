"""The page about the benchmark: what it says of this machine's runs."""

from __future__ import annotations

from pathlib import Path

from bench import suites
from tests.leaderboard import boards
from tests.leaderboard.placed import page, placed

PAGE = "about.py"


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
