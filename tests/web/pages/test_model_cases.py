"""The cases of a run: by category, and those that it is best and worst at."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.base.svg import Intervals
from bench.evaluators import catalogue
from bench.web import content
from bench.web.content import Block, Card, Gallery, Heading
from bench.web.pages import model_cases
from tests.leaderboard import boards
from tests.web.pages.reading import cells, column, figures, line, markup, of_type, tables
from tests.web.pages.run_parts import parts

KNOWN = catalogue.registered()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "runs"


def _write(out: Path, metric: str, values: list[float]) -> None:
    """The mover has this metric alone: a value of each of c0, c1, …"""
    suite, mover, _ = boards.two_runs(out)
    rows = [boards.row(mover, f"c{n}", metric, value) for n, value in enumerate(values)]
    boards.write(out, mover, suite, rows, clips=False)


def _by_metric(out: Path, metric: str, images: dict[str, str] | None = None) -> list[Block]:
    return model_cases.by_metric(parts(out).rows, metric, KNOWN, "mover-tiny", images or {})


def _cards(blocks: list[Block]) -> list[Card]:
    return [card for gallery in of_type(blocks, Gallery) for card in gallery.cards]


# Categories


def test_categories_are_drawn_side_by_side(out: Path) -> None:
    suite, mover, _ = boards.two_runs(out)
    values = [(0.5, "animal"), (0.7, "animal"), (0.1, ""), (0.9, "person")]
    rows = [
        boards.row(mover, f"c{n}", "ssim_mean", value, category=category)
        for n, (value, category) in enumerate(values)
    ]
    boards.write(out, mover, suite, rows)
    blocks = model_cases.categories(parts(out).rows, ["ssim_mean"], KNOWN)
    (figure,) = figures(blocks)
    assert isinstance(figure.plot, Intervals)
    assert [each.name for each in figure.plot.lines] == ["animal (2)", "person (1)", "none (1)"]
    assert [each.mean for each in figure.plot.lines] == pytest.approx([0.6, 0.9, 0.1])
    assert [told for _, told, _ in figure.plot.marks] == ["all cases: 0.55"]
    (table,) = tables(blocks)
    found = line(table, "ssim_mean")
    assert [(each.title, each.unit) for each in table.columns[1:]] == [
        ("animal", "2 cases"),
        ("person", "1 case"),
        ("none", "1 case"),
    ]
    assert [found[f"category {name}"].value for name in ("animal", "person", "")] == pytest.approx(
        [0.6, 0.9, 0.1]
    )
    assert found["category animal"].half == "(−0.6706 … 1)"  # SSIM ends at 1
    assert not found["category person"].half  # one case has no interval


@pytest.mark.parametrize(
    ("category", "said"), [("animal", "of one category: animal."), ("", "No case has a category.")]
)
def test_one_category_is_said(out: Path, category: str, said: str) -> None:
    suite, mover, _ = boards.two_runs(out)
    rows = [boards.row(mover, f"c{n}", "ssim_mean", 0.5, category=category) for n in range(2)]
    boards.write(out, mover, suite, rows, clips=False)
    blocks = model_cases.categories(parts(out).rows, ["ssim_mean"], KNOWN)
    assert said in markup(blocks)
    assert not tables(blocks)


# Best and worst


def test_the_best_and_the_worst_case_lead_to_their_clips(out: Path) -> None:
    _write(out, "ssim_mean", [0.5, 0.9, 0.1])
    blocks = _by_metric(out, "ssim_mean")
    cards = _cards(blocks)
    assert [card.title.text for card in cards] == [
        "c1",
        "c0",
        "c2",
    ]  # two of three are the best, one the worst
    assert [card.lines[0] for card in cards] == ["0.9", "0.5", "0.1"]
    assert cards[2].title.link == content.to(
        "model", run="mover-tiny", case="c2", seed="0", tab="Cases", by="ssim_mean"
    )
    assert [heading.text for heading in of_type(blocks, Heading)] == ["Best", "Worst"]
    (every,) = tables(blocks)
    assert column(every, "case") == ["c1", "c0", "c2"]
    (ends,) = tables(parts(out).cases())
    found = line(ends, "ssim_mean")
    assert [found[key].text for key in ("best", "best_value", "worst", "worst_value")] == [
        "c1",
        "0.9",
        "c2",
        "0.1",
    ]


def test_cases_of_a_metric_that_knows_no_better(out: Path) -> None:
    _write(out, "motion_share", [0.0, 0.1, 0.2])
    blocks = _by_metric(out, "motion_share")
    assert [heading.text for heading in of_type(blocks, Heading)] == ["Highest", "Lowest"]
    assert "Best" not in markup([*blocks, *parts(out).cases()])


def test_cases_that_do_not_differ_are_said(out: Path) -> None:
    _write(out, "ssim_mean", [0.5, 0.5])
    assert "All 2 cases have the same value" in markup(_by_metric(out, "ssim_mean"))
    assert parts(out).cases() == []


def test_images_stand_above_their_cases_and_a_lost_one_is_said(out: Path) -> None:
    _write(out, "ssim_mean", [0.5, 0.9, 0.1])
    cards = {
        card.title.text: card for card in _cards(_by_metric(out, "ssim_mean", {"c0": "x.png", "c1": ""}))
    }
    assert cards["c0"].image == "x.png"
    assert [name for name, card in cards.items() if "The image cannot be shown." in card.lines] == ["c1"]


def test_a_run_of_one_clip_has_one_case(out: Path) -> None:
    _write(out, "ssim_mean", [0.5])
    blocks = _by_metric(out, "ssim_mean")
    assert "The one case" in markup(blocks)
    assert [cell.text for cell in cells(tables(blocks)[0], "case")] == ["c0"]
    assert not figures(parts(out).scores())
