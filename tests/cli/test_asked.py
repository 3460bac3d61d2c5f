"""Exit codes, rows and numbers about sets follow what was asked: cases, seeds, metrics; what failed before counts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import bench
from bench import runs
from bench.errors import Unavailable, UsageError
from tests.command_line import bench as run
from tests.made import written_suite


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """The folder of a suite of four small pictures with reference clips; the last picture is broken."""
    folder = written_suite(tmp_path / "tiny", 4)
    broken = folder / "images" / "3.png"
    broken.write_bytes(broken.read_bytes()[:200])
    return folder


@pytest.fixture
def common(tiny: Path, tmp_path: Path) -> dict[str, Any]:
    return {"suite": tiny, "out": tmp_path / "runs", "show_progress": False}


def test_clips_that_failed_before_are_said_and_are_no_success(tiny: Path, tmp_path: Path) -> None:
    words = ["generate", "-m", "still", "--suite", tiny, "--cases", "c3", "--out", tmp_path / "runs"]
    assert run(*words).exit_code == 1
    again = run(*words)
    assert again.exit_code == 1
    said = "nothing to generate (0 clips are there; 1 failed before: --retry-failed tries them again)"
    assert said in again.stdout
    part = run(*words[:5], "--cases", "c0,c3", "--out", tmp_path / "runs")
    assert part.exit_code == 1
    assert "1 clips generated (0 were there; 1 failed before: --retry-failed" in part.stdout


def test_what_was_not_asked_for_decides_nothing(tiny: Path, tmp_path: Path) -> None:
    words = ["run", "-m", "still", "--suite", tiny, "--metrics", "ssim", "--out", tmp_path / "runs"]
    everything = run(*words)
    assert everything.exit_code == 1
    part = run(*words, "--limit", 3, "--json")
    assert part.exit_code == 0
    (score,) = [each for each in json.loads(part.stdout)["scores"] if each["metric"] == "ssim_mean"]
    assert (score["cases"], score["clips"], score["failed"]) == (3, 3, 0)


def test_rows_are_those_of_the_cases_seeds_and_metrics_asked_for(common: dict[str, Any]) -> None:
    bench.run("noise", seeds=[0, 1], metrics="ssim", **common)
    rows = bench.run("noise", cases=["c1", "c2"], seeds=1, metrics="flicker", **common)
    assert {*zip(rows["case"], rows["seed"], strict=True)} == {("c1", 1), ("c2", 1)}
    assert rows["metric"].str.startswith("flicker").all()
    (folder,) = runs.find(common["out"])
    new = [row for row in folder.rows.read()[0] if row.metric == "flicker_max_step"]
    assert {(row.case, row.seed) for row in new} == {("c1", 1), ("c2", 1)}  # nothing else was measured


def test_a_number_about_a_set_is_about_the_clips_asked_for(common: dict[str, Any]) -> None:
    settings = {"num_frames": 14}
    metric: dict[str, Any] = {"metrics": "fvd_lite0", "settings": settings}
    few = _distance(bench.run("noise", limit=2, **metric, **common))
    assert few["n"] == 2
    whole = _distance(bench.run("noise", limit=3, **metric, **common))
    assert whole["n"] == 3
    again = _distance(bench.run("noise", limit=2, **metric, **common))
    assert (again["n"], again["value"], again["inputs"]) == (2, few["value"], few["inputs"])
    (folder,) = runs.find(common["out"])
    stored = [row for row in folder.rows.read()[0] if row.metric == "fvd_lite0"]
    assert [(row.n, row.value) for row in stored] == [(3, whole["value"])]  # of all clips, still


def _distance(rows: Any) -> dict[str, Any]:
    (found,) = rows[rows["metric"] == "fvd_lite0"].to_dict("records")
    return dict(found)


def test_a_metric_asked_for_by_name_that_cannot_be_measured_is_no_success(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "empty"))
    words = ["run", "-m", "still", "--suite", tiny, "--limit", 1, "--out", tmp_path / "runs", "--json"]
    alone = run(*words, "--metrics", "clipsim")
    assert (alone.exit_code, alone.stdout) == (2, "")
    assert "no metric asked for can be measured here: clipsim: " in alone.stderr
    assert not (tmp_path / "runs").exists()  # nothing was started
    both = run(*words, "--metrics", "ssim,clipsim")
    assert both.exit_code == 1
    assert "not measured: clipsim: " in both.stderr
    assert {each["metric"] for each in json.loads(both.stdout)["scores"]} >= {"ssim_mean"}
    with pytest.raises(Unavailable, match="no metric asked for can be measured here"):
        bench.run("still", suite=tiny, metrics="clipsim", out=tmp_path / "runs", show_progress=False)


@pytest.mark.parametrize(
    "words",
    [
        ["show", ""],
        ["evaluate", ""],
        ["compare", "still", ""],
        ["compare", " ", "still"],
        ["publish", ""],
        ["export", "site", "--run", ""],
    ],
)
def test_no_name_is_no_run(words: list[str], tiny: Path, tmp_path: Path) -> None:
    run("run", "-m", "still", "--suite", tiny, "--limit", 1, "--metrics", "ssim", "--out", tmp_path / "runs")
    answer = run(*words, "--out", tmp_path / "runs")
    assert answer.exit_code == 2
    assert "names no run: give its id" in answer.stderr
    with pytest.raises(UsageError, match="names no run"):
        bench.compare("", "still", out=tmp_path / "runs")


def test_a_view_in_which_nothing_asked_for_is_measured_shows_what_is_native(
    tiny: Path, tmp_path: Path
) -> None:
    words = [
        "run",
        "-m",
        "still",
        "--suite",
        tiny,
        "--cases",
        "c0",
        "--metrics",
        "cost",
        "--out",
        tmp_path / "runs",
    ]
    done = run(*words, "--view", "0.25s@8fps@0.13MP", "--json")
    assert done.exit_code == 0
    assert [row["metric"] for row in json.loads(done.stdout)["scores"]]


def test_rows_of_views_that_were_not_asked_for_do_not_come_back(common: dict[str, Any]) -> None:
    asked = {**common, "metrics": "ssim", "cases": ["c0"], "settings": {"num_frames": 16}}
    both = bench.run("still", **asked)
    native = bench.run("still", **asked, view="native")
    assert set(both["view"]) > set(native["view"]) == {"native"}
