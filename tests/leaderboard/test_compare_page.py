"""The page that compares runs: who is compared, what it says of them, and what an address may not do."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from bench.comparison.compare import comparison
from bench.evaluators import catalogue
from leaderboard import compare
from tests import made
from tests.leaderboard import boards
from tests.leaderboard.placed import behind, framed, lines, page, placed
from tests.web.pages.harm import strange
from tests.web.pages.test_compare import CASES, steps_of_quality

PAGE = "compare.py"


def _texts(app: AppTest) -> str:
    """All that Streamlit reads as markup."""
    shown = [*app.subheader, *app.markdown, *app.caption, *app.info, *app.warning]
    return "\n".join([*(str(each.value) for each in shown), *(str(button.label) for button in app.button)])


def test_two_runs_play_and_are_compared(out: Path) -> None:
    boards.two_runs(out)
    app = page(PAGE, runs=["still-tiny", "mover-tiny"], case="c1")
    assert framed(app) == {"runs": ["still-tiny", "mover-tiny"], "case": ["c1"], "seed": ["0"]}
    for text in ("mover against still", "1 case left out that only still has: c2"):
        assert f"<bdi>{text}" in placed(app)
    found = {each["metric"]: each for each in lines(app, "mover against still, metric by metric")}
    ssim = found[catalogue.registered().heading("ssim_mean")]
    assert (ssim["b"], ssim["won"], ssim["verdict"]) == ("0.6", "0/2", "· too few cases")
    assert behind(app, "All models on this case →")["case"] == ["c1"]
    assert behind(app, "mover →") == {"run": ["mover-tiny"], "case": ["c1"], "seed": ["0"]}


def test_the_first_two_are_there_when_nobody_chose(out: Path) -> None:
    boards.two_runs(out)
    app = page(PAGE)
    assert app.multiselect(key="runs").value == ["mover-tiny", "still-tiny"]  # models first
    assert framed(app)["runs"] == ["mover-tiny", "still-tiny"]


def test_nonsense_in_the_address_is_passed_over(out: Path) -> None:
    boards.two_runs(out)
    runs = ["../../secret", "still-tiny", "<script>", "mover-tiny"]
    app = page(PAGE, runs=runs, case="<script>", seed="-1e9", suite="x@y")
    assert app.multiselect(key="runs").value == ["still-tiny", "mover-tiny"]
    assert framed(app) == {"runs": ["still-tiny", "mover-tiny"], "case": ["c0"], "seed": ["0"]}


def test_one_run_alone_plays_and_asks_for_another(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    app = page(PAGE, runs=["mover-tiny"])
    assert framed(app)["runs"] == ["mover-tiny"]
    assert "Choose a second model" in app.info[0].value
    app.multiselect(key="runs").set_value([]).run()
    assert "two to four models" in app.info[0].value
    assert not app.get("iframe")
    other = boards.run(suite, "alone")
    boards.write(
        out, other, suite, [boards.row(other, "c0", "ssim_mean", 0.1, suite_version="zzz")], clips=False
    )
    app = page(PAGE, suite="tiny@zzz")
    assert app.multiselect(key="runs").value == ["alone-tiny"]
    assert "Make a second run" in app.info[0].value


def test_an_address_of_runs_brings_their_suite(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    for label in ("x", "y"):
        of = boards.run(suite, label)
        boards.write(
            out, of, suite, [boards.row(of, "c0", "ssim_mean", 0.1, suite_version="zzz")], clips=False
        )
    app = page(PAGE, runs=["x-tiny", "y-tiny"])
    assert app.selectbox(key="suite").value == "tiny@zzz"
    assert app.multiselect(key="runs").value == ["x-tiny", "y-tiny"]


def test_numbers_alone_are_compared_and_lead_to_cases(out: Path, tmp_path: Path) -> None:
    steps_of_quality(tmp_path / "results", made.suite(tmp_path, cases=CASES), "abc")
    app = page(PAGE, runs=["a-tiny", "b-tiny", "c-tiny"])
    assert placed(app).count("▲ better<") == 2
    assert placed(app).count("<figure>") == 2
    assert "features of the clips, and those of a and b are not here" in placed(app)
    case, *_ = re.findall("▲ (c[0-9])<", placed(app))
    app.multiselect(key="metrics").set_value(["ssim_mean"]).run()
    assert behind(app, f"▲ {case}")["metrics"] == ["ssim_mean"]
    assert behind(app, f"▲ {case}")["seed"] == ["0"]
    app = page(PAGE, **behind(app, f"▲ {case}"))
    assert app.multiselect(key="runs").value == ["a-tiny", "b-tiny", "c-tiny"]
    assert app.selectbox(key="case").value == case
    assert framed(app)["case"] == [case]


def test_set_numbers_only_are_said(out: Path) -> None:
    suite, mover, still = boards.two_runs(out)
    for of in (mover, still):
        boards.write(out, of, suite, [boards.row(of, None, "fvd_lite0", 3.0, n=3)], clips=False)
    app = page(PAGE)
    assert "no case to look at" in app.info[0].value
    assert "share no metric that can be compared" in placed(app)


@pytest.mark.parametrize("file", [PAGE, "case.py"])
def test_nothing_measured_yet_says_what_to_run(out: Path, file: str) -> None:
    said = placed(page(file))
    assert "No results" in said
    assert "<pre>bench run</pre>" in said


def test_names_are_text(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    boards.hostile_run(out, suite)
    app = page(PAGE, runs=["hostile-tiny", "mover-tiny"])
    assert "onerror" in placed(app)
    assert not strange(placed(app))
    assert not boards.LIVE_MARKUP.search(_texts(app))


def test_the_report_and_the_json_say_the_same(tmp_path: Path) -> None:
    suite = made.suite(tmp_path, cases=CASES)
    for label, value in (("a", 0.4), ("b", 0.6)):
        of = boards.run(suite, label)
        rows = [
            boards.row(of, case.id, "ssim_mean", value + 0.01 * n * value)
            for n, case in enumerate(suite.cases)
        ]
        boards.write(tmp_path / "runs", of, suite, rows)
    found = comparison(tmp_path / "runs", ["a", "b"])
    with zipfile.ZipFile(io.BytesIO(compare.report(found))) as archive:
        assert sorted(archive.namelist()) == [
            "comparison-1-cases.svg",
            "comparison-1-metrics.svg",
            "comparison.md",
        ]
        assert "| ssim\\_mean ↑ |" in archive.read("comparison.md").decode()
    (pair,) = json.loads(compare.as_json(found))["pairs"]
    assert pair["differences"][0]["verdict"] == "better"
