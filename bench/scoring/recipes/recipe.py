"""Composite scores, one number from many: declared, versioned recipes with their formula in words.

A recipe scales each metric to a part between 0 and 1 (published recipes: roughly), takes the mean of each group's
parts, and the mean of the groups. A run that lacks a metric that counts has no total, and the metric is named; what a
clip cannot have is the recipe's to judge (see Recipe.missing_policy). A visitor's own weights make another recipe, and
its label says so.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.errors import UnknownName, UsageError

if TYPE_CHECKING:
    import pandas as pd

Matrix: TypeAlias = NDArray[np.float64]

Mean: TypeAlias = Literal["arithmetic", "geometric"]


@dataclass(frozen=True)
class Term:
    """One metric's part.

    Attributes:
        metric: its name.
        zero: the value that counts 0.
        one: the value that counts 1; less than `zero` if lower is better.
        weight: within its group.
        is_clipped: whether values beyond these count exactly 0 and 1.
    """

    metric: str
    zero: float = 0.0
    one: float = 1.0
    weight: float = 1.0
    is_clipped: bool = True

    def part(self, values: Matrix) -> Matrix:
        """The parts that values of the metric count: 0 to 1, or (unless clipped) beyond.

        >>> Term("warping_error", zero=0.01, one=0.0).part(np.array([0.0, 0.0025, 0.5])).tolist()
        [1.0, 0.75, 0.0]
        """
        parts = (values - self.zero) / (self.one - self.zero)
        return np.clip(parts, 0.0, 1.0) if self.is_clipped else parts

    @property
    def formula(self) -> str:
        """'clip((0.01 − warping_error) / 0.01)', 'clip(ssim)'."""
        if self.one < self.zero:
            scaled = f"({self.zero:g} − {self.metric})"
        else:
            scaled = (
                f"({self.metric} {'−' if self.zero > 0 else '+'} {abs(self.zero):g})"
                if self.zero
                else self.metric
            )
        width = abs(self.one - self.zero)
        scaled = scaled if width == 1 else f"{scaled} / {width:g}"
        return f"clip({scaled})" if self.is_clipped else scaled


@dataclass(frozen=True)
class Group:
    """Terms that measure the same thing in different ways; the group's part is their weighted mean.

    Attributes:
        name: what they measure, in words.
        terms: at least one.
        weight: among groups; None for the sum of its terms' weights.
        instead: counts alone, in place of the terms, on the cases that have a value of its metric; its own weight has
            no meaning.
    """

    name: str
    terms: tuple[Term, ...]
    weight: float | None = None
    instead: Term | None = None

    @property
    def own_weight(self) -> float:
        """Its weight among groups; 0 if no term counts."""
        total = sum(term.weight for term in self.terms)
        return total if self.weight is None or not total else self.weight

    @property
    def formula(self) -> str:
        """The weighted mean of its terms, and what counts instead of it."""
        usual = _mean_formula([(term.weight, term.formula) for term in self.terms])
        return f"{self.instead.formula} where that is measured, else {usual}" if self.instead else usual

    def parts(self, values: Mapping[str, Matrix]) -> Matrix:
        """(N,): its part of each of N rows, NaN where a metric that counts is missing.

        Args:
            values: metric -> its (N,) values, NaN where there is none.

        >>> moves = Group("moves", (Term("share", 0, 0.1),), instead=Term("obeys"))
        >>> moves.parts({"share": np.array([0.05, 0.1]), "obeys": np.array([np.nan, 0.25])}).tolist()
        [0.5, 0.25]
        """
        counted = [term for term in self.terms if term.weight]
        whole = sum(term.weight for term in counted) or np.nan
        zeros = np.zeros(len(values[self.terms[0].metric]))
        parts: Matrix = sum((term.weight / whole * term.part(values[term.metric]) for term in counted), zeros)
        if not self.instead:
            return parts
        others = self.instead.part(values[self.instead.metric])
        return np.where(np.isnan(others), parts, others)


@dataclass(frozen=True)
class Recipe:
    """How to get one number from many.

    Attributes:
        name: used in addresses and on the command line.
        version: raised when the same metrics give another total.
        title: one line for people.
        about: what it is for, and what it cannot see.
        source: where it was published, or how its constants were chosen.
        groups: of terms.
        combination: the mean over groups; a geometric one needs clipped terms, and is 0 if one part is.
        has_own_weights: whether a visitor chose the weights.
        is_in_per_cent: whether values are in per cent, as boards print them. Tools often write fractions: a run whose
            values are all at most 1 has these, and they count times 100; a run with some of either has no total.

    Raises:
        UsageError: nothing counts, a weight is negative or infinite, or the mean is geometric and a term not clipped.
    """

    name: str
    version: int
    title: str
    about: str
    source: str
    groups: tuple[Group, ...]
    combination: Mean = "arithmetic"
    has_own_weights: bool = False
    is_in_per_cent: bool = False

    def __post_init__(self) -> None:
        for metric, weight in self.weights.items():
            if not (math.isfinite(weight) and weight >= 0):
                raise UsageError(f"a weight is 0 or more, not {weight} for {metric}")
        if not any(self.weights.values()):
            raise UsageError(f"recipe '{self.name}' needs a metric that counts: all its weights are 0")
        if self.combination == "geometric" and not all(term.is_clipped for term in self._all_terms):
            raise UsageError(f"recipe '{self.name}' has parts below 0, of which there is no geometric mean")

    scale: ClassVar[str] = "0 … 100"

    @property
    def label(self) -> str:
        """'moving v1', with a remark if the weights are a visitor's."""
        return f"{self.name} v{self.version}" + (", with weights of your own" if self.has_own_weights else "")

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics of all terms, including those of weight 0 and those that count instead of others."""
        return tuple(term.metric for term in self._all_terms)

    @property
    def weights(self) -> Mapping[str, float]:
        """Metric -> its weight within its group."""
        return MappingProxyType({term.metric: term.weight for term in self._terms})

    @property
    def formula(self) -> str:
        """The whole formula in one line, with the current weights."""
        counted = self._counted
        if self.combination == "geometric":
            power = " · ".join(f"[{group.name}]^{group.own_weight:g}" for group in counted)
            whole = f"({power})^(1/{sum(group.own_weight for group in counted):g})"
        else:
            whole = _mean_formula([(group.own_weight, f"[{group.name}]") for group in counted])
        parts = "; ".join(f"[{group.name}] = {group.formula}" for group in counted)
        by_case = ", of each clip, then the mean over cases" if self.is_by_clip else ""
        return f"100 · {whole}{by_case}, where {parts}"

    @property
    def missing_policy(self) -> str:
        """What happens to a run that lacks a metric."""
        policy = "Without a metric that counts there is no total, and the missing ones are named."
        if self.is_by_clip:
            policy += (
                " A clip of which a metric cannot be measured (a still one has no rhythm) has 0 for it; one that "
                "could not be made, or at which measuring broke, has no total, and the mean says how many have one."
            )
        if self.is_in_per_cent:
            policy += (
                " Numbers are in per cent; where all of a run's are at most 1, they are fractions and count times 100, "
                "and where only some are that cannot be so few per cent, these count as missing."
            )
        return policy + " A weight of 0 leaves a metric out on purpose."

    @property
    def is_by_clip(self) -> bool:
        """Whether each clip gets a total and these are averaged; an arithmetic mean needs only the metrics' means."""
        return self.combination == "geometric"

    @property
    def zeros(self) -> Mapping[str, float]:
        """Metric -> the value that counts 0; not of those that count instead of others where they have a value."""
        return MappingProxyType({term.metric: term.zero for term in self._terms})

    def with_weights(self, weights: Mapping[str, float]) -> Recipe:
        """The recipe with other weights for these metrics; the same recipe if nothing changes.

        Raises:
            UnknownName: a metric is not in it.
            UsageError: as in the class.
        """
        for metric in weights:
            if metric not in self.weights:
                raise UnknownName("metric", metric, self.metrics, hint=f"of the recipe {self.name}")
        if all(self.weights[metric] == weight for metric, weight in weights.items()):
            return self
        groups = tuple(
            replace(
                group,
                terms=tuple(
                    replace(term, weight=float(weights.get(term.metric, term.weight))) for term in group.terms
                ),
            )
            for group in self.groups
        )
        return replace(self, groups=groups, has_own_weights=True)

    def missing(self, metrics: Collection[str]) -> tuple[str, ...]:
        """The metrics that count and are not among the given ones.

        Args:
            metrics: names; or metric -> its mean, so that fractions among per cents are missing as well.
        """
        given: Collection[str] = metrics
        if isinstance(metrics, Mapping):
            found = self._in_per_cent(self._row(metrics))
            given = [metric for metric, values in found.items() if not np.isnan(values[0])]
        return tuple(name for name, weight in self.weights.items() if weight and name not in given)

    def total(self, means: Mapping[str, float]) -> float | None:
        """The total from a run's means, by the formula; None if a metric that counts is missing.

        For a recipe that is by clip (see is_by_clip) this is not the board's total: that is a mean of clips' totals.

        Args:
            means: metric -> its mean; NaN is missing.

        >>> halves = (
        ...     Group("a", (Term("sharp"), Term("smooth"))),
        ...     Group("b", (Term("moves", 0, 10),), weight=2.0),
        ... )
        >>> Recipe("mine", 1, "", "", "", halves).total({"sharp": 1.0, "smooth": 0.5, "moves": 2.5})
        50.0
        """
        return _or_none(self._totals(self._parts(self._row(means)))[0])

    def of_rows(self, values: pd.DataFrame) -> tuple[pd.Series[float], pd.DataFrame]:
        """The total of each row, NaN where a metric that counts is missing, and the part of each group that counts.

        Args:
            values: one row per clip, case or run under any index, one column per metric, NaN where there is no value.
        """
        import pandas as pd

        found = values.reindex(columns=list(self.metrics))
        parts_NG = self._parts({metric: found[metric].to_numpy(dtype=np.float64) for metric in self.metrics})
        names = [group.name for group in self._counted]
        totals = pd.Series(self._totals(parts_NG), index=values.index, name=self.name, dtype=np.float64)
        return totals, pd.DataFrame(parts_NG, index=values.index, columns=names)

    @cached_property
    def _terms(self) -> tuple[Term, ...]:
        return tuple(term for group in self.groups for term in group.terms)

    @cached_property
    def _all_terms(self) -> tuple[Term, ...]:
        return (*self._terms, *(group.instead for group in self.groups if group.instead))

    @cached_property
    def _counted(self) -> tuple[Group, ...]:
        return tuple(group for group in self.groups if group.own_weight)

    def _parts(self, values: Mapping[str, Matrix]) -> Matrix:
        """(N, G): the part of each group that counts."""
        in_per_cent = self._in_per_cent(values)
        return np.stack([group.parts(in_per_cent) for group in self._counted], axis=1)

    def _row(self, means: Mapping[str, float]) -> dict[str, Matrix]:
        """Metric -> (1,), its mean, NaN where there is none."""
        return {metric: np.array([means.get(metric, np.nan)]) for metric in self.metrics}

    def _in_per_cent(self, values: Mapping[str, Matrix]) -> Mapping[str, Matrix]:
        """Values in per cent, if the recipe is: fractions times 100, NaN for fractions beside per cents.

        Only a metric whose worst value is above 1 % tells by itself that it is a fraction.
        """
        if not self.is_in_per_cent:
            return values
        counted = [term for term in self._terms if term.weight]
        is_small = {metric: ~(column > 1) for metric, column in values.items()}  # so is NaN, which stays NaN
        are_fractions = np.all([is_small[term.metric] for term in counted], axis=0)
        tells = {term.metric for term in counted if min(term.zero, term.one) > 1}
        lacks = {metric: ~are_fractions & is_small[metric] & (metric in tells) for metric in values}
        whole = {metric: np.where(are_fractions, 100 * column, column) for metric, column in values.items()}
        return {metric: np.where(lacks[metric], np.nan, column) for metric, column in whole.items()}

    def _totals(self, parts_NG: Matrix) -> Matrix:
        """(N,) totals of N rows of parts."""
        weights_G = np.array([group.own_weight for group in self._counted])
        weights_G = weights_G / weights_G.sum()
        if self.combination == "arithmetic":
            return np.asarray(100 * parts_NG @ weights_G)
        totals = 100 * np.prod(parts_NG**weights_G, axis=1)
        return np.where((parts_NG == 0).any(axis=1), 0.0, totals)


def _mean_formula(weighted: list[tuple[float, str]]) -> str:
    """'(a + 0.5·b) / 1.5'; terms of weight 0 are left out."""
    counted = [(weight, text) for weight, text in weighted if weight]
    whole = sum(weight for weight, _ in counted)
    if len(counted) == 1:
        return counted[0][1]
    terms = [text if weight == 1 else f"{weight:g}·{text}" for weight, text in counted]
    added = " + ".join(terms)
    return f"({added})" if whole == 1 else f"({added}) / {whole:g}"


def _or_none(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)
