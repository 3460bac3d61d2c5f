"""The door for metrics: a class here, or behind an entry point of the group `bench.evaluators`, is an evaluator.

@evaluators.add
class Flicker(ClipEvaluator):
    cards = (MetricCard(name="flicker_severe", …), …)

    def look(self, view):
        return view.gray.mean()

    def conclude(self, looks, sample):
        return {"flicker_severe": Value(severe_share(looks))}

A clip is shown to all evaluators frame by frame, and is never in memory whole. An evaluator keeps nothing of a clip in
itself: what `look` returns is all that `conclude` has, so let it be small.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from bench.base.registry import Registry
from bench.base.settings import NoSettings
from bench.base.weights import Weights
from bench.errors import BenchError, NotMeasurable
from bench.evaluators.view import Sample, View
from bench.types import Case, ClipRecord, MetricCard, Value

__all__ = [
    "ClipEvaluator", "Evaluator", "FeatureSet", "Sample", "SetEvaluator", "Values", "View", "add", "or_reason",
    "registry",
]  # fmt: skip

Values: TypeAlias = Mapping[str, "Value | BenchError"]
"""Metric name -> its value, or why there is none: NotMeasurable where the clip has none to give, another error where
something broke. Every metric of the evaluator's cards is there."""

Answers: TypeAlias = Mapping[str, "Value | Exception"]
"""What became of each metric, whatever went wrong."""

R = TypeVar("R")


class Evaluator(ABC):
    """Computes one or more metrics from one pass.

    Attributes:
        name: of the evaluator; `--metrics` takes it and the names of its metrics.
        cards: one a metric.
        Settings: a frozen dataclass; `--metric-set name.field=value` sets one. A metric measured with other than
            the default settings carries them in its name, since it is another metric.
        neutral: settings that change speed or memory but no number, and so stay out of the metrics' names.
        min_frames: of shorter clips nothing can be said: they never reach conclude or features.
        min_side: nor of clips whose width or height is below, in pixels.

    Args:
        settings: an instance of Settings; None for the defaults.
        device: where nets compute.
    """

    name: ClassVar[str]
    cards: ClassVar[tuple[MetricCard, ...]]
    Settings: ClassVar[type[Any]] = NoSettings
    neutral: ClassVar[frozenset[str]] = frozenset()
    min_frames: ClassVar[int] = 1
    min_side: ClassVar[int] = 1

    def __init__(self, settings: Any = None, device: str = "cpu") -> None:
        self.settings = settings if settings is not None else self.Settings()
        self.device = device
        self._is_loaded = False

    def __reduce__(self) -> tuple[type[Evaluator], tuple[Any, str]]:
        """Brought to another process, it is as it was made: nets are loaded there."""
        return type(self), (self.settings, self.device)

    @classmethod
    def entry_name(cls) -> str:
        """The name that the command line uses."""
        return cls.name

    @abstractmethod
    def by_level(self, of_clips: Callable[[ClipEvaluator], R], of_sets: Callable[[SetEvaluator], R]) -> R:
        """What the one of two functions gives that is for evaluators of this kind.

        Args:
            of_clips: called with this evaluator if its metrics are about single clips.
            of_sets: called with it if they are about sets of clips.
        """

    def weights(self) -> tuple[Weights, ...]:
        """The third-party weights that these settings look through; empty for most metrics."""
        return ()

    def load(self) -> None:
        """Brings nets into memory; called once, after the weights are there.

        Raises:
            Unavailable: a package or a file is missing.
        """

    def ready(self) -> None:
        """Loads, the first time."""
        if not self._is_loaded:
            self.load()
            self._is_loaded = True

    def refuse(self, sample: Sample) -> None:
        """Refuses a clip that is too short or too small.

        Raises:
            NotMeasurable: it is.
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
        """What to keep of one frame; small, since a clip may have thousands.

        Raises:
            NotMeasurable: the clip has none of these metrics to give. Whatever is raised, the evaluator sees no more
                of this clip, and the text becomes the reason in each row.
        """

    def applies(self, case: Case, record: ClipRecord) -> bool:
        """Whether these metrics mean anything for such a clip of such a case; if not, there is no row at all."""
        return True


class ClipEvaluator(Evaluator):
    """Metrics of one clip."""

    def by_level(self, of_clips: Callable[[ClipEvaluator], R], of_sets: Callable[[SetEvaluator], R]) -> R:
        return of_clips(self)

    @abstractmethod
    def conclude(self, looks: Sequence[Any], sample: Sample) -> Values:
        """Every metric of the cards, for this clip.

        Args:
            looks: what look gave, one a frame.
            sample: the clip.

        Raises:
            NotMeasurable: none of them can be computed; the text becomes the reason in each row.
        """


@dataclass(frozen=True)
class FeatureSet:
    """Feature vectors of a set of clips.

    Attributes:
        features_ND: (N, D) float64, one row a clip.
        cases: N case ids; clips of one case (its seeds) are resampled together.
    """

    features_ND: NDArray[np.float64]
    cases: tuple[str, ...]


class SetEvaluator(Evaluator):
    """Metrics of a set of clips against the suite's reference clips, by way of one feature vector per clip."""

    def by_level(self, of_clips: Callable[[ClipEvaluator], R], of_sets: Callable[[SetEvaluator], R]) -> R:
        return of_sets(self)

    @abstractmethod
    def features(self, looks: Sequence[Any]) -> NDArray[np.float64]:
        """(D,) float64: what is kept of one clip; stored, so that a set grows without looking at old clips again.

        Args:
            looks: what look gave, one a frame.

        Raises:
            NotMeasurable: too short for the protocol.
        """

    @abstractmethod
    def distance(self, clips: FeatureSet, references: FeatureSet) -> Values:
        """Every metric of the cards, for the set.

        Raises:
            NotMeasurable: too few clips.
        """

    @abstractmethod
    def protocol(self) -> Mapping[str, Any]:
        """Everything that decides features: net, weights, range, resize, frames; JSON-like, names the feature store."""


def of_clips(evaluators: Iterable[Evaluator]) -> list[ClipEvaluator]:
    """Those whose metrics are about single clips, in their order."""
    found = (each.by_level(of_clips=lambda clip: [clip], of_sets=lambda _: []) for each in evaluators)
    return [evaluator for some in found for evaluator in some]


def or_reason(
    names: Sequence[str], values: Callable[[], Mapping[str, Value | NotMeasurable]]
) -> dict[str, Value | NotMeasurable]:
    """Several metrics that stand or fall together: their values, or for each of them why there are none."""
    try:
        return dict(values())
    except NotMeasurable as reason:
        return dict.fromkeys(names, reason)


def all_failed(evaluator: Evaluator, error: Exception) -> Answers:
    """The answer of an evaluator that has none: the same reason for each of its metrics."""
    return dict.fromkeys((card.name for card in evaluator.cards), error)


registry: Registry[Evaluator] = Registry("evaluator", package="bench.evaluators")
add = registry.add
