"""The leaderboard of a suite: who leads, and how sure that is; what is no model stands in a part of its own."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bench.evaluators.catalogue import Catalogue, span
from bench.scoring import recipes, standings, summary, views
from bench.scoring.story import story
from bench.types import NATIVE
from bench.web import content, player
from bench.web.content import Badge, Block, Cell, Details, Heading, Row, Table, Text
from bench.web.pages import leaderboard_plots, roles
from bench.web.pages.cells import best_first, metric_column, recipe_details, score_cell, short_licence

if TYPE_CHECKING:
    import pandas as pd

    from bench.scoring.recipes import Recipe
    from bench.scoring.standings import Line, Score, Standing
    from bench.statistics.ranking import Rank

ABOUT = (
    "Mean over cases of the mean over seeds ± half its 95 % interval; the strip shows both on the scale of the column. "
    "A rank of 2–5: the data allow any place from 2nd to 5th; with 95 % confidence all such ranges hold at once. “5 of "
    "8 clips” marks a mean that some clips have no value for; models with a value for fewer than 95 % of clips are "
    "not ranked. The tooltip of a score has its tie group: models that are not told apart from the best of the group. "
    "“–” is no value, never 0. Tick rows to compare them."
)
APART = (
    "Baselines: null baselines need no model, reference clips are real ones. They are measured like models and never "
    "ranked. Consistency metrics reward not moving: read every such number beside these."
)
FILTERS = {"role": "Role", "access": "Access", "licence": "Licence", "reads": "Reads text"}
UNKNOWN = "unknown"
"""What filters offer for models of which a fact is not known."""


@dataclass(frozen=True)
class Ranking:
    """A suite's standing, and the totals of the recipes that some run has all metrics for.

    Attributes:
        standing: its lines are ranked by the first recipe.
        totals: recipe -> run -> its line in the standing by that recipe.
        known: what is known of the metrics.
        view: of the numbers, except of those about whole clips and sets.
    """

    standing: Standing
    totals: tuple[tuple[Recipe, Mapping[str, Line]], ...]
    known: Catalogue
    view: str = NATIVE

    @property
    def suite(self) -> str:
        """name@version."""
        return self.standing.suite

    @property
    def metrics(self) -> list[str]:
        """Of the columns, once each."""
        return list(dict.fromkeys(column.metric for column in self.standing.columns))


def ranking(
    rows: pd.DataFrame,
    scores: pd.DataFrame,
    suite: str,
    here: Iterable[str],
    metrics: Sequence[str] = (),
    chosen: Sequence[Recipe] | None = None,
) -> Ranking:
    """The ranking of a suite.

    Args:
        rows: the columns of Measurement; of this suite at least, in one view of it.
        scores: of these rows, by summary.scores.
        suite: name@version.
        here: ids of the runs whose clips are on this machine.
        metrics: to show; none for a few of each group.
        chosen: recipes of totals; None for those that some run has all metrics of.
    """
    own = scores[(scores["suite"].astype(str) + "@" + scores["suite_version"].astype(str)) == suite]
    known, runs = summary.catalogue_of(rows), set(here)
    wanted = (
        list(metrics) or known.essential(measured(own)) or known.ordered(map(str, own["metric"].unique()))
    )
    used = measured_recipes(own) if chosen is None else list(chosen)
    first = standings.standing(rows, scores, suite, wanted, used[0] if used else None, runs)
    others = [standings.standing(rows, scores, suite, [], recipe, runs) for recipe in used[1:]]
    by_run = ({line.run: line for line in each.lines} for each in ([first, *others] if used else []))
    view = views.of(rows[rows["run"].isin(own["run"])])
    return Ranking(first, tuple(zip(used, by_run, strict=True)), known, view)


def measured(scores: pd.DataFrame) -> list[str]:
    """The metrics that some run has a value of."""
    return sorted(set(scores.loc[scores["mean"].notna(), "metric"].astype(str)))


def measured_recipes(scores: pd.DataFrame) -> list[Recipe]:
    """The recipes that some run has all metrics of, in so far as its clips can have them."""
    is_known = scores["mean"].notna() | (scores["unmeasurable"] > 0)
    of_runs = scores[is_known].groupby("run", observed=True)["metric"].agg(set)
    return [
        recipe
        for recipe in recipes.registry.values()
        if any(not recipe.missing(tuple(map(str, metrics))) for metrics in of_runs)
    ]


def blocks(found: Ranking, title: str = "", plotted: str = "", note: str = "") -> list[Block]:
    """The page's content below its title.

    Args:
        found: the suite's ranking.
        title: of the suite; '' where it is not known here.
        plotted: key of the column that is plotted; '' for the first that can be.
        note: why the numbers are native though the default view was asked for; '' where they are of the view.
    """
    named = f"{found.suite}: {title}" if title else found.suite
    shown = table(found)
    no_models: list[Block] = [
        Text("No model has been measured on this suite yet, only baselines. Measure one:", "note"),
        content.Code(f"bench run --model MODEL --suite {found.suite.partition('@')[0]}"),
    ]
    has_models = any(line.role == "model" for line in found.standing.lines)
    made: list[Block] = [
        *([Text(story(found.standing))] if found.totals else []),
        Text(f"{named}. Numbers compare only within one version of a suite, and one view.", "quiet"),
        Text(f"{views.said(found.view)}." + f" Shown {note}." * bool(note), "small"),
        *([] if has_models else no_models),
        shown,
        *_missing_totals(found),
        *(recipe_details(recipe) for recipe, _ in found.totals),
    ]
    intervals = leaderboard_plots.of_column(found, shown, plotted)
    scatter = leaderboard_plots.motion_against_consistency(found)
    if intervals:
        made += [Heading(intervals.plot.title), intervals]
    if scatter:
        made += [Heading("Motion against consistency"), scatter]
    return [*made, _definitions(found)]


# The table


def table(found: Ranking) -> Table:
    """One row per run; sorted by the first column that has a better direction, the best first."""
    columns = tuple(_columns(found))
    first = next((column.key for column in columns[2:] if column.sign), "")
    places = [column.key for column in columns]
    place = places.index(first) if first else None
    rows = [_row(found, line, columns) for line in found.standing.lines]
    if place is not None:
        rows.sort(key=lambda row: best_first(row.cells[place], columns[place].sign))
        rows = [_with_rank(row, place) for row in rows]
    if not any(cell.rank for row in rows for cell in row.cells):
        columns, rows = (columns[0], *columns[2:]), [_without_rank(row) for row in rows]
    return Table(
        f"Scores on {found.suite}, {views.heading(found.view)}: one row per run, one column per metric",
        columns,
        tuple(rows),
        caption=ABOUT,
        apart=APART,
        sorted_by=first,
        filters=FILTERS,
        sizes="size",
        picks=player.MOST,
        is_tall=True,
    )


def _columns(found: Ranking) -> list[content.Column]:
    scales = _scales(found)
    seen = [column.metric for column in found.standing.columns]
    totals = [
        content.Column(
            f"total:{recipe.name}", f"Total: {recipe.name} ↑", recipe.title, recipe.scale, 1, scale=ends
        )
        for (recipe, _), ends in zip(found.totals, scales, strict=False)
    ]
    metrics = [
        metric_column(found.known, column, seen.count(column.metric) > 1, ends)
        for column, ends in zip(found.standing.columns, scales[len(found.totals) :], strict=True)
    ]
    return [
        content.Column("name", "Model", is_text=True),
        content.Column(
            "rank", "Rank", "Best and worst place that the data allow, by the column that sorts", is_text=True
        ),
        *totals,
        *metrics,
        content.Column(
            "coverage", "Coverage", "Clips that have a value, in the metric that has fewest", sign=1
        ),
        content.Column("clips", "Clips", "Whether the clips behind the numbers are at hand", is_text=True),
    ]


def _row(found: Ranking, line: Line, columns: Sequence[content.Column]) -> Row:
    totals = [
        _total_cell(by_run[line.run].total, by_run[line.run].total_rank, by_run[line.run].total_missing)
        for _, by_run in found.totals
    ]
    scores = [
        score_cell(line.scores.get(column), line.ranks.get(column), line.cases)
        for column in found.standing.columns
    ]
    is_here = line.provenance == "clips here"
    cells = (
        Cell(
            line.name, line.name.casefold(), note=" · ".join(_about(line)), about=_called(line),
            badges=roles.badges(line.role), link=content.to("model", run=line.run),
        ),
        Cell(content.NOTHING),
        *totals,
        *scores,
        Cell(f"{line.coverage:.0%}", line.coverage, note=f"{line.cases} cases, {line.clips} clips"),
        Cell("", line.provenance, badges=(Badge(line.provenance, "here" if is_here else ""),)),
    )  # fmt: skip
    is_complete = line.coverage == 1 and all(cell.value is not None for cell in cells[2 : len(columns) - 2])
    return Row(line.run, cells, _facets(line, is_complete), is_apart=line.role != "model")


def _facets(line: Line, is_complete: bool) -> dict[str, str]:
    is_model = line.role == "model"
    return {
        "role": line.role,
        "access": (line.card.access or UNKNOWN) if is_model else "",
        "licence": (short_licence(line.card.licence) or UNKNOWN) if is_model else "",
        "reads": "" if not is_model else {True: "yes", False: "no", None: UNKNOWN}[line.reads_text],
        "size": f"{line.card.parameters:g}" if line.card.parameters else "",
        "complete": "yes" if is_complete else "no",
    }


def _called(line: Line) -> str:
    """What else the model is called: a search finds it by this, too."""
    return " · ".join(
        name for name in dict.fromkeys((line.card.title, line.model)) if name not in ("", line.name)
    )


def _about(line: Line) -> list[str]:
    """What is known of a model, in a few words."""
    if line.role != "model":
        return []
    card = line.card
    found = (
        short_licence(card.licence),
        card.access,
        f"{card.parameters:g} B" if card.parameters else "",
        "reads no text" if line.reads_text is False else "",
        card.lifecycle if card.lifecycle != "active" else "",
    )
    return [words for words in found if words]


def _total_cell(score: Score | None, rank: Rank | None, missing: Sequence[str]) -> Cell:
    """The same of a total; a tooltip says why there is none."""
    cell = score_cell(score, rank)
    return (
        replace(cell, about=f"no total: {', '.join(missing)} missing")
        if missing and cell.value is None
        else cell
    )


def _with_rank(row: Row, place: int) -> Row:
    name, rank, *others = row.cells
    return replace(row, cells=(name, replace(rank, text=row.cells[place].rank or content.NOTHING), *others))


def _without_rank(row: Row) -> Row:
    return replace(row, cells=(row.cells[0], *row.cells[2:]))


def _scales(found: Ranking) -> list[tuple[float, float]]:
    """The ends of each column's strips: of means and intervals, so far as these are not wider than all means."""
    lines = found.standing.lines
    columns: list[list[Score | None]] = [
        [by_run[line.run].total for line in lines] for _, by_run in found.totals
    ]
    columns += [[line.scores.get(column) for line in lines] for column in found.standing.columns]
    return [_scale([score for score in column if score]) for column in columns]


def _scale(scores: Sequence[Score]) -> tuple[float, float]:
    means = [score.mean for score in scores if math.isfinite(score.mean)]
    if not means:
        return 0.0, 0.0
    wide = max(means) - min(means)
    ends = [end for score in scores for end in (score.low, score.high) if math.isfinite(end)]
    return max(min([*means, *ends]), min(means) - wide / 2), min(max([*means, *ends]), max(means) + wide / 2)


# Below it


def _missing_totals(found: Ranking) -> list[Block]:
    if not found.totals:
        return []
    lines = found.totals[0][1].values()
    reasons = [f"{line.name}: {', '.join(line.total_missing)}" for line in lines if line.total_missing]
    more = f"; and {len(reasons) - 5} more" if len(reasons) > 5 else ""
    return (
        [Text(f"No total because metrics are missing: {'; '.join(reasons[:5])}{more}", "small")]
        if reasons
        else []
    )


def _definitions(found: Ranking) -> Details:
    """What the columns mean."""
    made: list[Block] = []
    for metric in found.metrics:
        card = found.known.card(metric)
        made.append(Heading(f"{found.known.heading(metric)} ({metric})", level=3))
        known = {
            "Definition": card.definition or "There is no card of this metric here.",
            "Range": f"{span(card)} {card.unit}".rstrip(),
            "Source": card.source,
            "Depends on": ", ".join(card.depends) or "nothing",
            "Blind to": card.blind_to,
        }
        made.append(content.facts(known))
    return Details("What the columns mean", made)
