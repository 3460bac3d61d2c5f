"""The page of one case: every run's clip and numbers, steps through the suite, and the ways on."""

from __future__ import annotations

import math
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from bench.web import launch, player
from leaderboard import source
from tests.leaderboard import boards

APP = Path(source.__file__).with_name("app.py")


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "runs"
    for name, value in launch.environment(folder, None).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    return folder


def _page(**choices: str | list[str]) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.query_params.update(choices)
    app.switch_page("case.py").run()
    assert not app.exception
    return app


def _framed(app: AppTest) -> dict[str, list[str]]:
    (frame,) = app.get("iframe")
    return parse_qs(urlsplit(frame.proto.src).query)  # type: ignore[attr-defined]


def test_every_run_is_shown_with_its_values(out: Path) -> None:
    boards.two_runs(out)
    app = _page(case="c2")
    assert _framed(app) == {"runs": ["mover-tiny", "still-tiny"], "case": ["c2"], "seed": ["0"]}
    lines = app.dataframe[0].value.set_index("Model")
    assert list(lines.index) == ["mover", "still"]
    assert math.isnan(lines.loc["mover", "ssim_mean ↑"])
    assert lines.loc["mover", "Without a value"] == "clip has 1 frame, flicker needs 2"
    assert lines.loc["still", "flicker_max_step ↓"] == 9.0
    assert lines.loc["still", "Kind"] == "null baseline"
    assert lines.loc["mover", "Open"] == "model?run=mover-tiny&case=c2&seed=0"
    assert "Case 3 of 3 · category animal" in [caption.value for caption in app.caption]


def test_steps_lead_through_the_suite(out: Path) -> None:
    boards.two_runs(out)
    app = _page(case="c1")
    app.button(key="Next →").click().run()
    assert app.selectbox(key="case").value == "c2"
    assert app.button(key="Next →").disabled
    app.button(key="← Previous").click().run()
    app.button(key="← Previous").click().run()
    assert _framed(app)["case"] == ["c0"]
    assert app.button(key="← Previous").disabled


def test_as_many_clips_as_there_are_colours_baselines_last(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    for number in range(player.MOST):
        of = boards.run(suite, f"model-{number}")
        boards.write(out, of, suite, [boards.row(of, "c0", "ssim_mean", 0.1)], clips=False)
    app = _page(case="c0")
    assert _framed(app)["runs"] == [f"model-{number}-tiny" for number in range(player.MOST)]
    assert list(app.dataframe[0].value["Model"])[-2:] == ["mover", "still"]
    app.multiselect(key="runs").set_value([]).run()
    assert "Choose a run" in app.info[0].value
    assert len(app.dataframe[0].value) == player.MOST + 2


def test_metrics_are_chosen_and_versions_stay_apart(out: Path) -> None:
    suite, _, still = boards.two_runs(out)
    rows = [boards.row(still, "c0", "ssim_mean", 0.9, metric_version="2")]
    boards.write(out, still, suite, rows, clips=False)
    app = _page(case="c0", metrics=["ssim_mean", "nonsense"])
    lines = app.dataframe[0].value.set_index("Model")
    assert list(lines.columns) == ["Open", "Kind", "ssim_mean v1 ↑", "ssim_mean v2 ↑"]
    assert lines.loc["mover", "ssim_mean v1 ↑"] == 0.5
    assert lines.loc["still", "ssim_mean v2 ↑"] == 0.9


def test_nonsense_in_the_address_is_passed_over(out: Path) -> None:
    boards.two_runs(out)
    app = _page(case="../c0", runs=["nobody"], seed="x", suite="<script>")
    assert _framed(app) == {"runs": ["mover-tiny", "still-tiny"], "case": ["c0"], "seed": ["0"]}


def test_a_suite_without_cases_is_said(out: Path) -> None:
    suite, mover, still = boards.two_runs(out)
    for of in (mover, still):
        boards.write(out, of, suite, [boards.row(of, None, "fvd_lite0", 3.0, n=3)], clips=False)
    app = _page()
    assert "no case to look at" in app.info[0].value


def test_names_are_text(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    boards.hostile_run(out, suite)
    app = _page(case="c0")
    shown = "\n".join(str(each.value) for each in [*app.markdown, *app.caption])
    links = "\n".join(str(link.proto.label) for link in app.get("page_link"))  # type: ignore[attr-defined]
    assert "onerror" in links
    assert not boards.LIVE_MARKUP.search(shown + links)
    assert boards.HOSTILE in list(app.dataframe[0].value["Model"])
