"""Sites of results that are odd: nothing, broken files, missing clips, strangers' names and numbers."""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path

import numpy as np

from bench.runs import parquet
from tests import made
from tests.leaderboard import boards
from tests.web.sites import data, export, strangers


def test_no_results_are_a_page_that_says_so(tmp_path: Path) -> None:
    export(tmp_path / "site", tmp_path / "nothing")
    assert "No results yet" in (tmp_path / "site" / "index.html").read_text()
    assert json.loads((tmp_path / "site" / "board.json").read_text())["suites"] == []
    assert parquet.read(tmp_path / "site" / "results.parquet") == []


def test_one_run_and_a_corrupt_file_beside_it(tmp_path: Path) -> None:
    suite = made.suite(tmp_path / "pictures")
    only = boards.run(suite, "only")
    boards.write(tmp_path / "runs", only, suite, [boards.row(only, "c0", "ssim_mean", 0.5)], clips=False)
    (tmp_path / "runs" / "broken").mkdir()
    (tmp_path / "runs" / "broken" / "results.parquet").write_bytes(b"PAR1 not really")
    done = export(tmp_path / "site", tmp_path / "runs")
    assert (done.runs, len(done.problems)) == (1, 1)
    page = (tmp_path / "site" / "index.html").read_text()
    assert "broken/results.parquet is not a whole parquet file" in page
    assert "only" in page


def test_a_clip_that_is_gone_or_broken_is_said(tmp_path: Path) -> None:
    boards.two_runs(tmp_path / "runs")
    clips = tmp_path / "runs" / "mover-tiny" / "clips"
    (clips / "c0-0.mkv").unlink()
    (clips / "c1-0.mkv").write_bytes(bytes((clips / "c1-0.mkv").stat().st_size))
    assert export(tmp_path / "site", tmp_path / "runs").clips == 4
    content = data(tmp_path / "site" / "data" / "runs" / "mover-tiny.js")
    assert isinstance(content, dict)
    assert content["cases"]["c0"]["address"] == content["cases"]["c1"]["address"] == ""
    assert "has changed since it was made" in content["cases"]["c1"]["note"]


def test_numbers_without_clips_are_exported_too(out: Path, tmp_path: Path) -> None:
    rows = parquet.read(out / "mover-tiny" / "results.parquet")
    parquet.write(tmp_path / "published" / "tiny@0" / "mover.parquet", rows)
    done = export(tmp_path / "site", tmp_path / "published")
    assert (done.runs, done.clips) == (1, 0)
    assert "numbers only" in (tmp_path / "site" / "index.html").read_text()
    assert "cannot be checked here" in (tmp_path / "site" / "models" / "mover-tiny.html").read_text()


def test_forty_hostile_texts_are_text(tmp_path: Path) -> None:
    strangers(tmp_path / "published", made.suite(tmp_path / "pictures"))
    export(tmp_path / "site", tmp_path / "published")
    site_folder = (tmp_path / "site").resolve()
    for path in site_folder.rglob("*"):
        assert path.resolve().is_relative_to(site_folder)
        if path.suffix in {".html", ".svg"}:
            text = re.sub(r"<(script|style)\b.*?</\1>", "", path.read_text(), flags=re.DOTALL)
            assert not re.search(r"<(img|iframe|object|math|input autofocus|link rel=stylesheet) ", text), (
                path
            )
            assert not re.search(r'href="\s*(javascript|data:text|vbscript)', text, flags=re.IGNORECASE), path
        if path.suffix == ".js":
            assert "<" not in path.read_text()


def test_one_row_of_a_stranger_takes_no_export_down(tmp_path: Path) -> None:
    suite = made.suite(tmp_path / "pictures")
    rows = []
    for label, sign in (("a", 1.0), ("b", -1.0)):
        of = boards.run(suite, label)
        about = {
            "decoded": f'{{"fps": 1{"0" * 400}, "frames": -5, "width": -5, "height": -5}}',
            "created": "yesterday",
        }
        rows += [boards.row(of, f"c{n}", "ssim_mean", 0.5, series=(0.5, 0.4), **about) for n in range(3)]
        rows += [boards.row(of, f"c{n}", "warping_error", sign * 1e308, **about) for n in range(3)]
        rows += [
            boards.row(of, f"c{n}", "flicker_max_step", n * 5e-324, series=(0.0, 5e-324), **about)
            for n in range(2)
        ]
    parquet.write(tmp_path / "published" / "tiny@0" / "all.parquet", rows)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        assert export(tmp_path / "site", tmp_path / "published").runs == 2
    content = data(tmp_path / "site" / "data" / "runs" / "a-tiny.js")
    assert isinstance(content, dict)
    assert [content["cases"]["c0"][name] for name in ("fps", "frames", "width")] == [0, 0, 0]
    assert "yesterday" not in (tmp_path / "site" / "index.html").read_text()


def test_metrics_under_settings_have_columns_and_complete_is_every_number(tmp_path: Path) -> None:
    suite = made.suite(tmp_path / "pictures")
    whole, part = boards.run(suite, "whole"), boards.run(suite, "part")
    fvd = "fvd_debiased[frames=8,size=64]"
    rows = [boards.row(of, "c0", "ssim_mean", 0.5) for of in (whole, part)]
    rows.append(boards.row(whole, None, fvd, 9.0, low=8.0, high=10.0, n=1, decoded=""))
    parquet.write(tmp_path / "published" / "tiny@0" / "all.parquet", rows)
    export(tmp_path / "site", tmp_path / "published")
    page = (tmp_path / "site" / "index.html").read_text()
    assert f'data-key="{fvd}"' in page
    complete = dict(re.findall(r'<tr data-row="([^"]+)"[^>]* data-complete="(\w+)"', page))
    assert complete == {"whole-tiny": "yes", "part-tiny": "no"}
