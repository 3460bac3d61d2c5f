"""The page of one run, from top to bottom: facts, clips, scores, cases, provenance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bench.web import content
from bench.web.content import Block, Card, Cell, Gallery, Heading, Text
from bench.web.pages import model
from bench.web.pages.model_parts import ModelParts

if TYPE_CHECKING:
    import pandas as pd

    from bench.scoring.standings import Line
    from bench.web.static.clips import Placed
    from bench.web.static.suite_content import SuiteContent


def blocks(
    suite: SuiteContent,
    line: Line,
    rows: pd.DataFrame,
    placed: Mapping[str, Placed],
    images: Mapping[str, str],
) -> list[Block]:
    """The page of one run.

    Args:
        suite: that it was measured on.
        line: the run's place in the ranking.
        rows: of the run, in the view that is shown.
        placed: case -> its clip.
        images: case -> address of its input image.
    """
    own = suite.scores[suite.scores["run"] == line.run]
    parts = ModelParts(line, suite.name, rows, own, suite.ranking.known)
    return [
        *model.header(line, suite.name, rows, suite.ranking.standing.recipe),
        *_another(line, suite),
        *model.others(line.run, suite.names),
        *_gallery(suite, line, placed, images),
        Heading("Scores"),
        *parts.scores(),
        Heading("Cases"),
        *parts.cases(),
        Heading("Over time"),
        *parts.over_time(),
        Heading("Missing values"),
        *parts.missing(),
        Heading("Provenance"),
        *parts.provenance(),
    ]


def _another(line: Line, suite: SuiteContent) -> list[Block]:
    """Ways to the other runs of the suite, as the table has them; the board has a list to choose from."""
    others = (run for run in suite.ordered if run != line.run)
    lines = tuple(Cell(suite.names[run], link=content.to("model", run=run)) for run in others)
    return [content.Details("Another model", [content.Listing(lines)])] if lines else []


def _gallery(
    suite: SuiteContent, line: Line, placed: Mapping[str, Placed], images: Mapping[str, str]
) -> list[Block]:
    """The run's clips, or why there are none."""
    if not placed:
        return [] if line.provenance == "clips here" else [Text(model.NUMBERS_ONLY, "note")]
    said = "The first seed, as H.264 for browsers. A case's name leads to all models side by side."
    if len(placed) < len(suite.cases):
        said += f" {len(placed)} of {len(suite.cases)} cases, the same of every model."
    cards = [
        Card(
            Cell(name, link=content.to("compare", suite=suite.name, case=name)),
            f"../{images[name]}" if images.get(name) else "",
            f"../{clip.address}" if clip.address else "",
            tuple(words for words in (clip.note, suite.prompt(name)) if words),
        )
        for name, clip in placed.items()
    ]
    return [Heading("Clips"), Text(said, "small"), Gallery(tuple(cards))]
