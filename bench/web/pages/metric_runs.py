"""What runs make of a metric: how its values lie over the cases of each, and which other metrics say the same."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bench.base import svg
from bench.evaluators.catalogue import Catalogue
from bench.scoring import summary
from bench.statistics import correlations, quantiles
from bench.types import Role
from bench.web import content
from bench.web.content import Block, Column, Figure, Heading, Row, Table, Text
from bench.web.pages import roles
from bench.web.pages.cells import metric_cell

if TYPE_CHECKING:
    import pandas as pd

    from bench.statistics.correlations import Correlation

TITLE = "On the runs"

MOST_RUNS = 40
"""Runs in one plot: the best, and every baseline besides."""

MOST_TICKS = 6_000
"""Cases that are drawn one by one."""

AGREE = {1: "the same", 0: "", -1: "the opposite"}


@dataclass(frozen=True)
class Measured:
    """What was measured on one suite.

    Attributes:
        scores: by summary.scores.
        means: by summary.case_means.
        names: run -> what tables call it.
        roles: run -> what it is for.
        known: what is known of the metrics.
    """

    scores: pd.DataFrame
    means: pd.DataFrame
    names: Mapping[str, str]
    roles: Mapping[str, Role]
    known: Catalogue

    @cached_property
    def values(self) -> pd.DataFrame:
        """The values that metrics are compared by, see correlations.table.

        Baselines are left out where there are two models: noise and stills would decide everything.
        """
        means = self.means
        return correlations.table(means[means["run"].isin(self.models)] if len(self.models) > 1 else means)

    @property
    def models(self) -> list[str]:
        """The runs that are models and have values of cases."""
        return [str(run) for run in self.means["run"].unique() if self.roles[str(run)] == "model"]

    @property
    def compared(self) -> str:
        """The runs that values are of, in words."""
        models = len(self.models)
        return f"{models} models" if models > 1 else "all runs, null baselines among them"


def measured(rows: pd.DataFrame, scores: pd.DataFrame, suite: str) -> Measured:
    """What was measured on a suite.

    Args:
        rows: the columns of Measurement, of any number of suites.
        scores: of these rows, by summary.scores.
        suite: name@version.
    """
    name, _, version = suite.rpartition("@")
    own, own_scores = (
        table[(table["suite"] == name) & (table["suite_version"] == version)] for table in (rows, scores)
    )
    runs = own_scores[["run", "model"]].astype(str).drop_duplicates("run")
    roles_of = {
        run: summary.model_card(rows, model).role
        for run, model in zip(runs["run"], runs["model"], strict=True)
    }
    return Measured(
        own_scores, summary.case_means(own), summary.names(own), roles_of, summary.catalogue_of(rows)
    )


def on_runs(found: Measured, metric: str) -> list[Block]:
    """How a metric's values lie over the cases of each run, and which metrics say the same.

    A number about the whole set has no cases: its own interval is shown.
    """
    own = found.means[found.means["metric"] == metric]
    if own.empty:
        return _of_sets(found, metric)
    return [*_spread(found, metric, quantiles.of_usual_versions(own)), *_alike(found, metric)]


def _spread(found: Measured, metric: str, own: pd.DataFrame) -> list[Block]:
    lines = quantiles.by_run(own, found.known.card(metric).sign).to_dict("records")
    shown = _shown(found, lines)
    drawn = {str(line["run"]) for line in shown}
    values = {str(run): list(map(float, group)) for run, group in own.groupby("run", observed=True)["value"]}
    is_dense = sum(len(values[run]) for run in drawn) > MOST_TICKS
    spreads = [
        _line(found, line, (line["q10"], line["q90"]), () if is_dense else values[str(line["run"])])
        for line in shown
    ]
    said = [
        f"Version {own['metric_version'].iloc[0]} of the metric.",
        "" if is_dense else "Thin lines: cases, each the mean of its seeds.",
        "Dot: the mean. Bar: the middle 80 % of the cases.",
        f"{len(shown)} of {len(lines)} runs: the best by mean, and every baseline."
        if len(shown) < len(lines)
        else "",
    ]
    return [_figure(found, metric, spreads, " ".join(part for part in said if part))]


def _of_sets(found: Measured, metric: str) -> list[Block]:
    scores = found.scores[(found.scores["metric"] == metric) & found.scores["mean"].notna()]
    if scores.empty:
        return [Text("No run on this suite has a value.", "quiet")]
    ordered = scores.sort_values("mean", ascending=found.known.card(metric).sign < 0)
    spreads = [
        _line(found, line, (line["low"], line["high"])) for line in _shown(found, ordered.to_dict("records"))
    ]
    said = "A number about each whole set of clips. Bar: its 95 % interval."
    return [_figure(found, metric, spreads, said)]


def _shown(found: Measured, lines: Sequence[Mapping[Any, Any]]) -> list[Mapping[Any, Any]]:
    """The first MOST_RUNS models and all that is no model, in their order."""
    models = [line for line in lines if found.roles[str(line["run"])] == "model"]
    left_out = [line["run"] for line in models[MOST_RUNS:]]
    return [line for line in lines if line["run"] not in left_out]


def _line(
    found: Measured, line: Mapping[Any, Any], ends: tuple[float, float], values: Sequence[float] = ()
) -> svg.Spread:
    run = str(line["run"])
    low, high = (float(end) if end is not None else math.nan for end in ends)
    return svg.Spread(
        found.names[run], float(line["mean"]), low, high, roles.COLOURS[found.roles[run]], values
    )


def _figure(found: Measured, metric: str, spreads: Sequence[svg.Spread], said: str) -> Figure:
    heading, unit = found.known.heading(metric), found.known.card(metric).unit
    across = f"{heading} ({unit})" if unit else heading
    return Figure(svg.Spreads(f"{metric}, run by run", spreads, across), caption=said)


# Which metrics say the same


def _alike(found: Measured, metric: str) -> list[Block]:
    made: list[Block] = [Heading("Which metrics say the same")]
    alike = correlations.strongest(found.values, metric)
    if not alike:
        said = f"Fewer than {correlations.MIN_PAIRS} cases have another metric, too, or nothing varies."
        return [*made, Text(said, "quiet")]
    columns = (
        Column("metric", "Metric", is_text=True),
        Column("spearman", "Spearman", "Rank correlation over cases"),
        Column("better", "Calls better", "Where both have a better direction", is_text=True),
        Column("cases", "Cases", "That have both values"),
    )
    said = (
        f"Spearman's rank correlation over the cases of {found.compared}. 1: they order the cases alike; −1: the other "
        "way round; 0: they have nothing to do with each other. It does not say which of them is right."
    )
    rows = tuple(_alike_row(found.known, metric, each) for each in alike)
    return [*made, Text(said, "quiet"), Table("Metrics that go with this one", columns, rows)]


def _alike_row(known: Catalogue, metric: str, other: Correlation) -> Row:
    agreement = other.spearman * known.card(metric).sign * known.card(other.metric).sign
    cells = (
        metric_cell(known, other.metric),
        content.figure(round(other.spearman, 2)),
        content.words(AGREE[(agreement > 0) - (agreement < 0)]),
        content.figure(other.pairs),
    )
    return Row("", cells)
