"""Two runs on one suite -> what tells them apart, metric by metric. Pure: frames of rows in, values out.

A difference is B minus A over the cases that both have, each the mean of its seeds. Nothing is averaged over metrics
of different versions, over suites, or over cases that one side lacks: what is left out is said by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.comparison.differences import CaseDifference, Difference, Entry, Hole, Pair, Skipped, corrected
from bench.scoring import summary
from bench.statistics import paired
from bench.statistics.arrays import Matrix
from bench.statistics.significance import ALPHA
from bench.statistics.variance_components import VarianceComponents, components, seeds_worth
from bench.types import MetricCard

if TYPE_CHECKING:
    import pandas as pd


def chosen(rows: pd.DataFrame, names: Sequence[str]) -> list[str]:
    """The metrics to compare, of those that rows have.

    Args:
        rows: of all runs.
        names: of metrics, or of evaluators for their main ones; none for all main metrics that somebody has a value
            of, 'all' for all of those.

    Raises:
        UnknownName: neither here nor in the rows is there such a metric.
    """
    return summary.catalogue_of(rows).chosen(names, list(rows[rows["value"].notna()]["metric"]))


def compare(a: Entry, b: Entry, rows: pd.DataFrame, metrics: Iterable[str]) -> Pair:
    """The metrics of clips; those of sets are skipped here, since rows do not tell how clips pull at them.

    Args:
        a, b: the baseline and the other.
        rows: the columns of Measurement, of both runs.
        metrics: which.
    """
    a_rows, b_rows = (rows[rows["run"] == side.run] for side in (a, b))
    known, found, skipped, holes = summary.catalogue_of(rows), [], [], []
    for metric in metrics:
        sides = _Sides(metric, a, b, *(side[side["metric"] == metric] for side in (a_rows, b_rows)))
        reason = sides.reason()
        if reason:
            skipped.append(Skipped(metric, reason))
            continue
        found.append(sides.difference(known.card(metric, sides.version)))
        holes += sides.holes()
    seeds = tuple(tuple(sorted({int(seed) for seed in side["seed"].dropna()})) for side in (a_rows, b_rows))
    return corrected(Pair(a, b, tuple(found), tuple(skipped), _together(holes), (seeds[0], seeds[1])))


@dataclass(frozen=True)
class _Sides:
    """The rows of one metric in both runs."""

    metric: str
    a: Entry
    b: Entry
    a_rows: pd.DataFrame
    b_rows: pd.DataFrame

    def reason(self) -> str:
        """Why there is nothing to compare; '' where there is something."""
        both = ((self.a, self.a_rows), (self.b, self.b_rows))
        for side, rows in both:
            if rows["value"].notna().sum() == 0:
                return f"{side.name} has no value: {_why(rows)}"
        a, b = ({*rows["metric_version"]} for _, rows in both)
        if len(a | b) > 1:
            return f"{self.a.name} has version {_listed(a)}, {self.b.name} {_listed(b)}: measure both anew"
        if any(rows["case"].isna().any() for _, rows in both):
            return SET_REASON
        return "" if set(self._means(self.a_rows)) & set(self._means(self.b_rows)) else "no case in common"

    @property
    def version(self) -> str:
        """Of the metric, the same on both sides where there is something to compare."""
        return str(self.a_rows["metric_version"].iloc[0])

    def difference(self, card: MetricCard) -> Difference:
        """B minus A."""
        a, b = self._means(self.a_rows), self._means(self.b_rows)
        cases = sorted(set(a) & set(b))
        a_N, b_N = (np.array([side[case] for case in cases], dtype=np.float64) for side in (a, b))
        gaps_N = paired.differences(a_N, b_N)
        low, high = summary.interval(gaps_N)
        spread = float(np.std(gaps_N, ddof=1)) if len(cases) > 1 else float("nan")
        gains_N = gaps_N * (card.sign or 1)
        order = sorted(range(len(cases)), key=lambda place: (gains_N[place], cases[place]))
        return Difference(
            metric=self.metric,
            version=self.version,
            direction=card.direction,
            unit=card.unit,
            basis="cases",
            cases=len(cases),
            a=float(a_N.mean()),
            b=float(b_N.mean()),
            difference=float(gaps_N.mean()),
            low=_or_none(low),
            high=_or_none(high),
            p=paired.sign_flip_p(gaps_N) if paired.least_p(len(cases)) <= ALPHA else None,
            effect=paired.effect(gaps_N),
            won=int((gains_N > 0).sum()),
            lost=int((gains_N < 0).sum()),
            tied=int((gains_N == 0).sum()),
            detectable=paired.detectable(spread, len(cases)),
            components=self._components(cases),
            seeds_worth=self._seeds_worth(cases),
            by_case=tuple(
                CaseDifference(cases[n], float(a_N[n]), float(b_N[n]), float(gaps_N[n])) for n in order
            ),
        )

    def holes(self) -> list[Hole]:
        """The cases that only one of them has."""
        a, b = set(self._means(self.a_rows)), set(self._means(self.b_rows))
        sides = ((self.a, self.b, a - b), (self.b, self.a, b - a))
        return [Hole(x.name, y.name, tuple(sorted(only)), (self.metric,)) for x, y, only in sides if only]

    def _means(self, rows: pd.DataFrame) -> dict[str, float]:
        means = rows[rows["value"].notna()].groupby("case")["value"].mean()
        return {str(case): float(value) for case, value in means.items()}

    def _components(self, cases: Sequence[str]) -> VarianceComponents | None:
        tables = [_table(rows, cases, _seeds(rows)) for rows in (self.a_rows, self.b_rows)]
        return components([_whole(table_CS) for table_CS in tables])

    def _seeds_worth(self, cases: Sequence[str]) -> int | None:
        """From the differences of the seeds that both have."""
        seeds = sorted(set(_seeds(self.a_rows)) & set(_seeds(self.b_rows)))
        a_CS, b_CS = (_table(rows, cases, seeds) for rows in (self.a_rows, self.b_rows))
        found = components([_whole(paired.differences(a_CS, b_CS))])
        return seeds_worth(found, len(cases)) if found else None


SET_REASON = "a number about the whole set"
"""Why compare skips a metric that bench.comparison.by_set then looks at."""


def _seeds(rows: pd.DataFrame) -> list[int]:
    return sorted({int(seed) for seed in rows[rows["value"].notna()]["seed"].dropna()})


def _table(rows: pd.DataFrame, cases: Sequence[str], seeds: Sequence[int]) -> Matrix:
    """(C, S): the values by case and seed, NaN where there is none."""
    table = rows[rows["value"].notna()].pivot_table(index="case", columns="seed", values="value")
    return np.asarray(table.reindex(index=list(cases), columns=list(seeds)).to_numpy(dtype=np.float64))


def _whole(table_CS: Matrix) -> Matrix:
    """The cases that have every seed."""
    return table_CS[~np.isnan(table_CS).any(axis=1)]


def _together(holes: Sequence[Hole]) -> tuple[Hole, ...]:
    """One hole for all the metrics that lack the same cases."""
    found: dict[tuple[str, str, tuple[str, ...]], tuple[str, ...]] = {}
    for hole in holes:
        key = (hole.has, hole.lacks, hole.cases)
        found[key] = (*found.get(key, ()), *hole.metrics)
    return tuple(Hole(*key, metrics) for key, metrics in found.items())


def _why(rows: pd.DataFrame) -> str:
    return str(rows["error"].iloc[0]) if len(rows) else "it was not measured"


def _listed(versions: Iterable[str]) -> str:
    return " and ".join(sorted(versions))


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
