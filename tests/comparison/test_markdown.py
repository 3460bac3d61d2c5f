"""The report: nothing in it is markup, for no reader, and it links to clips where they lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.base.wording import one_line
from bench.comparison import columns
from bench.comparison.differences import Comparison, Pair
from bench.comparison.markdown import write_report
from tests.base.svg.drawn import elements
from tests.comparison.made_pairs import HOSTILE, losing


def _written(folder: Path, pair: Pair) -> str:
    write_report(folder / "report.md", Comparison("demo@0", (pair,)))
    return (folder / "report.md").read_text()


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_words_in_markdown(words: str, tmp_path: Path) -> None:
    text = _written(tmp_path, losing(words))
    assert "<script" not in text
    assert "](javascript" not in text
    assert "](http" not in text
    assert "\n# heading" not in text
    assert not set(text) & {"\x00", "\x1b", "\x07", "\u202e", "\r"}
    table = [line for line in text.splitlines() if line.startswith("| ") and "ssim" in line]
    assert table[0].replace("\\|", "").count("|") == 1 + len(columns.table(losing()).columns)


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_words_in_plots(words: str, tmp_path: Path) -> None:
    _written(tmp_path, losing(words))
    drawn = sorted(tmp_path.glob("report-1-*.svg"))
    assert [path.name for path in drawn] == ["report-1-cases.svg", "report-1-metrics.svg"]
    for path in drawn:
        assert any(one_line(words) in (element.text or "") for element in elements(path.read_text()))


def test_links_to_clips_are_relative_and_quoted(tmp_path: Path) -> None:
    pair = losing()
    assert "](../../../" in _written(tmp_path / "x", pair) or "b%20%281%29" in _written(tmp_path / "x", pair)
    assert "(1)/clips" not in _written(tmp_path / "x", pair)


def test_identical_runs_have_a_report(tmp_path: Path) -> None:
    text = _written(tmp_path, losing(step=0.0))
    assert "no difference shown" in text
    assert "Cases that differ most" not in text
