"""What pages say of a run: the facts of its model and its scores."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.runs import parquet
from bench.runs.row_facts import GIFS
from bench.types import Measurement, Run
from bench.web import content
from bench.web.content import Facts, Listing
from bench.web.pages import model, model_cases
from tests.leaderboard import boards, hostile
from tests.web.pages.harm import strange
from tests.web.pages.reading import cells, figures, line, markup, of_type, tables
from tests.web.pages.run_parts import header, parts


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "runs"


def _facts(out: Path, run: str = "mover-tiny") -> dict[str, str]:
    (found,) = of_type(header(out, run), Facts)
    return {name: cell.text for name, cell in found.rows}


# The header


def test_the_header_says_what_the_model_is(out: Path) -> None:
    boards.two_runs(out)
    known = _facts(out)
    assert known["Model"] == "Stable Video Diffusion"
    assert known["Native"] == "1024 × 576, 14 frames, 7 frames per second"
    assert known["Clips"] == "3 of 3 cases"
    said = markup(header(out))
    for text in ("Settings: steps 25", "open weights", "clips here"):
        assert text in said
    assert "null baseline" in markup(header(out, "still-tiny"))


def test_a_model_that_is_unknown_here_has_a_header_too(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    other = boards.run(suite, "clips of mine", "clips", reads_text=None)
    boards.write(out, other, suite, [boards.row(other, "c0", "ssim_mean", 0.5, settings="{}")])
    known = _facts(out, other.id)
    assert known["Model"] == "clips made elsewhere"
    assert known["Clips"] == "1 of 1 case"
    assert "Settings" not in markup(header(out, other.id))


def test_the_header_says_that_clips_are_gifs(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    assert GIFS not in markup(header(out))
    other = boards.run(suite, "gifs", "clips", reads_text=None)
    row = boards.row(other, "c0", "warping_error", 0.007, decoded='{"codec": "gif"}')
    boards.write(out, other, suite, [row])
    assert f"The clips are {GIFS}" in markup(header(out, other.id))


def test_every_other_run_of_the_suite_is_a_click_away() -> None:
    (listed,) = of_type(model.others("b", {"a": "A", "b": "B", "c": "C"}), Listing)
    assert {cell.text: cell.link for cell in listed.lines} == {
        "A": content.to_several("compare", ("b", "a")),
        "C": content.to_several("compare", ("b", "c")),
    }
    assert model.others("b", {"b": "B"}) == []


# Scores


def test_metrics_say_the_clip_and_the_run(out: Path) -> None:
    boards.two_runs(out)
    blocks = parts(out).scores({"ssim_mean": 0.7})
    table = tables(blocks)[0]
    of_cases, of_set = line(table, "ssim_mean"), line(table, "fvd_lite0_debiased")
    assert of_cases["clip"].value == 0.7
    assert of_cases["mean"].value == pytest.approx(0.6)
    assert of_cases["failed"].text == "1"
    assert of_cases["unmeasurable"].text == ""
    assert of_cases["metric"].link == content.to("metrics", metric="ssim_mean")
    assert of_set["mean"].ends == (9.0, 18.0)
    assert of_set["mean"].half == "(9 … 18)"
    assert of_set["clip"].text == content.NOTHING
    assert "All cases are of one category" in markup(blocks)
    assert "clip" not in [column.key for column in tables(parts(out).scores())[0].columns]


def test_a_run_where_all_failed_draws_nothing(out: Path) -> None:
    of = _all_parts(out, [boards.row(_run(out), f"c{n}", "ssim_mean", None) for n in range(3)])
    assert not figures(of)


def test_a_run_of_set_numbers_only_has_their_lines(out: Path) -> None:
    of = _all_parts(out, [boards.row(_run(out), None, "fvd_lite0", 3.0, n=3)])
    assert not figures(of)
    assert [cell.note for cell in cells(tables(of)[0], "metric")] == ["fvd_lite0"]


def _run(out: Path) -> Run:
    return boards.two_runs(out)[1]


def _all_parts(out: Path, rows: list[Measurement]) -> list[content.Block]:
    """All parts of the page of the mover, which has no rows but these."""
    parquet.write(out / "mover-tiny" / "results.parquet", rows)
    of = parts(out)
    return [*of.scores({}), *of.cases(), *of.over_time(), *of.missing(), *of.provenance()]


# Strangers


def test_texts_of_strangers_are_text(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    of = boards.hostile_run(out, suite)
    rows = [
        *parquet.read(out / of.id / "results.parquet"),
        *(boards.row(of, text, "ssim_mean", 0.1, category=text, settings=text) for text in hostile.TEXTS),
        *(boards.row(of, text, text, 0.1, series=(0.5, 0.4)) for text in hostile.TEXTS[::10]),
        *(boards.row(of, text, "flicker_mild", None, error=text) for text in hostile.TEXTS),
    ]
    boards.write(out, of, suite, rows, clips=False)
    found = parts(out, of.id)
    cases = model_cases.by_metric(found.rows, "ssim_mean", found.known, of.id, {"c0": ""})
    made = [
        header(out, of.id),
        found.scores({}),
        [*cases, *found.cases()],
        found.over_time(),
        found.missing(),
    ]
    for blocks in [*made, found.provenance()]:
        said = markup(blocks)
        assert "onerror" in said
        assert not strange(said)
