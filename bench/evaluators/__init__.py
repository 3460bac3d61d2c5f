"""The door for metrics: a class here, or behind an entry point of the group `bench.evaluators`, is an evaluator.

Authors of metrics import from here what `__all__` names; `catalogue` tells what is known of every metric. Evaluators
know `signals`, `nets`, `bench.media` and the types, and not each other.

@evaluators.add
class Flicker(ClipEvaluator):
    cards = (MetricCard(name="flicker_severe", …), …)

    def look(self, view):
        return view.gray.mean()

    def conclude(self, looks, sample):
        return {"flicker_severe": Value(severe_share(looks))}

A clip is shown to all evaluators frame by frame and is never in memory as a whole. An evaluator stores nothing about a
clip in itself: `conclude` has only what `look` returned, one small record per frame.

Lives here: one file per evaluator; `view` (what an evaluator sees of a frame), `frechet` (what evaluators of sets
share), `signals` (arithmetic), `nets` (networks with their weights) and `catalogue` (all cards). Authors of metrics
import `add`, `ClipEvaluator`, `SetEvaluator`, `View`, `Sample`, `mean_value`, `value_or_reason` and `or_reason` from
here. Knows `media`, `base`, `statistics` and `types`; no model, suite or run.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from bench.base import packages
from bench.base.registry import Registry
from bench.base.settings import NoSettings
from bench.base.weights import Weights
from bench.errors import BenchError, NotMeasurable, UsageError
from bench.evaluators.view import Sample, View
from bench.types import Case, ClipRecord, MetricCard, Value

__all__ = [
    "ClipEvaluator", "Evaluator", "FeatureSet", "Sample", "SetEvaluator", "Values", "View", "add", "mean_value",
    "or_reason", "registry", "value_or_reason",
]  # fmt: skip

Values: TypeAlias = Mapping[str, "Value | BenchError"]
"""Metric name -> its value, or why there is none: NotMeasurable where the clip cannot have one, another error where
something broke. It has a key for every metric on the evaluator's cards."""

Answers: TypeAlias = Mapping[str, "Value | Exception"]
"""Metric name -> its value, or whatever error there was instead."""

R = TypeVar("R")


class Evaluator(ABC):
    """Computes one or more metrics from one pass.

    Attributes:
        name: the evaluator's name; `--metrics` takes it, and the names of its metrics.
        cards: one per metric.
        Settings: a frozen dataclass; `--metric-set name.field=value` sets a field. A metric measured with other than
            the default settings carries them in its name, since it is another metric.
        neutral: settings that change speed or memory but no number, and so stay out of the metrics' names.
        packages: that load imports and only an extra installs, as the package index calls them.
        opt_in: whether it is left out unless it, or a metric of it, is asked for by name, or by cases of the suite: its
            weights have terms, or each clip costs much time or money.
        min_frames: shorter clips are refused before conclude or features is called.
        min_side: so are clips whose width or height is smaller, in pixels.

    Args:
        settings: an instance of Settings; None for the defaults.
        device: where networks run: 'cpu', 'cuda:0', 'mps'.
    """

    name: ClassVar[str]
    cards: ClassVar[tuple[MetricCard, ...]]
    Settings: ClassVar[type[Any]] = NoSettings
    neutral: ClassVar[frozenset[str]] = frozenset()
    packages: ClassVar[tuple[str, ...]] = ()
    opt_in: ClassVar[bool] = False
    min_frames: ClassVar[int] = 1
    min_side: ClassVar[int] = 1

    def __init__(self, settings: Any = None, device: str = "cpu") -> None:
        self.settings = settings if settings is not None else self.Settings()
        self.device = device
        self._is_loaded = False

    def __reduce__(self) -> tuple[type[Evaluator], tuple[Any, str]]:
        """An evaluator is sent to another process as its settings and device; networks are loaded there."""
        return type(self), (self.settings, self.device)

    @classmethod
    def entry_name(cls) -> str:
        """The name that the command line uses."""
        return cls.name

    @abstractmethod
    def by_level(self, of_clips: Callable[[ClipEvaluator], R], of_sets: Callable[[SetEvaluator], R]) -> R:
        """The result of one of two functions, the one for evaluators of this kind.

        Args:
            of_clips: called with this evaluator if its metrics are about single clips.
            of_sets: called with it if they are about sets of clips.
        """

    def weights(self) -> tuple[Weights, ...]:
        """The third-party weights that these settings need; empty for most metrics."""
        return ()

    def check(self) -> None:
        """Refuses to work on this machine, before anything is loaded: beside packages and weights, nothing by default.

        Raises:
            Unavailable: what is missing.
        """

    def marks(self) -> tuple[str, ...]:
        """What else decides the numbers and goes into the metrics' version: digests of texts, or of a user's folder."""
        return ()

    def load(self) -> None:
        """Loads networks into memory; called once, when the weights are on disk.

        Raises:
            Unavailable: a package or a file is missing.
        """

    def ready(self) -> None:
        """Calls load, the first time."""
        if not self._is_loaded:
            with packages.explained():
                self.load()
            self._is_loaded = True

    def refuse(self, sample: Sample) -> None:
        """Refuses a clip that is too short or too small.

        Raises:
            NotMeasurable: it has fewer than min_frames frames, or a side below min_side.
        """
        if sample.num_frames < self.min_frames:
            frames = f"{sample.num_frames} frame{'s' * (sample.num_frames != 1)}"
            raise NotMeasurable(f"clip has {frames}, {self.name} needs {self.min_frames}")
        if min(sample.width, sample.height) < self.min_side:
            size, side = f"{sample.width} x {sample.height}", self.min_side
            raise NotMeasurable(
                f"frames are {size} pixels, {self.name} needs {side} x {side}: use larger frames"
            )

    def look(self, view: View) -> Any:
        """What to keep of one frame: a small record, since a clip may have thousands of frames.

        Raises:
            NotMeasurable: none of the metrics applies to the clip. After any exception the evaluator is shown no more
                of this clip, and the text becomes the reason in each row.
        """

    def condensed(self, looks: Sequence[Any]) -> list[Any]:
        """The same looks, smaller: asked for now and then while a clip is shown, so that a long one fits in memory.

        Args:
            looks: what look returned, one per frame so far; the first ones may be condensed already.
        """
        return list(looks)

    def applies(self, case: Case, record: ClipRecord) -> bool:
        """Whether these metrics mean anything for this clip of this case; if not, it gets no rows."""
        return True


class ClipEvaluator(Evaluator):
    """Metrics of one clip."""

    def by_level(self, of_clips: Callable[[ClipEvaluator], R], of_sets: Callable[[SetEvaluator], R]) -> R:
        return of_clips(self)

    @abstractmethod
    def conclude(self, looks: Sequence[Any], sample: Sample) -> Values:
        """Every metric of the cards, for this clip.

        Args:
            looks: what look returned, one per frame; an evaluator may give the parameter a better name.
            sample: the clip.

        Returns:
            Metric name -> its value, or the error that says why it has none.

        Raises:
            NotMeasurable: none of them can be computed; the text becomes the reason in each row.
        """


@dataclass(frozen=True)
class FeatureSet:
    """Feature vectors of a set of clips.

    Attributes:
        features_ND: (N, D) float64, one row per clip.
        cases: N case ids; clips of one case (its seeds) are resampled together.
    """

    features_ND: NDArray[np.float64]
    cases: tuple[str, ...]

    def without(self, left_out: Collection[str]) -> FeatureSet:
        """The same without some cases."""
        stays = np.array([case not in left_out for case in self.cases], dtype=bool)
        return FeatureSet(self.features_ND[stays], tuple(c for c in self.cases if c not in left_out))


class SetEvaluator(Evaluator):
    """Metrics of a set of clips against the suite's reference clips, from one feature vector per clip."""

    def by_level(self, of_clips: Callable[[ClipEvaluator], R], of_sets: Callable[[SetEvaluator], R]) -> R:
        return of_sets(self)

    @abstractmethod
    def features(self, looks: Sequence[Any]) -> NDArray[np.float64]:
        """(D,) float64: the clip's features; they are stored, so that a set can grow without reading old clips again.

        Args:
            looks: what look returned, one per frame.

        Raises:
            NotMeasurable: the clip is too short for the protocol.
        """

    @abstractmethod
    def distance(self, clips: FeatureSet, references: FeatureSet) -> Values:
        """Every metric of the cards, for the set.

        Raises:
            NotMeasurable: there are too few clips or references.
        """

    @abstractmethod
    def protocol(self) -> Mapping[str, Any]:
        """Everything that decides the features: network, weights, range, resize, frames; JSON-like.

        Its digest names the store of features, so another protocol never reads old features.
        """


def of_clips(evaluators: Iterable[Evaluator]) -> list[ClipEvaluator]:
    """Those whose metrics are about single clips, in their order."""
    found = (each.by_level(of_clips=lambda clip: [clip], of_sets=lambda _: []) for each in evaluators)
    return [evaluator for some in found for evaluator in some]


def or_reason(
    names: Sequence[str], values: Callable[[], Mapping[str, Value | NotMeasurable]]
) -> dict[str, Value | NotMeasurable]:
    """The values of several metrics that are measurable together or not at all.

    Args:
        names: of the metrics.
        values: called once; gives a value for each name.

    Returns:
        What values gave; where it raised NotMeasurable, that error for every name.
    """
    try:
        return dict(values())
    except NotMeasurable as reason:
        return dict.fromkeys(names, reason)


def value_or_reason(value: Callable[[], float | Value]) -> Value | NotMeasurable:
    """The number that a function gives, as a metric's value; the error itself where it raises NotMeasurable."""
    try:
        found = value()
    except NotMeasurable as reason:
        return reason
    return found if isinstance(found, Value) else Value(float(found))


def mean_value(series: Sequence[float] | NDArray[np.float64]) -> Value:
    """The mean of a series as a metric's value, with the series.

    >>> mean_value([1.0, 2.0, 6.0])
    Value(value=3.0, series=(1.0, 2.0, 6.0), low=None, high=None, n=None)
    """
    numbers = np.asarray(series, dtype=np.float64)
    return Value(float(numbers.mean()), series=tuple(numbers.tolist()))


def all_failed(evaluator: Evaluator, error: Exception) -> Answers:
    """The same error for each of an evaluator's metrics."""
    return dict.fromkeys((card.name for card in evaluator.cards), error)


def _names_of_metrics(cls: type[Evaluator]) -> list[str]:
    """Names of an evaluator's metrics; the evaluator may be a plug-in's.

    Raises:
        UsageError: it has no cards.
    """
    cards = tuple(cls.cards)
    if not cards or not all(isinstance(card, MetricCard) for card in cards):
        raise UsageError(f"cards is a tuple of MetricCards, not {cls.cards!r:.80}")
    return [card.name for card in cards]


registry: Registry[Evaluator] = Registry("evaluator", package="bench.evaluators", claims=_names_of_metrics)
add = registry.add


def weights_of(name: str) -> tuple[Weights, ...]:
    """The files of weights that an evaluator needs by default.

    Raises:
        Unavailable: it is a plug-in, and broken.
    """
    cls = registry[name]
    with registry.using(cls):
        return cls().weights()
