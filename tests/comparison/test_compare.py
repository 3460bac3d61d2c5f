"""Comparisons from Python, and of rows without the clips behind them."""

from __future__ import annotations

import doctest
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import bench
from bench.comparison import compare
from bench.comparison.differences import Side
from bench.errors import UnknownName, UsageError
from bench.runs import parquet, result_files
from bench.types import Measurement
from tests import made
from tests.leaderboard import boards

A, B = np.linspace(0.5, 0.7, 8), np.linspace(0.55, 0.78, 8)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Two runs of eight cases: the second is 0.05 to 0.08 above the first in all of them."""
    suite = made.suite(tmp_path, cases=8)
    for label, values, distance in (("old", A, 4.0), ("new", B, 3.0)):
        of = boards.run(suite, label)
        rows = [boards.row(of, f"c{n}", "ssim_mean", float(value)) for n, value in enumerate(values)]
        rows += [boards.row(of, None, "fvd_lite0_debiased", distance, low=1.0, high=9.0, n=8)]
        boards.write(tmp_path / "runs", of, suite, rows, clips=False)
    return tmp_path / "runs"


def test_a_comparison_is_a_frame(out: Path) -> None:
    found = bench.compare("old", "new", out=out)
    assert found[["baseline", "run", "metric"]].to_numpy().tolist() == [["old", "new", "ssim_mean"]]
    (row,) = found.to_dict("records")
    assert row["difference"] == pytest.approx((B - A).mean())
    # all eight signs agree: 2 of 2^8 choices of signs do
    assert row["p"] == row["p_adjusted"] == pytest.approx(2 / 2**8)
    assert (row["cases"], row["won"], row["verdict"]) == (8, 8, "better")
    assert row["low"] < row["difference"] < row["high"]
    assert "not here" in found.attrs["skipped"]["new"]["fvd_lite0_debiased"]
    assert any(note.startswith("one seed each") for note in found.attrs["notes"]["new"])


@pytest.mark.parametrize("function", [bench.scores, bench.compare])
def test_the_examples_of_the_public_functions_are_true(
    function: Callable[..., pd.DataFrame], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (example,) = doctest.DocTestFinder(recurse=False).find(function)
    assert doctest.DocTestRunner().run(example) == doctest.TestResults(
        failed=0, attempted=len(example.examples)
    )
    assert example.examples


def test_the_other_way_round(out: Path) -> None:
    found = bench.compare("new", "old", metrics="ssim_mean", out=out)
    assert found[["run", "verdict"]].to_numpy().tolist() == [["old", "worse"]]


@pytest.mark.parametrize("words", [("old", "old"), ("old", "old-tiny"), ("new", "old", "new-t")])
def test_one_run_under_two_words_is_refused(words: tuple[str, ...], out: Path) -> None:
    """It would differ nowhere and pass every gate."""
    with pytest.raises(UsageError, match=f"'{words[0]}' and '{words[-1]}' are one run, {words[0]}-tiny"):
        bench.compare(*words, out=out)


def test_mistakes_have_names(out: Path) -> None:
    with pytest.raises(UnknownName, match="nobody"):
        bench.compare("old", "nobody", out=out)
    with pytest.raises(UsageError, match="two runs at least"):
        bench.compare("old", out=out)


def _rows(out: Path) -> pd.DataFrame:
    found: list[Measurement] = []
    for path in result_files.find([out]):
        found += parquet.read(path)
    return parquet.frame(found)[list(compare.COLUMNS)]


def test_rows_alone_compare_as_the_runs_do(out: Path) -> None:
    sides = [Side("old-tiny", "old"), Side("new-tiny", "new")]
    rows = _rows(out)
    (pair,) = compare.pairs(rows, sides, compare.chosen(rows, ()), {})
    (whole,) = compare.comparison(out, ["old", "new"]).pairs
    assert pair.differences == whole.differences
    (skipped,) = pair.skipped
    assert skipped.metric == "fvd_lite0_debiased"
    assert skipped.kind == "unavailable"
    assert skipped.reason.endswith("those of old and new are not here")


def test_words_choose_metrics() -> None:
    rows = parquet.frame(
        [made.measurement(metric=name) for name in ("ssim_mean", "ssim_slope", "ssim_mean[a=1]", "own")]
    )
    assert compare.chosen(rows, ()) == ["ssim_mean", "ssim_mean[a=1]", "own"]
    assert compare.chosen(rows, ["all"]) == ["ssim_mean", "ssim_slope", "ssim_mean[a=1]", "own"]
    assert compare.chosen(rows, ["ssim_slope"]) == ["ssim_slope"]
    assert compare.chosen(rows, ["ssim"]) == ["ssim_mean", "ssim_mean[a=1]"]
    assert compare.chosen(rows, ["ssim_mean"]) == ["ssim_mean", "ssim_mean[a=1]"]
    assert compare.chosen(rows, ["warping_error"]) == ["warping_error"]
    with pytest.raises(UnknownName, match="did you mean ssim_mean"):
        compare.chosen(rows, ["ssim_men"])
