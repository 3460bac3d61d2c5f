"""Metrics: all of them in an index, and each in full: what it says, in which unit, from where, and what it misses."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from bench import evaluators
from bench.base import weights
from bench.calibration import curves
from bench.errors import Unavailable
from bench.evaluators.catalogue import Catalogue, bare, span
from bench.types import Direction, MetricCard
from bench.web import content
from bench.web.content import Badge, Block, Cell, Column, Details, Heading, Listing, Row, Table, Text, minus
from bench.web.pages import calibration
from bench.web.pages.cells import metric_cell

if TYPE_CHECKING:
    import pandas as pd

    from bench.calibration.curves import Calibration, Curve
    from bench.evaluators import Evaluator

ARXIV = re.compile(r"(?i)arxiv[: ]+(\d{4}\.\d{4,5})")

BETTER: Mapping[Direction, str] = {"higher": "↑ higher", "lower": "↓ lower", "none": content.NOTHING}

ABOUT = "What each number means, where it comes from, and what it is blind to."

NO_CARD = "No card: nothing is known here of this metric but its name. Its numbers are shown as they came."

CURVES_SAID = "The mean change of sound clips, damaged at growing severity, with its 95 % interval."

NO_CURVE = "It has no curve: it was not calibrated, or had no value on the clips that were damaged."

# All of them


def names(known: Catalogue, measured: Iterable[str]) -> list[str]:
    """Every metric that has a card, and what else was measured: other settings, and metrics without a card."""
    return known.ordered([*known.cards, *sorted(set(measured) - {*known.cards})])


def found(known: Catalogue, metrics: Sequence[str], search: str = "", evaluator: str = "") -> list[str]:
    """Those of metrics that a visitor looks for.

    Args:
        known: what is known of them.
        metrics: all.
        search: words that a metric has, in its name, title, definition or its evaluator's name; '' for any.
        evaluator: that measures it; '' for any.
    """
    wanted = search.lower().split()
    return [
        metric
        for metric in metrics
        if evaluator in ("", known.owner(metric)) and all(word in _text(known, metric) for word in wanted)
    ]


def _text(known: Catalogue, metric: str) -> str:
    card = known.card(metric)
    return f"{metric} {card.title} {known.owner(metric)} {card.definition}".lower()


def index(known: Catalogue, scores: pd.DataFrame, metrics: Sequence[str]) -> Table:
    """One row per metric, in the order of the catalogue.

    Args:
        known: what is known of them.
        scores: of all runs, by summary.scores.
        metrics: which.
    """
    there = scores[scores["mean"].notna()].astype({"metric": object, "run": object})
    runs = there.groupby("metric")["run"].nunique().to_dict()
    columns = (
        Column("metric", "Metric", is_text=True),
        Column("group", "Group", "The question that it answers", is_text=True),
        Column("evaluator", "Evaluator", "Measures it; --metrics takes its name", is_text=True),
        Column("better", "Better", is_text=True),
        Column("unit", "Unit", is_text=True),
        Column("range", "Range", "Of possible values", is_text=True),
        Column("main", "Main", "Shown where no metric was chosen", is_text=True),
        Column("version", "Version", "Grows when the same clip gives another value"),
        Column("runs", "Runs", "Runs here that have a value", sign=1),
        Column(
            "definition",
            "Definition",
            "Its first sentence; the rest is below the metric's name",
            is_text=True,
        ),
    )
    rows = (_row(known, metric, runs.get(metric, 0)) for metric in known.ordered(metrics))
    return Table("All metrics", columns, tuple(rows), is_tall=True)


def _row(known: Catalogue, metric: str, runs: int) -> Row:
    card, has_card = known.card(metric), known.knows(metric)
    cells = (
        metric_cell(known, metric),
        content.words(known.group(metric)),
        content.words(known.owner(metric)),
        content.words(BETTER[card.direction] if has_card else ""),
        content.words(card.unit),
        content.words(minus(span(card)) if has_card else ""),
        content.words("●" if has_card and card.is_main else ""),
        content.figure(card.version) if has_card else Cell(""),
        content.figure(runs),
        content.words(_first_sentence(card.definition), about=card.definition)
        if has_card
        else Cell("no card here"),
    )
    return Row("", cells)


def _first_sentence(text: str) -> str:
    first, stop, _ = text.partition(". ")
    return first + stop.rstrip()


# One in full


def metric(known: Catalogue, name: str, is_here: bool = False) -> list[Block]:
    """A metric's card in words.

    Args:
        known: what is known of it.
        name: of the metric.
        is_here: whether to say which of the weights that it needs are on this machine.
    """
    made: list[Block] = [Heading(known.heading(name))]
    if not known.knows(name):
        return [*made, Text(NO_CARD, "note")]
    card, owner = known.card(name), known.owner(name)
    evaluator = evaluators.registry[owner] if owner else None
    made += [
        content.Badges(tuple(_badges(card, owner))),
        Text(card.definition),
        content.facts(_facts(known, name, evaluator, is_here)),
    ]
    papers = dict.fromkeys(ARXIV.findall(card.source))
    links = [Cell(f"arXiv {n}", link=content.Link(address=f"https://arxiv.org/abs/{n}")) for n in papers]
    return [*made, *([Listing(tuple(links))] if links else []), *_claims(card)]


def _badges(card: MetricCard, owner: str) -> list[Badge]:
    found = [
        Badge(card.better),
        Badge(f"evaluator {owner}" if owner else "not registered on this machine"),
        Badge(f"version {card.version}"),
        Badge("shown by default" if card.is_main else ""),
    ]
    return [badge for badge in found if badge.text]


def _facts(
    known: Catalogue, name: str, evaluator: type[Evaluator] | None, is_here: bool
) -> Mapping[str, str | Cell]:
    """'' where there is nothing to say."""
    card = known.card(name)
    shortest = evaluator.min_frames if evaluator else 1
    return {
        "Name": name,
        "Group": known.group(name),
        "Range": minus(span(card)),
        "Unit": card.unit or "none: a pure number",
        "Depends on": ", ".join(card.depends) or "nothing: clips of any rate, length and size compare",
        "Series": card.series,
        "Shortest clip": f"{shortest} frames" if shortest > 1 else "",
        "Needs": _weights(evaluator, is_here) if evaluator else "",
        "Blind to": card.blind_to,
        "Its evaluator": (inspect.getdoc(evaluator) or "").partition("\n")[0] if evaluator else "",
        "Source": card.source,
    }


def _weights(evaluator: type[Evaluator], is_here: bool) -> str:
    """The third-party weights that it looks through."""
    try:
        files = evaluators.weights_of(evaluator.name)
    except Unavailable as error:
        return str(error)
    if not is_here:
        return ", ".join(file.name for file in files)
    return ", ".join(
        f"{file.name} ({'here' if weights.path(file) else 'not on this machine'})" for file in files
    )


def _claims(card: MetricCard) -> list[Block]:
    """Damages that it must show, and those that it must not, by its card; calibration checks both."""
    claims = [Badge(f"shows {damage}", "better") for damage in card.shows]
    claims += [Badge(f"ignores {damage}", "quiet") for damage in card.ignores]
    return [content.Badges(tuple(claims))] if claims else []


def under_damage(known: Catalogue, name: str, table: Calibration | None) -> list[Block]:
    """What damages do to a metric, measured: its response curves, or why there are none.

    Args:
        known: what is known of it.
        name: of the metric; that of its default settings is shown where its own was not calibrated.
        table: of response curves; None where there is none.
    """
    made: list[Block] = [Heading("Under damage")]
    if table is None:
        return [*made, Text("There is no calibration here: bench calibrate makes the curves.", "quiet")]
    of_names = ([curve for curve in table.curves if curve.metric == each] for each in (name, bare(name)))
    own = next((found for found in of_names if found), None)
    if own is None:
        return [*made, Text(NO_CURVE, "quiet")]
    made += [Text(CURVES_SAID, "quiet"), *_curves(table, own, known), calibration.about(table)]
    if table.on_footage:
        real = [curve for curve in table.on_footage.curves if curve.metric == own[0].metric]
        shown = [*_curves(table.on_footage, real, known), calibration.about(table.on_footage)]
        made.append(Details(f"On real footage: {len(real)} curves", shown))
    return [
        *made,
        Text("All metrics and damages →", link=content.to("metrics", tab="Calibration", metric=name)),
    ]


def _curves(table: Calibration, own: Sequence[Curve], known: Catalogue) -> list[Block]:
    """Those of damages that move the metric; the others by name, and behind a line."""
    seen = [curve for curve in own if curve.verdict in curves.SEEN]
    others = [curve for curve in own if curve not in seen]
    silent = [curve.damage for curve in own if curve.verdict == "silent"]
    made: list[Block] = []
    if seen:
        made.append(calibration.figures(table, seen, known))
    if silent:
        made.append(content.facts({"Silent at": ", ".join(silent)}))
    if others:
        title = f"{len(others)} damage{'s' * (len(others) != 1)} that do{'es' * (len(others) == 1)} not visibly move it"
        made.append(Details(title, [calibration.figures(table, others, known)]))
    return made
