"""The page that compares runs: who is compared, what it says of them, and what an address may not do."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

from streamlit.testing.v1 import AppTest

from bench.comparison.compare import comparison
from bench.evaluators import catalogue
from bench.web import player
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


def _on_case(app: AppTest) -> list[str]:
    """The first column of the table of a case, from top to bottom."""
    return [each["name"] for each in lines(app, "Values of every run on this case")]


def test_two_runs_play_and_are_compared(out: Path) -> None:
    boards.two_runs(out)
    app = page(PAGE, runs=["still-tiny", "mover-tiny"], case="c1")
    assert framed(app) == {"runs": ["still-tiny", "mover-tiny"], "case": ["c1"], "seed": ["0"]}
    for text in ("mover against still", "1 case left out that only still has: c2"):
        assert f"<bdi>{text}" in placed(app)
    found = {each["metric"]: each for each in lines(app, "mover against still, metric by metric")}
    ssim = found[catalogue.registered().heading("ssim_mean")]
    assert (ssim["b"], ssim["won"], ssim["verdict"]) == ("0.6", "0/2", "· too few cases")
    assert behind(app, "mover →") == {"run": ["mover-tiny"], "case": ["c1"], "seed": ["0"]}


def test_it_opens_on_the_two_best_complete_runs_and_a_case_that_both_have(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    for label, cases in {"good": "12", "fair": "12", "best": "0", "poor": "012"}.items():
        of = boards.run(suite, label)
        ssim = {"best": 0.9, "good": 0.8, "fair": 0.7, "poor": 0.1}[label]
        boards.write(out, of, suite, [boards.row(of, f"c{n}", "ssim_mean", ssim) for n in cases], clips=False)
    app = page(PAGE)
    # the best is of one case of three, as is mover, and poor is complete
    assert app.multiselect(key="runs").value == ["poor-tiny", "best-tiny"]
    assert framed(app)["case"] == ["c0"]
    said = placed(app)
    assert said.index("With 1 case, best is") < said.index("What tells them apart") < said.index("Scores")


def test_a_case_is_a_comparison_of_all_that_have_it(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    for number in range(player.MOST):
        of = boards.run(suite, f"model-{number}")
        boards.write(out, of, suite, [boards.row(of, "c0", "ssim_mean", 0.1)], clips=False)
    assert page(PAGE, case="c2").multiselect(key="runs").value == ["mover-tiny", "still-tiny"]
    app = page(PAGE, case="c0")
    assert framed(app)["runs"] == ["mover-tiny", *(f"model-{n}-tiny" for n in range(player.MOST - 1))]
    assert len(_on_case(app)) == player.MOST + 2
    assert "Case 1 of 3 · category animal" in placed(app)
    app = page(PAGE, case="c2", runs=["mover-tiny", "still-tiny"])
    assert _on_case(app) == ["mover", "still"]
    assert "clip has 1 frame, flicker needs 2" in placed(app)


def test_steps_lead_through_the_suite(out: Path) -> None:
    boards.two_runs(out)
    app = page(PAGE, case="c1")
    app.button(key="Next →").click().run()
    assert app.selectbox(key="case").value == "c2"
    assert app.button(key="Next →").disabled
    app.button(key="← Previous").click().run()
    app.button(key="← Previous").click().run()
    assert framed(app)["case"] == ["c0"]
    assert app.button(key="← Previous").disabled


def test_metrics_are_chosen_and_versions_stay_apart(out: Path) -> None:
    suite, _, still = boards.two_runs(out)
    rows = [boards.row(still, "c0", "ssim_mean", 0.9, metric_version="2")]
    boards.write(out, still, suite, rows, clips=False)
    app = page(PAGE, case="c0", metrics=["ssim_mean", "nonsense"])
    assert lines(app, "Values of every run on this case") == [
        {"name": "mover", "ssim_mean@1": "0.5", "ssim_mean@2": "–"},
        {"name": "still", "ssim_mean@1": "–", "ssim_mean@2": "0.9"},
    ]


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
    assert "Choose a second model" in placed(app)
    app.multiselect(key="runs").set_value([]).run()
    assert "Choose models" in app.info[0].value
    assert not app.get("iframe")
    other = boards.run(suite, "alone")
    boards.write(
        out, other, suite, [boards.row(other, "c0", "ssim_mean", 0.1, suite_version="zzz")], clips=False
    )
    app = page(PAGE, suite="tiny@zzz")
    assert app.multiselect(key="runs").value == ["alone-tiny"]
    assert "Choose a second model" in placed(app)


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


def test_nothing_measured_yet_says_what_to_run(out: Path) -> None:
    said = placed(page(PAGE))
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
