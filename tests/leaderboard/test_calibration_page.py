"""The tab of response curves: what a visitor may choose, and which table is shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from streamlit.testing.v1 import AppTest

from bench.calibration import curves
from bench.calibration.curves import Calibration
from tests.leaderboard import boards
from tests.leaderboard.placed import page, placed
from tests.web.pages.test_calibration import table


def _page(**choices: str) -> AppTest:
    return page("metrics.py", tab="Calibration", **choices)


def test_no_table_says_what_to_run(out: Path) -> None:
    said = placed(_page())
    assert f"No calibration at {out / curves.FILE} or " in said
    assert "<pre>bench calibrate</pre>" in said


def test_curves_are_drawn_and_broken_claims_are_named(out: Path) -> None:
    curves.write(out / curves.FILE, table())
    said = placed(_page())
    assert "1 not as the cards claim" in said
    assert said.count("<figure>") == 4  # the matrix and three curves


def test_the_address_chooses(out: Path) -> None:
    curves.write(out / curves.FILE, table())
    app = _page(damage="loop", metric="<script>", evaluator="ssim")
    assert app.selectbox(key="damage").value == "loop"
    assert app.selectbox(key="metric").value == "ssim_mean"
    assert app.selectbox(key="evaluator").value == "ssim"
    assert "No metric tells it apart" in placed(app)


def test_own_curves_come_before_published_ones(out: Path) -> None:
    curves.write(out.parent / "results" / curves.FILE, table("psnr_mean"))
    assert _page().selectbox(key="metric").value == "psnr_mean"
    curves.write(out / curves.FILE, table())
    assert _page().selectbox(key="metric").value == "ssim_mean"


def test_real_footage_can_be_chosen(out: Path) -> None:
    curves.write(out / curves.FILE, replace(table(), on_footage=table("psnr_mean")))
    assert _page().selectbox(key="metric").value == "ssim_mean"
    assert _page(clips="Real footage").selectbox(key="metric").value == "psnr_mean"


def test_a_broken_file_is_named(out: Path) -> None:
    out.mkdir()
    (out / curves.FILE).write_text("{")
    assert "is no calibration" in placed(_page())


def test_a_table_without_curves_says_so(out: Path) -> None:
    curves.write(out / curves.FILE, Calibration({}, (), (), (), {}))
    assert "has no curve" in placed(_page())


def test_names_are_text(out: Path) -> None:
    curves.write(out / curves.FILE, table(boards.HOSTILE, boards.HOSTILE))
    said = placed(_page())
    assert "onerror" in said
    assert "<img" not in said
    assert "<script" not in said
