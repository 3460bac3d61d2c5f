"""The page of response curves: what a visitor may choose, and which table is shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bench.calibration import curves
from bench.calibration.curves import Calibration
from tests.leaderboard import boards
from tests.leaderboard.placed import page, placed
from tests.web.pages.test_calibration import table

PAGE = "calibration.py"


def test_no_table_says_what_to_run(out: Path) -> None:
    said = placed(page(PAGE))
    assert f"No calibration at {out / curves.FILE} or " in said
    assert "<pre>bench calibrate</pre>" in said


def test_curves_are_drawn_and_broken_claims_are_named(out: Path) -> None:
    curves.write(out / curves.FILE, table())
    said = placed(page(PAGE))
    assert "1 not as the cards claim" in said
    assert said.count("<figure>") == 4  # the matrix and three curves


def test_the_address_chooses(out: Path) -> None:
    curves.write(out / curves.FILE, table())
    app = page(PAGE, damage="loop", metric="<script>", evaluator="ssim")
    assert app.selectbox(key="damage").value == "loop"
    assert app.selectbox(key="metric").value == "ssim_mean"
    assert app.selectbox(key="evaluator").value == "ssim"
    assert "No metric tells it apart" in placed(app)


def test_own_curves_come_before_published_ones(out: Path) -> None:
    curves.write(out.parent / "results" / curves.FILE, table("psnr_mean"))
    assert page(PAGE).selectbox(key="metric").value == "psnr_mean"
    curves.write(out / curves.FILE, table())
    assert page(PAGE).selectbox(key="metric").value == "ssim_mean"


def test_real_footage_can_be_chosen(out: Path) -> None:
    curves.write(out / curves.FILE, replace(table(), on_footage=table("psnr_mean")))
    assert page(PAGE).selectbox(key="metric").value == "ssim_mean"
    assert page(PAGE, clips="Real footage").selectbox(key="metric").value == "psnr_mean"


def test_a_broken_file_is_named(out: Path) -> None:
    out.mkdir()
    (out / curves.FILE).write_text("{")
    assert "is no calibration" in placed(page(PAGE))


def test_a_table_without_curves_says_so(out: Path) -> None:
    curves.write(out / curves.FILE, Calibration({}, (), (), (), {}))
    assert "has no curve" in placed(page(PAGE))


def test_names_are_text(out: Path) -> None:
    curves.write(out / curves.FILE, table(boards.HOSTILE, boards.HOSTILE))
    said = placed(page(PAGE))
    assert "onerror" in said
    assert "<img" not in said
    assert "<script" not in said
