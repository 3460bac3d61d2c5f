"""The page of response curves: what it says of a table made by hand, and what it does with others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from bench.calibration import curves
from bench.calibration.curves import Calibration, DamageFacts, MetricFacts
from bench.calibration.fitting import fitted
from bench.web import launch
from leaderboard import calibration, source
from tests.leaderboard import boards

PAGE = Path(source.__file__).with_name("calibration.py")


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "runs"
    for name, value in launch.environment(folder, tmp_path / "results").items():
        monkeypatch.setenv(name, value)
    return folder


def page(**query: str) -> AppTest:
    app = AppTest.from_file(str(PAGE), default_timeout=30)
    app.query_params.update(query)
    app.run()
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    elements = [*app.markdown, *app.warning, *app.caption, *app.info, *app.text]
    return "\n".join(str(element.value) for element in elements)


def table(name: str = "ssim_mean", about: str = "Something is done.") -> Calibration:
    """A metric that shows noise, as claimed, is silent at loops and falls under a pan, which it claims to ignore."""
    falls = np.array([[1.0, 0.9 - tiny, 0.5 - tiny] for tiny in (0, 0.01, 0.02, 0.03)])
    same = np.ones((4, 3))
    damages = tuple(
        DamageFacts(damage, damage, "px", (1.0, 2.0), about) for damage in ("noise", "loop", "pan")
    )
    made = tuple(
        fitted((name, damage), "higher", (1, 2), values.copy())
        for damage, values in (("noise", falls), ("loop", same), ("pan", falls))
    )
    metric = MetricFacts(name, "ssim", "1", "higher", "", shows=("noise",), ignores=("loop", "pan"))
    return Calibration({"clips": "4 of tiny"}, damages, (metric,), made, {})


def test_no_table_says_what_to_run(out: Path) -> None:
    app = page()
    assert "No calibration at" in app.info[0].value
    assert [code.value for code in app.code] == ["bench calibrate"]


def test_curves_are_drawn_and_broken_claims_are_named(out: Path) -> None:
    curves.write(out / curves.FILE, table())
    app = page()
    said = texts(app)
    assert "1 not as the cards claim" in said
    assert "ignores pan" in said
    assert "shows: told apart from 1 on" in said.replace("\\", "")
    assert "shows noise, and that it ignores loop, pan" in said
    assert len(app.get("vega_lite_chart")) == 4  # the matrix and three curves
    assert list(app.dataframe[0].value["Metric"]) == ["ssim_mean ↑"]


def test_few_clips_are_drawn_and_said(out: Path) -> None:
    made = table()
    few = fitted(("ssim_mean", "noise"), "higher", (1, 2), np.array([[1.0, 0.9, 0.8], [1.0, 0.7, 0.9]]))
    curves.write(out / curves.FILE, replace(made, curves=(few, *made.curves[1:])))
    assert "stands on too few clips" in texts(page())


def test_the_address_chooses(out: Path) -> None:
    curves.write(out / curves.FILE, table())
    app = page(damage="loop", metric="<script>", evaluator="ssim")
    assert app.selectbox(key="damage").value == "loop"
    assert app.selectbox(key="metric").value == "ssim_mean"
    assert "No metric tells it apart" in texts(app)
    assert not app.dataframe


def test_own_curves_come_before_published_ones(out: Path) -> None:
    curves.write(out.parent / "results" / curves.FILE, table("psnr_mean"))
    assert page().selectbox(key="metric").value == "psnr_mean"
    curves.write(out / curves.FILE, table())
    assert page().selectbox(key="metric").value == "ssim_mean"


def test_a_broken_file_is_named(out: Path) -> None:
    out.mkdir()
    (out / curves.FILE).write_text("{")
    assert "is no calibration" in page().warning[0].value


def test_a_table_without_curves_says_so(out: Path) -> None:
    curves.write(out / curves.FILE, Calibration({}, (), (), (), {}))
    assert "has no curve" in page().info[0].value


def test_names_are_text(out: Path) -> None:
    curves.write(out / curves.FILE, table(boards.HOSTILE, boards.HOSTILE))
    app = page()
    said = "\n".join(str(element.value) for element in [*app.markdown, *app.warning, *app.caption, *app.info])
    assert "onerror" in said
    assert not boards.LIVE_MARKUP.search(said)


def test_the_matrix_marks_claims() -> None:
    made = table()
    cells = calibration.cells(made, list(made.metrics)).set_index("damage")
    assert cells["verdict"].to_dict() == {"noise": "shows", "loop": "silent", "pan": "shows"}
    assert cells["sign"].to_dict() == {"noise": "✓", "loop": "✓", "pan": "✗"}
