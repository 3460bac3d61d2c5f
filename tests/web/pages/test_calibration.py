"""Response curves as pages show them, of a table made by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from markupsafe import escape

from bench.base.svg import Matrix
from bench.calibration import curves
from bench.calibration.curves import Calibration, DamageFacts, MetricFacts
from bench.calibration.fitting import fitted
from bench.evaluators import catalogue
from bench.web.pages import calibration
from bench.web.pages.calibration import COLOURS
from tests.leaderboard import boards
from tests.web.pages.reading import cells, codes, column, figures, markup, tables

KNOWN = catalogue.registered()


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


def test_no_table_says_what_to_run() -> None:
    blocks = calibration.missing(["runs/calibration.json"])
    assert "No calibration at runs/calibration.json" in markup(blocks)
    assert codes(blocks) == ["bench calibrate"]


def test_curves_are_drawn_and_broken_claims_are_named() -> None:
    blocks = calibration.overview(table(), KNOWN)
    said = markup(blocks)
    assert "1 not as the cards claim" in said
    assert "ignores pan" in said
    of_metric = calibration.one_metric(table(), "ssim_mean", KNOWN)
    said = markup(of_metric)
    assert "shows: told apart from 1 on" in said
    assert "shows noise, and that it ignores loop, pan" in said
    assert len(figures([*blocks, *of_metric])) == 4  # the matrix and three curves
    (seen,) = tables(calibration.one_damage(table(), "noise", KNOWN))
    assert column(seen, "metric") == [KNOWN.heading("ssim_mean")]
    assert [cell.half for cell in cells(seen, "change")] == ["± 0.021"]
    assert calibration.one_metric(table(), "psnr_mean", KNOWN) == []


def test_few_clips_are_drawn_and_said() -> None:
    few = fitted(("ssim_mean", "noise"), "higher", (1, 2), np.array([[1.0, 0.9, 0.8], [1.0, 0.7, 0.9]]))
    made = replace(table(), curves=(few, *table().curves[1:]))
    assert "stands on too few clips" in markup(calibration.one_metric(made, "ssim_mean", KNOWN))
    plot = calibration.matrix(made, made.metrics, KNOWN)
    assert plot.tiles[0][0].sign == "?"  # which silent ones do not have


def test_a_damage_that_no_metric_tells() -> None:
    blocks = calibration.one_damage(table(), "loop", KNOWN)
    assert "No metric tells it apart" in markup(blocks)
    assert not tables(blocks)


def test_a_table_without_curves_says_so() -> None:
    empty = Calibration({}, (), (), (), {})
    assert "has no curve" in markup(calibration.whole(empty, KNOWN))
    assert calibration.whole(empty, KNOWN) == [calibration.TITLE, *calibration.overview(empty, KNOWN)]


def test_the_matrix_marks_claims() -> None:
    made = table()
    plot = calibration.matrix(made, made.metrics, KNOWN)
    assert isinstance(plot, Matrix)
    tiles = dict(zip(plot.columns, plot.tiles[0], strict=True))
    assert {name: tile.colour for name, tile in tiles.items()} == {
        "noise": COLOURS["shows"], "loop": COLOURS["silent"], "pan": COLOURS["shows"],
    }  # fmt: skip
    assert {name: tile.sign for name, tile in tiles.items()} == {"noise": "✓", "loop": "✓", "pan": "✗"}
    assert "is silent" in tiles["loop"].told


def test_the_matrix_shows_one_evaluator() -> None:
    other = MetricFacts("psnr_mean", "psnr", "1", "higher", "")
    one = table()
    both = (*one.curves, *table("psnr_mean").curves)
    made = replace(one, metrics=(*one.metrics, other), curves=both)
    plots = [figures(calibration.overview(made, KNOWN, owner))[0].plot for owner in ("", "ssim")]
    assert [len(plot.rows) for plot in plots if isinstance(plot, Matrix)] == [2, 1]


def test_the_whole_page_has_every_damage_behind_a_line() -> None:
    said = markup(calibration.whole(table(), KNOWN))
    for name in ("noise", "loop", "pan", "Where the curves come from"):
        assert f"<summary>{name}</summary>" in said
    assert "4 of tiny" in said


def test_names_are_text() -> None:
    made = table(boards.HOSTILE, boards.HOSTILE)
    said = markup([*calibration.whole(made, KNOWN), *calibration.one_metric(made, boards.HOSTILE, KNOWN)])
    assert str(escape(boards.HOSTILE)) in said
    assert "<img" not in said
    assert "<script" not in said


def test_own_curves_come_before_published_ones(tmp_path: Path) -> None:
    own, published = tmp_path / "runs", tmp_path / "results"
    curves.write(published / curves.FILE, table("psnr_mean"))
    assert calibration.path([own, published]) == published / curves.FILE
    curves.write(own / curves.FILE, table())
    assert calibration.path([own, published]) == own / curves.FILE
    (own / curves.FILE).write_text("{")  # a site is made of what can be read
    found = calibration.read([own, published])
    assert found is not None
    assert found.metrics[0].name == "psnr_mean"
    assert calibration.read([tmp_path]) is None


def test_real_footage_follows_rendered_clips() -> None:
    both = replace(table(), on_footage=table("psnr_mean"))
    said = markup(calibration.whole(both, KNOWN))
    assert "Real footage" in said
    assert said.index("ssim_mean") < said.index("Real footage") < said.index("psnr_mean")
    assert list(calibration.by_source(both)) == ["Rendered clips", "Real footage"]
    assert list(calibration.by_source(table())) == ["Rendered clips"]
