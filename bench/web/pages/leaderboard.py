"""The leaderboard of a suite: who leads, how sure that is, and what is not ranked with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bench.evaluators.catalogue import Catalogue, span
from bench.scoring import entries, standings, summary, views
from bench.scoring.story import story
from bench.types import NATIVE
from bench.web import content
from bench.web.content import Block, Cell, Details, Heading, Listing, Text
from bench.web.pages import leaderboard_plots, leaderboard_table, published
from bench.web.pages.cells import recipe_details

if TYPE_CHECKING:
    import pandas as pd

    from bench.scoring.recipes import Recipe
    from bench.scoring.reported import Reported
    from bench.scoring.standings import Line, Standing

ONLY_BASELINES = "No model has been measured on this suite yet, only baselines. Measure one:"

SECONDS = "cost_seconds"
"""The metric behind those that people ask for first."""


@dataclass(frozen=True)
class Choice:
    """What a visitor chose to see.

    Attributes:
        metrics: none for those that people ask for first, and a few of each group.
        recipes: of totals; None for those that some run has all metrics of.
    """

    metrics: tuple[str, ...] = ()
    recipes: tuple[Recipe, ...] | None = None


@dataclass(frozen=True)
class Ranking:
    """A suite's standing, and the totals of the recipes that some run has all metrics for.

    Attributes:
        standing: its lines are ranked by the first recipe.
        totals: recipe -> run -> its line in the standing by that recipe.
        known: what is known of the metrics.
        view: of the numbers, except of those about whole clips and sets.
        first: the metrics that the table shows before all are asked for; empty for all of the standing.
        left_out: run -> why it is not ranked, see bench.scoring.entries.
    """

    standing: Standing
    totals: tuple[tuple[Recipe, Mapping[str, Line]], ...]
    known: Catalogue
    view: str = NATIVE
    first: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def suite(self) -> str:
        """name@version."""
        return self.standing.suite

    @property
    def metrics(self) -> list[str]:
        """The metrics of the columns, once each."""
        return list(dict.fromkeys(column.metric for column in self.standing.columns))

    @property
    def lines(self) -> tuple[Line, ...]:
        """The standing's lines of the runs that are not left out."""
        return tuple(line for line in self.standing.lines if line.run not in self.left_out)

    @property
    def has_models(self) -> bool:
        """Whether some model is ranked."""
        return any(line.role == "model" for line in self.lines)


def ranking(
    rows: pd.DataFrame,
    scores: pd.DataFrame,
    suite: str,
    here: Iterable[str],
    choice: Choice | None = None,
    cases: int = 0,
) -> Ranking:
    """The ranking of a suite.

    Args:
        rows: the columns of Measurement; of this suite at least, in one view of it.
        scores: of these rows, by summary.scores.
        suite: name@version.
        here: ids of the runs whose clips are on this machine.
        choice: of a visitor; None for the standard.
        cases: how many the suite has; 0 where that is not known here.
    """
    own = scores[(scores["suite"].astype(str) + "@" + scores["suite_version"].astype(str)) == suite]
    known, runs, choice = summary.catalogue_of(rows), set(here), choice or Choice()
    first, wanted = ([], list(choice.metrics)) if choice.metrics else _columns(own, known)
    used = entries.measured_recipes(own) if choice.recipes is None else list(choice.recipes)
    made = standings.standing(rows, scores, suite, wanted, used[0] if used else None, runs)
    others = [standings.standing(rows, scores, suite, [], recipe, runs) for recipe in used[1:]]
    by_run = ({line.run: line for line in each.lines} for each in ([made, *others] if used else []))
    view = views.of(rows[rows["run"].isin(own["run"])])
    outside = entries.left_out(rows, own, cases)
    return Ranking(made, tuple(zip(used, by_run, strict=True)), known, view, tuple(first), outside)


def _columns(scores: pd.DataFrame, known: Catalogue) -> tuple[list[str], list[str]]:
    """The metrics that are shown at first, and these with a few of each group."""
    there = measured(scores)
    if not there:
        return [], known.ordered(map(str, scores["metric"].unique()))
    first = [*known.headline(there), *(metric for metric in there if metric == SECONDS)]
    return first, [*first, *(metric for metric in known.essential(there) if metric not in first)]


def measured(scores: pd.DataFrame) -> list[str]:
    """The metrics that some run has a value of."""
    return sorted(set(scores.loc[scores["mean"].notna(), "metric"].astype(str)))


def blocks(
    found: Ranking,
    plotted: str = "",
    note: str = "",
    numbers: Sequence[Reported] = (),
    clips: Mapping[str, str] | None = None,
) -> list[Block]:
    """The page's content below its title.

    Args:
        found: the suite's ranking.
        plotted: key of the column that is plotted; '' for the first that can be.
        note: why the numbers are native though the default view was asked for; '' where they are of the view.
        numbers: that others published.
        clips: run -> address of a clip for its row.
    """
    return [*head(found, numbers), *below(found, plotted, note, clips)]


def head(found: Ranking, numbers: Sequence[Reported] = ()) -> list[Block]:
    """What stands above the clips: the result in two sentences; what others published where no model is ranked.

    Args:
        found: the suite's ranking.
        numbers: that others published.
    """
    if found.has_models:
        return [Text(_story(found), "lead")] if found.totals else []
    told = published.lead(numbers)
    return [*told, *_no_models(found, "Measure one:" if told else ONLY_BASELINES)]


def _story(found: Ranking) -> str:
    return story(replace(found.standing, lines=found.lines))


def _no_models(found: Ranking, said: str) -> list[Block]:
    name = found.suite.partition("@")[0]
    return [
        Text(said, "note"),
        content.Code(f"bench run --model MODEL --suite {name}"),
    ]


def below(
    found: Ranking, plotted: str = "", note: str = "", clips: Mapping[str, str] | None = None
) -> list[Block]:
    """What stands below the clips: the scatter, the table, what is not ranked, and what it all means.

    Args:
        found, plotted, note, clips: as blocks takes them.
    """
    shown = leaderboard_table.table(found, clips)
    scatter = leaderboard_plots.motion_against_likeness(found)
    intervals = leaderboard_plots.of_column(found, shown, plotted)
    made: list[Block] = []
    if scatter:
        made += [Heading(leaderboard_plots.SCATTER), scatter]
    if shown.rows:
        made += [Heading("Ranking"), shown]
    made += [*_left_out(found), *_missing_totals(found)]
    if intervals:
        made += [Heading(intervals.plot.title), intervals]
    said = f"{views.said(found.view)}." + f" Shown {note}." * bool(note)
    return [
        *made,
        Text(f"Numbers compare only within one version of a suite, and one view. {said}", "small"),
        *(recipe_details(recipe) for recipe, _ in found.totals),
        _definitions(found),
    ]


def _left_out(found: Ranking) -> list[Block]:
    """The runs that are not ranked, behind a line; open where there is nothing else."""
    lines = [line for line in found.standing.lines if line.run in found.left_out]
    if not lines:
        return []
    stand_ins = sum(line.role == "stand-in" for line in lines)
    counts = (
        _counted(len(lines) - stand_ins, "unfinished run"),
        _counted(stand_ins, "stand-in of random weights", "stand-ins of random weights"),
    )
    listed = tuple(
        Cell(line.name, link=content.to("model", run=line.run), half=found.left_out[line.run])
        for line in lines
    )
    said = ", ".join(words for words in counts if words)
    return [Details(said, [Listing(listed)], is_open=not found.lines)]


def _counted(count: int, one: str, several: str = "") -> str:
    """'3 unfinished runs'; '' for none."""
    return f"{count} {one if count == 1 else several or f'{one}s'}" if count else ""


def _missing_totals(found: Ranking) -> list[Block]:
    if not found.totals:
        return []
    _, by_run = found.totals[0]
    lines = [by_run[line.run] for line in found.lines]
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
