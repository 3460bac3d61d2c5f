"""bench compare as a user meets it, on null models and a tiny suite."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import Result

from tests.command_line import bench
from tests.made import written_suite

GOLDEN = Path(__file__).parents[1] / "golden"
CASES, SET_CASES = 8, 4


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """still, and drift and noise of two seeds, on eight cases; reversed on another suite.

    Four cases have distances of sets: their features take a second per clip.
    """
    folder = tmp_path_factory.mktemp("compare")
    suite, other = written_suite(folder / "tiny", CASES), written_suite(folder / "other", 2)
    ours = ["--suite", suite, "--set", "num_frames=14"]
    for words in (
        ["-m", "still", "-m", "drift", *ours, "--limit", SET_CASES, "--metrics", "fvd_lite0"],
        ["-m", "still", "-m", "drift", *ours, "--metrics", "ssim,flicker"],
        ["-m", "noise", "--seeds", "0,1", *ours, "--metrics", "ssim,flicker"],
        ["-m", "reversed", "--suite", other, "--metrics", "ssim"],
    ):
        answer = bench("run", *words, "--out", folder / "runs")
        assert answer.exit_code == 0, answer.stderr
    return folder / "runs"


def _compare(out: Path, *words: object) -> Result:
    return bench("compare", *words, "--out", out)


def _found(out: Path, *words: object) -> dict[str, dict[str, object]]:
    answer = _compare(out, *words, "--json")
    assert answer.exit_code == 0, answer.stderr
    return {each["metric"]: each for each in json.loads(answer.stdout)["pairs"][0]["differences"]}


def test_help_is_the_golden_one() -> None:
    assert bench("compare", "--help").stdout == (GOLDEN / "help-compare.txt").read_text()


def test_drift_is_less_steady_than_still_and_nearer_to_what_moves(out: Path) -> None:
    found = _found(out, "still", "drift", "--metrics", "ssim_mean,kvd_lite0,fvd_lite0")
    assert (found["ssim_mean"]["verdict"], found["ssim_mean"]["lost"]) == ("worse", CASES)
    assert found["ssim_mean"]["cases"] == CASES
    assert found["fvd_lite0"]["difference"] < 0  # type: ignore[operator]
    assert found["fvd_lite0"]["basis"] == "set"


def test_the_other_way_round_it_is_better(out: Path) -> None:
    assert _found(out, "drift", "still", "--metrics", "ssim_mean")["ssim_mean"]["verdict"] == "better"


def test_a_table_of_each_run_against_the_first(out: Path) -> None:
    answer = _compare(out, "still", "drift", "noise", "--metrics", "ssim,flicker_max_step")
    assert answer.exit_code == 0, answer.stderr
    assert answer.stdout.startswith(f"With {CASES} cases, drift is ")
    assert "drift against still on tiny@" in answer.stdout
    assert "noise against still on tiny@" in answer.stdout
    assert "flicker_max_step ↓" in answer.stdout
    assert "still has seeds 0, noise has 0, 1" in answer.stdout
    assert "drift loses most on c" in answer.stdout


def test_seeds_are_taken_apart(out: Path) -> None:
    found = _found(out, "drift", "noise", "--metrics", "ssim_mean")
    shares = found["ssim_mean"]["variance_shares"]
    assert shares is not None
    assert sum(shares.values()) == pytest.approx(1.0)  # type: ignore[attr-defined]


def test_the_report_lies_where_it_was_wanted(out: Path, tmp_path: Path) -> None:
    answer = _compare(out, "still", "drift", "noise", "--markdown", tmp_path / "r" / "report.md")
    assert answer.exit_code == 0, answer.stderr
    names = {path.name for path in (tmp_path / "r").iterdir()}
    assert names == {
        "report.md",
        *(f"report-{n}-{kind}.svg" for n in (1, 2) for kind in ("cases", "metrics")),
    }
    for name in names:
        assert str(tmp_path / "r" / name) in answer.stdout
    text = (tmp_path / "r" / "report.md").read_text()
    assert "## drift against still" in text
    assert "![effects](report-1-metrics.svg)" in text
    clip = text.split("[drift](")[1].split(")")[0]
    assert (tmp_path / "r" / clip).exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["still", "drift", "--fail-if-worse", "ssim_mean"], 1),
        (["still", "drift", "--fail-if-worse", "ssim_mean:0.99"], 0),
        (["drift", "still", "--fail-if-worse", "ssim_mean"], 0),
        (["drift", "still", "noise", "--fail-if-worse", "ssim_mean"], 1),
        (["drift", "noise", "--fail-if-worse", "flicker_max_step:9", "--fail-if-worse", "ssim_mean"], 1),
    ],
)
def test_gates_decide_the_exit_code(words: list[str], code: int, out: Path) -> None:
    answer = _compare(out, *words)
    assert answer.exit_code == code, answer.stdout + answer.stderr
    assert ("by more than" in answer.stdout) == bool(code)
    broken = json.loads(_compare(out, *words, "--json").stdout)["worse"]
    assert bool(broken) == bool(code)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["still"], "compare needs two runs at least"),
        (["still", "nobody"], "unknown run 'nobody'"),
        (["still", "still"], "'still' and 'still' are one run, still-tiny-"),
        (
            ["still", "still-", "--fail-if-worse", "ssim_mean"],
            "'still' and 'still-' are one run, still-tiny-",
        ),
        (["still", ""], "'' names no run"),
        (["still", "reversed"], "runs compare on one version of one suite"),
        (["still", "drift", "--metrics", "ssim_men"], "unknown metric 'ssim_men': did you mean ssim_mean"),
        (["still", "drift", "--fail-if-worse", "ssim_men"], "unknown metric 'ssim_men'"),
        (["still", "drift", "--fail-if-worse", "ssim_mean:x"], "a gate is METRIC or METRIC:margin"),
        (["still", "drift", "--fail-if-worse", "flicker_period"], "it has no better direction"),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(words: list[str], message: str, out: Path) -> None:
    answer = _compare(out, *words)
    assert message in answer.stderr
    assert (answer.exit_code, answer.stderr.count("\n"), answer.stdout) == (2, 1, "")


def test_features_that_are_gone_are_said_in_a_row(out: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(out, tmp_path / "runs")
    for features in copy.glob("drift-*/features"):
        shutil.rmtree(features)
    answer = _compare(copy, "still", "drift", "--metrics", "fvd_lite0", "--json")
    skipped = json.loads(answer.stdout)["pairs"][0]["skipped"]
    assert {each["metric"] for each in skipped} == {"fvd_lite0", "fvd_lite0_debiased"}
    assert "--metrics fvd_lite0 makes them" in skipped[0]["reason"]
    gated = _compare(copy, "still", "drift", "--fail-if-worse", "fvd_lite0")
    assert "fvd_lite0 of drift cannot be gated on: features of drift-tiny" in gated.stderr
    assert gated.exit_code == 2


def test_a_case_that_one_side_lacks_is_named(out: Path, tmp_path: Path) -> None:
    answer = bench(
        "run",
        "-m",
        "cut",
        "--suite",
        out.parent / "tiny",
        "--limit",
        CASES - 1,
        "--metrics",
        "ssim",
        "--out",
        out,
    )
    assert answer.exit_code == 0, answer.stderr
    answer = _compare(out, "still", "cut", "--metrics", "ssim_mean")
    assert f"1 case left out that only still has: c{CASES - 1} (ssim_mean)" in answer.stdout
