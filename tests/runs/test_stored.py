"""Runs and rows that were stored by version 0.1.0, before the package had rooms, are read, continued and compared.

tests/stored was made by `bench run -m still -m drift -m swing --suite suites/tiny --seeds 0,1` and
`bench evaluate --clips own --name mine` at 45eb26e, with tests/stored/plugin installed. drift's folder has rows under
other settings as a part that was never folded; `results/` is what `bench publish` made, `said/` what `bench show` and
`bench compare` answered. @HERE@ stands where the folder lay. Nothing in it may be made anew when the code changes: a
metric whose values change raises its version, and its rows here are stale for that reason alone. Of the three runs,
still is not kept.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench import evaluators
from bench.evaluators import catalogue
from bench.runs import parquet

STORED = Path(__file__).parents[1] / "stored"
RUNS = {"drift": "drift-tiny-c976a497dd", "swing": "swing-tiny-9d5c7ece73", "mine": "mine-own-6b2ae6756e"}

NATIVE = ("--view", "native")
"""Version 0.1.0 had no other view."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder as it lay where it was made."""
    folder = tmp_path_factory.mktemp("stored") / "home"
    shutil.copytree(STORED, folder)
    for path in folder.glob("runs/**/*.json"):
        path.write_text(path.read_text().replace("@HERE@", str(folder)))
    return folder


def bench(home: Path, *words: str, has_plugin: bool = True) -> subprocess.CompletedProcess[str]:
    """`bench words… --out runs` there."""
    environment = {**os.environ, "BENCH_CACHE": str(home / "cache"), "COLUMNS": "200"}
    environment["PYTHONPATH"] = os.pathsep.join(
        [*([str(home / "plugin")] if has_plugin else []), environment.get("PYTHONPATH", "")]
    )
    command = [sys.executable, "-m", "bench", *words, "--out", "runs"]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=home, check=False)


def said(home: Path, *words: str, has_plugin: bool = True) -> Any:
    """The JSON that it answers."""
    done = bench(home, *words, "--json", has_plugin=has_plugin)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def stored(name: str) -> Any:
    """What it answered when the folder was made."""
    return json.loads((STORED / "said" / f"{name}.json").read_text())


def differences(now: Any, then: Any, where: str = "") -> list[str]:
    """Where `now` lacks or contradicts what was said then; it may say more."""
    if isinstance(then, dict) and isinstance(now, dict):
        return [line for key in then for line in differences(now.get(key), then[key], f"{where}.{key}")]
    if isinstance(then, list):
        lines = [
            line
            for n, (a, b) in enumerate(zip(now, then, strict=False))
            for line in differences(a, b, f"{where}[{n}]")
        ]
        return lines if len(now) == len(then) else [f"{where}: {len(now)} instead of {len(then)}", *lines]
    if isinstance(then, float) and isinstance(now, (int, float)):
        # --json rounds to ten decimals
        return (
            []
            if math.isclose(now, then, rel_tol=1e-9, abs_tol=1e-9)
            else [f"{where}: {now} instead of {then}"]
        )
    return [] if now == then else [f"{where}: {now!r} instead of {then!r}"]


@pytest.mark.parametrize("name", RUNS)
def test_scores_of_stored_rows_are_what_they_were(home: Path, name: str) -> None:
    now, then = said(home, "show", name), stored(f"show-{name}")
    assert differences(now, then) == []


def same_version(name: str) -> str:
    """For --metrics: the evaluators none of whose metrics has risen in version since a run's rows were stored."""
    rows = parquet.read(STORED / "runs" / RUNS[name] / "results.parquet")
    then = {(row.metric, row.metric_version) for row in rows}
    made = (evaluators.registry[each]() for each in evaluators.registry)
    return ",".join(
        each.name
        for each in made
        if {(card.name, catalogue.full_version(card, each)) for card in each.cards} <= then
    )


def test_runs_are_continued(home: Path) -> None:
    words = ("run", "-m", "drift", "-m", "swing", "--suite", "suites/tiny", "--seeds", "0,1")
    done = bench(home, *words, "--metrics", same_version("drift"), *NATIVE)
    assert done.returncode == 0, done.stderr
    assert "nothing to generate (8 clips are there), nothing to measure" in done.stdout
    assert {path.name for path in (home / "runs").iterdir()} == {*RUNS.values()}


def test_a_raised_version_is_measured_anew(tmp_path: Path) -> None:
    """psnr, version 2 in the rows, and beside it one that has not risen: its rows stay, to the byte of their date."""
    shutil.copytree(STORED, tmp_path, dirs_exist_ok=True)
    file = tmp_path / "runs" / RUNS["mine"] / "results.parquet"
    before = {row.metric: row for row in parquet.read(file)}
    done = bench(
        tmp_path,
        "evaluate",
        "--clips",
        "own",
        "--name",
        "mine",
        "--metrics",
        "psnr,temporal_flickering",
        *NATIVE,
    )
    assert done.returncode == 0, done.stderr
    now = {row.metric: row for row in parquet.read(file)}
    assert now["temporal_flickering"] == before["temporal_flickering"]
    assert (before["psnr_mean"].metric_version, now["psnr_mean"].metric_version) == ("2", "3")


def test_clips_of_somebodys_own_are_continued(home: Path) -> None:
    done = bench(
        home, "evaluate", "--clips", "own", "--name", "mine", "--metrics", same_version("mine"), *NATIVE
    )
    assert done.returncode == 0, done.stderr
    assert "nothing to measure" in done.stdout


def test_settings_in_the_name_of_a_metric_are_continued(home: Path) -> None:
    """Rows that lay in a part which nobody had folded."""
    words = (
        "--metric-set",
        "fvd_lite0.frames=15",
        *NATIVE,
    )  # flicker's, in that part too, have risen in version
    done = bench(home, "evaluate", "drift", "--metrics", "fvd_lite0", *words)
    assert done.returncode == 0, done.stderr
    assert "nothing to measure" in done.stdout


def test_runs_compare_as_they_did(home: Path) -> None:
    """Sets too, by the features in the runs' folders and those of the reference clips in the cache.

    Except by features of the evaluator fvd_hc, which is gone: its metrics are skipped now, and say why. Notes say more
    now: which clips have no value. Two cases have no interval now; the way of a trend has no better direction; and p is
    adjusted by another rule, under another name.
    """
    now, then = said(home, "compare", "drift", "swing", "--metrics", "all"), stored("compare")
    (pair_now,), (pair_then,) = now["pairs"], then["pairs"]
    gone = {"fvd_hc", "kvd_hc"}
    reasons = {each["metric"]: each["reason"] for each in pair_now["skipped"] if each["metric"] in gone}
    assert reasons == {metric: f"there is no evaluator of {metric} here" for metric in gone}
    pair_now["skipped"] = [each for each in pair_now["skipped"] if each["metric"] not in gone]
    pair_then["differences"] = [each for each in pair_then["differences"] if each["metric"] not in gone]
    for each in pair_then["differences"]:
        assert each["cases"] < 6
        assert each.pop("p_holm") is None
        del each["low"], each["high"]
        if each["metric"].endswith("_verdict"):
            each["direction"] = "none"
    for each in pair_then["cases"]:  # of the metrics with a direction, one less than then
        del each["gain"], each["metrics"]
    pair_now["notes"] = [note for note in pair_now["notes"] if note in pair_then["notes"]]
    assert differences(now, then) == []
