"""The page of two numbers: whom it puts on the front, and what it does without two numbers, or without models."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from bench.types import Suite
from bench.web import launch
from leaderboard import overview
from tests.leaderboard import boards

APP = Path(overview.__file__).with_name("app.py")


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "runs"
    for name, value in launch.environment(folder, None).items():
        monkeypatch.setenv(name, value)
    return folder


def _page(**query: str | list[str]) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=30)
    app.query_params.update(query)
    app.run()
    app.switch_page("tradeoffs.py").run()
    assert not app.exception
    return app


def _write(out: Path, suite: Suite, label: str, motion: float, ssim: float, model: str = "svd") -> None:
    of = boards.run(suite, label, model)
    values = {"motion_share": motion, "first_frame_ssim": ssim, "cost_seconds": 10 * motion}
    rows = [boards.row(of, f"c{n}", metric, value) for metric, value in values.items() for n in range(3)]
    boards.write(out, of, suite, rows, clips=False)


def _four(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    for label, motion, ssim in (("calm", 0.125, 0.9), ("lively", 0.25, 0.7), ("poor", 0.125, 0.6)):
        _write(out, suite, label, motion, ssim)
    _write(out, suite, "still", 0.0, 1.0, "still")


def _places(app: AppTest) -> dict[str, str]:
    table = app.dataframe[0].value
    return dict(zip(table["Model"], table["Place"], strict=True))


def test_the_front_is_of_models_and_the_still_picture_is_drawn_not_ranked(out: Path) -> None:
    _four(out)
    app = _page()
    assert app.selectbox(key="question").value == "Motion and consistency"
    assert _places(app) == {"calm": "on the front", "lively": "on the front", "poor": "beaten"}
    spec = json.loads(app.get("vega_lite_chart")[0].proto.spec)
    assert [layer["mark"]["type"] for layer in spec["layer"]] == [
        "line",
        "rule",
        "rule",
        "point",
        "text",
        "text",
    ]
    assert spec["layer"][0]["mark"]["interpolate"] == "step-before"  # more motion is better


def test_less_motion_may_be_what_was_asked_for(out: Path) -> None:
    _four(out)
    app = _page(better_x="less")
    assert _places(app) == {"calm": "on the front", "lively": "beaten", "poor": "beaten"}
    spec = json.loads(app.get("vega_lite_chart")[0].proto.spec)
    assert spec["layer"][0]["mark"]["interpolate"] == "step-after"


def test_axes_of_ones_own_and_logarithmic_ones_where_there_is_a_logarithm(out: Path) -> None:
    _four(out)
    app = _page(question="Own choice", x="first_frame_ssim", y="cost_seconds", log_x="true", log_y="true")
    assert [app.selectbox(key=name).value for name in "xy"] == ["first_frame_ssim", "cost_seconds"]
    spec = json.loads(app.get("vega_lite_chart")[0].proto.spec)
    x, y = (spec["layer"][3]["encoding"][name] for name in "xy")
    assert x["scale"]["type"] == "log"
    assert "type" not in y["scale"]  # the still picture cost nothing
    assert "cost_seconds reaches 0 or below" in "\n".join(text.value for text in app.text)
    assert y["title"] == "cost_seconds (s) · less is better"


@pytest.mark.parametrize("value", ["<script>", "nan", "javascript:1", ""])
def test_nonsense_in_the_address_is_passed_over(out: Path, value: str) -> None:
    _four(out)
    names = ("suite", "question", "x", "y", "better_x", "better_y", "log_x", "log_y")
    app = _page(**{name: [value, value] for name in names})
    assert _places(app) == {"calm": "on the front", "lively": "on the front", "poor": "beaten"}


def test_without_models_or_two_metrics_it_says_so(out: Path) -> None:
    assert "No results" in _page().info[0].value
    suite, mover, _ = boards.two_runs(out)
    assert len(_page().dataframe) == 1  # of SSIM and flicker, by own choice
    (out / "still-tiny" / "results.parquet").unlink()
    boards.write(out, mover, suite, [boards.row(mover, "c0", "ssim_mean", 0.5)], clips=False)
    assert "one metric only" in _page().info[0].value
