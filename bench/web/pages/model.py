"""The page of one run: what the model is, and its scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bench.evaluators.catalogue import Catalogue
from bench.models.card_facts import paper_address
from bench.runs.row_facts import gif_note, json_object
from bench.scoring import summary, views
from bench.scoring.standings import Score
from bench.web import content
from bench.web.content import Badge, Block, Cell, Row, Table, Text
from bench.web.pages import roles
from bench.web.pages.cells import metric_cell, score_cell

if TYPE_CHECKING:
    import pandas as pd

    from bench.scoring.recipes import Recipe
    from bench.scoring.standings import Line
    from bench.types import ModelCard

ACCESS = {"open": "open weights", "hosted": "hosted", "program": "a program"}

NUMBERS_ONLY = (
    "The clips of this run are not at hand: only its numbers were published, and they cannot be checked here."
)

MOST_SETTINGS = 8

# What it is


def header(line: Line, suite: str, rows: pd.DataFrame, recipe: Recipe | None = None) -> list[Block]:
    """Badges, total and facts.

    Args:
        line: of the run, in its suite's standing.
        suite: name@version.
        rows: of the run, all columns of Measurement.
        recipe: of the line's total.
    """
    card = line.card
    made: list[Block] = [content.Badges(tuple(_badges(line, suite, views.of(rows))))]
    if line.total and recipe:
        rank = f", rank {line.total_rank}" if line.total_rank else ""
        made.append(Text(f"Total {score_cell(line.total).words} by {recipe.name}{rank}: {recipe.title}"))
    elif line.total_missing and recipe:
        made.append(Text(f"No total by {recipe.name}: {', '.join(line.total_missing)} missing.", "small"))
    made.append(content.facts(_facts(line, rows)))
    made += [Text(words, "small") for words in (settings(rows), card.note) if words]
    if said := gif_note(rows["decoded"]):
        made.append(Text(said, "note"))
    return made


def _badges(line: Line, suite: str, view: str) -> list[Badge]:
    card, is_here = line.card, line.provenance == "clips here"
    found = [
        *roles.badges(line.role),
        Badge(ACCESS.get(card.access, "") if line.role == "model" else ""),
        Badge("" if card.lifecycle == "active" else f"{card.lifecycle}, {card.as_of}".rstrip(", ")),
        Badge(suite),
        Badge(views.heading(view)),
        Badge(line.provenance, "here" if is_here else ""),
    ]
    return [badge for badge in found if badge.text]


def _facts(line: Line, rows: pd.DataFrame) -> dict[str, str | Cell]:
    card, first = line.card, rows.iloc[0]
    clips = rows[rows["case"].notna()].drop_duplicates(["case", "seed"])
    cases = clips["case"].nunique()
    paper = paper_address(card.paper)
    return {
        "Model": card.title or card.name,
        "Licence": card.licence,
        "Parameters": "" if card.parameters is None else f"{card.parameters:g} billion",
        "Takes": ", ".join([*(["prompt"] if card.reads_text else []), *card.takes]) if card.version else "",
        "Native": _native(card),
        "Reads text": "" if line.reads_text is None else "yes" if line.reads_text else "no",
        "Checkpoint": str(first["checkpoint"]),
        "Digest": _short(str(first["checkpoint_digest"])),
        "Clips": f"{len(clips)} of {cases} case{'s' * (cases != 1)}" if len(clips) else "",
        "Measured": str(first["created"])[:10],
        "Paper": Cell(card.paper, link=content.Link(address=paper)) if paper else "",
    }


def _native(card: ModelCard) -> str:
    size = f"{card.width} × {card.height}" if card.width and card.height else ""
    frames = f"{card.frames} frames" if card.frames else ""
    fps = f"{card.fps:g} frames per second" if card.fps else ""
    return ", ".join(part for part in (size, frames, fps) if part)


def _short(digest: str) -> str:
    """Enough to recognise it by; the whole is under Provenance."""
    return digest if len(digest) <= 18 else f"{digest[:16]}…"


def settings(rows: pd.DataFrame) -> str:
    """What the clips were made with, by the first row that says; the whole is under Provenance."""
    texts = (text for text in rows["settings"] if text and text != "{}")
    said = {
        name: value for name, value in json_object(next(texts, "")).items() if value not in (None, "", [])
    }
    shown = [f"{name} {value}" for name, value in said.items() if isinstance(value, (int, float, str))]
    more = ", …" if len(shown) > MOST_SETTINGS else ""
    return f"Settings: {', '.join(shown[:MOST_SETTINGS])}{more}" if shown else ""


def others(run: str, names: Mapping[str, str]) -> list[Block]:
    """Ways to the comparisons with the other runs of its suite.

    Args:
        run: id.
        names: run -> what tables call it, of all runs of the suite.
    """
    lines = tuple(
        Cell(names[each], link=content.to_several("compare", (run, each)))
        for each in sorted(set(names) - {run}, key=lambda each: (names[each], each))
    )
    return [content.Details("Compare with another run", [content.Listing(lines)])] if lines else []


# Its scores


def scores(
    line: Line, found: pd.DataFrame, known: Catalogue, of_clip: Mapping[str, float] | None = None
) -> Table:
    """Every score of the run, by group.

    Args:
        line: for its ranks.
        found: the run's rows of summary.scores.
        known: what is known of the metrics.
        of_clip: metric -> its value of the clip that is looked at; None for no such column.
    """
    ranks = {(column.metric, column.version): str(rank) for column, rank in line.ranks.items()}
    records = {str(record["metric"]): record for record in found.to_dict("records")}
    columns = [
        content.Column("metric", "Metric", is_text=True),
        content.Column("mean", "Mean", "Mean over cases of the mean over seeds, ± half of its 95 % interval"),
        *(
            [content.Column("clip", "This clip", "The value of the clip above")]
            if of_clip is not None
            else []
        ),
        content.Column("unit", "Unit", is_text=True),
        content.Column("rank", "Rank", is_text=True),
        content.Column("cases", "Cases", "Cases behind the mean; clips, for a number about the whole set"),
        content.Column("unmeasurable", "Not measurable", "Clips that have no such value to give"),
        content.Column("failed", "Failed", "Clips for which something broke"),
        content.Column("version", "Version", is_text=True),
    ]
    rows = [_score_row(records[metric], known, ranks, of_clip) for metric in known.ordered(records)]
    return Table("Metrics of the run", tuple(columns), tuple(rows))


def _score_row(
    record: Mapping[Any, Any],
    known: Catalogue,
    ranks: Mapping[tuple[str, str], str],
    of_clip: Mapping[str, float] | None,
) -> Row:
    metric, version = str(record["metric"]), str(record["metric_version"])
    score = Score(**{name: record[name] for name in summary.NUMBERS})
    cells = [
        metric_cell(known, metric),
        score_cell(score),
        *([content.figure(of_clip.get(metric))] if of_clip is not None else []),
        content.words(known.card(metric, version).unit),
        content.words(ranks.get((metric, version), "")),
        content.figure(score.cases),
        _count(score.unmeasurable),
        _count(score.failed - score.unmeasurable),
        content.words(version),
    ]
    return Row(metric, tuple(cells))


def _count(count: int) -> Cell:
    return content.figure(count) if count else Cell("")
