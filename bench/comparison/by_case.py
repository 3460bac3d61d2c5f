"""Metrics of clips: the statistics of two runs over the cases that both have. Frames of rows in, values out.

A difference is B minus A over the common cases, each the mean of its seeds. Metrics of different versions, suites, and
cases that one side lacks are never averaged together: what is left out is said by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.comparison import coverage
from bench.comparison.differences import CaseDifference, Difference, Hole, Pair, Side, Skipped
from bench.comparison.verdicts import decided
from bench.scoring import summary
from bench.statistics import paired
from bench.statistics.arrays import Matrix
from bench.statistics.hodges_lehmann import hodges_lehmann
from bench.statistics.mean_test import mean_test
from bench.statistics.variance_components import VarianceComponents, components, seeds_worth
from bench.types import MetricCard

if TYPE_CHECKING:
    import pandas as pd


def pair(a: Side, b: Side, rows: pd.DataFrame, metrics: Iterable[str]) -> Pair:
    """Two runs under metrics of clips; metrics of whole sets are skipped, of the kind that by_set completes.

    Args:
        a, b: the baseline and the other run.
        rows: the columns of Measurement, of both runs.
        metrics: those to compare.
    """
    a_rows, b_rows = (rows[rows["run"] == side.run] for side in (a, b))
    known, found, skipped, holes = summary.catalogue_of(rows), [], [], []
    covered = {}
    for metric in metrics:
        sides = _Sides(metric, a, b, *(side[side["metric"] == metric] for side in (a_rows, b_rows)))
        gap = sides.skipped()
        if gap:
            skipped.append(gap)
            continue
        found.append(sides.difference(known.card(metric, sides.version)))
        holes += sides.holes()
        covered[metric] = coverage.tried(sides.a_rows), coverage.tried(sides.b_rows)
    seeds = tuple(tuple(sorted({int(seed) for seed in side["seed"].dropna()})) for side in (a_rows, b_rows))
    return decided(Pair(a, b, tuple(found), tuple(skipped), _merged(holes), (seeds[0], seeds[1]), covered))


@dataclass(frozen=True)
class _Sides:
    """The rows of one metric in both runs."""

    metric: str
    a: Side
    b: Side
    a_rows: pd.DataFrame
    b_rows: pd.DataFrame

    def skipped(self) -> Skipped | None:
        """Why there is nothing to compare; None where there is something."""
        both = ((self.a, self.a_rows), (self.b, self.b_rows))
        for side, rows in both:
            if rows["value"].notna().sum() == 0:
                return Skipped(self.metric, f"{side.name} has no value: {_why(rows)}", "no value")
        a, b = ({*rows["metric_version"]} for _, rows in both)
        if len(a | b) > 1:
            reason = f"{self.a.name} has version {_listed(a)}, {self.b.name} {_listed(b)}: measure both anew"
            return Skipped(self.metric, reason, "other versions")
        if any(rows["case"].isna().any() for _, rows in both):
            return Skipped(self.metric, "a number about the whole set", "whole set")
        if not set(self._means(self.a_rows)) & set(self._means(self.b_rows)):
            return Skipped(self.metric, "no case in common", "no common case")
        return None

    @property
    def version(self) -> str:
        """Version of the metric, the same on both sides where there is something to compare."""
        return str(self.a_rows["metric_version"].iloc[0])

    def difference(self, card: MetricCard) -> Difference:
        """B minus A."""
        a, b = self._means(self.a_rows), self._means(self.b_rows)
        cases = sorted(set(a) & set(b))
        a_N, b_N = (np.array([side[case] for case in cases], dtype=np.float64) for side in (a, b))
        gaps_N = paired.differences(a_N, b_N)
        spread = float(np.std(gaps_N, ddof=1)) if len(cases) > 1 else float("nan")
        gains_N = gaps_N * (card.sign or 1)
        order = sorted(range(len(cases)), key=lambda place: (gains_N[place], cases[place]))
        return Difference(
            metric=self.metric,
            version=self.version,
            card=card,
            basis="cases",
            cases=len(cases),
            a=float(a_N.mean()),
            b=float(b_N.mean()),
            difference=float(gaps_N.mean()),
            low=None,
            high=None,
            p=None,
            test=mean_test(gaps_N),
            median=hodges_lehmann(gaps_N),
            effect=paired.effect(gaps_N),
            detectable=paired.detectable(spread, len(cases)),
            won=int((gains_N > 0).sum()),
            lost=int((gains_N < 0).sum()),
            tied=int((gains_N == 0).sum()),
            components=self._components(cases),
            seeds_worth=self._seeds_worth(cases),
            by_case=tuple(
                CaseDifference(cases[n], float(a_N[n]), float(b_N[n]), float(gaps_N[n])) for n in order
            ),
        )

    def holes(self) -> list[Hole]:
        """The cases that only one side has."""
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


def _seeds(rows: pd.DataFrame) -> list[int]:
    return sorted({int(seed) for seed in rows[rows["value"].notna()]["seed"].dropna()})


def _table(rows: pd.DataFrame, cases: Sequence[str], seeds: Sequence[int]) -> Matrix:
    """(C, S): the values by case and seed, NaN where there is none."""
    table = rows[rows["value"].notna()].pivot_table(index="case", columns="seed", values="value")
    return np.asarray(table.reindex(index=list(cases), columns=list(seeds)).to_numpy(dtype=np.float64))


def _whole(table_CS: Matrix) -> Matrix:
    """The cases that have every seed."""
    return table_CS[~np.isnan(table_CS).any(axis=1)]


def _merged(holes: Sequence[Hole]) -> tuple[Hole, ...]:
    """One hole for all metrics that lack the same cases."""
    found: dict[tuple[str, str, tuple[str, ...]], tuple[str, ...]] = {}
    for hole in holes:
        key = (hole.has, hole.lacks, hole.cases)
        found[key] = (*found.get(key, ()), *hole.metrics)
    return tuple(Hole(*key, metrics) for key, metrics in found.items())


def _why(rows: pd.DataFrame) -> str:
    return str(rows["error"].iloc[0]) if len(rows) else "it was not measured"


def _listed(versions: Iterable[str]) -> str:
    return " and ".join(sorted(versions))
