"""The page of one case: which clips play, steps through the suite, and the ways on."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

from bench.web import player
from tests.leaderboard import boards
from tests.leaderboard.placed import behind, framed, lines, page, placed
from tests.web.pages.harm import strange

PAGE = "case.py"


def _models(app: AppTest) -> list[str]:
    """The first column of the table, from top to bottom."""
    return [each["name"] for each in lines(app, "Values of every run on this case")]


def test_every_run_is_shown_with_its_values(out: Path) -> None:
    boards.two_runs(out)
    app = page(PAGE, case="c2")
    assert framed(app) == {"runs": ["mover-tiny", "still-tiny"], "case": ["c2"], "seed": ["0"]}
    assert _models(app) == ["mover", "still"]
    for text in ("Case 3 of 3 · category animal", "clip has 1 frame, flicker needs 2", "null baseline"):
        assert text in placed(app)
    assert behind(app, "mover") == {"run": ["mover-tiny"], "case": ["c2"], "seed": ["0"]}
    assert behind(app, "Compare mover, still →")["runs"] == ["mover-tiny", "still-tiny"]


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


def test_as_many_clips_as_there_are_colours_baselines_last(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    for number in range(player.MOST):
        of = boards.run(suite, f"model-{number}")
        boards.write(out, of, suite, [boards.row(of, "c0", "ssim_mean", 0.1)], clips=False)
    app = page(PAGE, case="c0")
    assert framed(app)["runs"] == [f"model-{number}-tiny" for number in range(player.MOST)]
    assert _models(app)[-2:] == ["mover", "still"]
    app.multiselect(key="runs").set_value([]).run()
    assert "Choose a model" in app.info[0].value
    assert len(_models(app)) == player.MOST + 2


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
    app = page(PAGE, case="../c0", runs=["nobody"], seed="x", suite="<script>")
    assert framed(app) == {"runs": ["mover-tiny", "still-tiny"], "case": ["c0"], "seed": ["0"]}


def test_a_suite_without_cases_is_said(out: Path) -> None:
    suite, mover, still = boards.two_runs(out)
    for of in (mover, still):
        boards.write(out, of, suite, [boards.row(of, None, "fvd_lite0", 3.0, n=3)], clips=False)
    assert "no case to look at" in page(PAGE).info[0].value


def test_names_are_text(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    boards.hostile_run(out, suite)
    app = page(PAGE, case="c0")
    shown = "\n".join(str(each.value) for each in [*app.markdown, *app.caption])
    assert placed(app).count("onerror") > 1  # the table and the link
    assert not strange(placed(app))
    assert not boards.LIVE_MARKUP.search(shown)
