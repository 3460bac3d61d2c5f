"""A comparison in words: nothing in it is markup, for no reader."""

from __future__ import annotations

import io
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from bench.base import svg
from bench.comparison import by_case, markdown as report
from bench.comparison.compare import Comparison, Gate
from bench.comparison.differences import Entry, Pair
from bench.runs import parquet
from tests.made import measurement

HOSTILE = [
    "<script>alert(1)</script>",
    "[red]x[/red] [/]",
    "a | b | c",
    "[x](javascript:alert(1))",
    "![x](http://evil.example/x.png)",
    "`code` *bold* _it_ ~~no~~ $x$",
    "line\nbreak\r\n# heading",
    "\x1b[31mred\x07\x00",
    "\u202edesrever",
    '" onload="alert(1)',
    "&lt;b&gt; ]]> --> </svg>",
    "@everyone #1",
]


def _pair(name: str = "b", cases: int = 7, step: float = 0.05) -> Pair:
    a, b = Entry("a-run", "a"), Entry("b-run", name, {"c0": Path("/runs/b (1)/clips/c0-0.mkv")})
    rows = [
        measurement(run=side.run, case=f"c{n}", metric=metric, value=0.5 - step * (n + 1) * (side is b))
        for side in (a, b)
        for n in range(cases)
        for metric in ("ssim_mean", name)
    ]
    return by_case.compare(a, b, parquet.frame(rows), ["ssim_mean", name, "warping_error"])


def _printed(pair: Pair) -> str:
    console = Console(file=io.StringIO(), width=300, force_terminal=True, color_system=None)
    console.print(report.rich_table(pair, "demo@0"))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def _written(folder: Path, pair: Pair) -> str:
    report.write_markdown(folder / "report.md", Comparison("demo@0", (pair,)))
    return (folder / "report.md").read_text()


def test_the_table_says_what_was_found() -> None:
    headings, lines = report.table(_pair())
    line = dict(zip(headings, next(line for line in lines if line[0] == "ssim_mean ↑"), strict=True))
    # differences 0.05 to 0.35: mean 0.2, sd 0.108; t(6) = 2.447, half = 2.447 · 0.108 / √7
    assert (line["a"], line["b"], line["difference"]) == ("0.5", "0.3", "−0.2 ± 0.1")
    assert (line["p"], line["p (Holm)"], line["won"]) == ("0.016", "0.031", "0/7")
    assert (line["effect"], line["verdict"]) == ("−1.85", "worse")
    assert lines[-1][0] == "warping_error"
    assert lines[-1][-1] == "not compared: a has no value: it was not measured"


def test_notes_say_what_p_can_be() -> None:
    assert report.notes(_pair(cases=6))[-1] == (
        "with 6 cases no p is below 0.031, times 2 metrics (Holm) 0.062: name fewer with --metrics, or run more cases"
    )
    assert "one seed each" in report.notes(_pair())[0]


def test_the_worst_cases_come_with_their_clips() -> None:
    """Losses of 0.05 to 0.35 have the root mean square 0.05 · √20: the last is 7 / √20 = 1.57 of it."""
    lines = report.extreme_lines(_pair())
    assert (
        lines[0]
        == "b loses most on c6: −1.57 × the usual difference, mean of 1 metric; no clip against no clip"
    )


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_words_on_a_terminal(words: str) -> None:
    text = _printed(_pair(words))
    assert report.plain(words) in text
    assert "\x1b" not in text.replace("\x1b[0m", "").replace("\x1b[3m", "").replace("\x1b[1m", "")
    assert "\x07" not in text


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_words_in_markdown(words: str, tmp_path: Path) -> None:
    text = _written(tmp_path, _pair(words))
    assert "<script" not in text
    assert "](javascript" not in text
    assert "](http" not in text
    assert "\n# heading" not in text
    assert not set(text) & {"\x00", "\x1b", "\x07", "\u202e", "\r"}
    table = [line for line in text.splitlines() if line.startswith("| ") and "ssim" in line]
    assert table[0].replace("\\|", "").count("|") == 11


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_words_in_plots(words: str, tmp_path: Path) -> None:
    _written(tmp_path, _pair(words))
    drawn = sorted(tmp_path.glob("report-1-*.svg"))
    assert [path.name for path in drawn] == ["report-1-cases.svg", "report-1-metrics.svg"]
    for path in drawn:
        tree = ElementTree.fromstring(path.read_text())
        tags = {element.tag.rpartition("}")[2] for element in tree.iter()}
        assert tags <= {"svg", "text", "line", "rect", "title", "circle"}
        assert not any(name.startswith("on") for element in tree.iter() for name in element.attrib)
        assert any(report.plain(words) in (element.text or "") for element in tree.iter())


def test_links_to_clips_are_relative_and_quoted(tmp_path: Path) -> None:
    pair = _pair()
    assert "](../../../" in _written(tmp_path / "x", pair) or "b%20%281%29" in _written(tmp_path / "x", pair)
    assert "(1)/clips" not in _written(tmp_path / "x", pair)


def test_json_holds_everything() -> None:
    pair = _pair()
    found = json.loads(
        json.dumps(
            report.as_json(Comparison("demo@0", (pair,)), [(Gate("ssim_mean"), pair, pair.differences[1])])
        )
    )
    first = next(each for each in found["pairs"][0]["differences"] if each["metric"] == "ssim_mean")
    assert (first["verdict"], len(first["by_case"]), first["by_case"][0]["case"]) == ("worse", 7, "c6")
    assert first["by_case"][-1]["b_clip"] == "/runs/b (1)/clips/c0-0.mkv"
    assert found["worse"] == [{"metric": "ssim_mean", "margin": 0.0, "run": "b-run"}]


def test_an_effect_beyond_the_plot_has_an_arrow() -> None:
    drawn = svg.forest([svg.Effect("x", 40.0, 1.0), svg.Effect("y", -40.0, 1.0)], "t")
    assert "▶" in drawn
    assert "◀" in drawn


def test_identical_runs_have_a_report(tmp_path: Path) -> None:
    text = _written(tmp_path, _pair(step=0.0))
    assert "no difference shown" in text
    assert "Cases that differ most" not in text
