"""The door for metrics: a class here, or behind an entry point of the group `bench.evaluators`, is an evaluator.

@evaluators.add
class Flicker(ClipEvaluator):
    cards = (MetricCard(name="flicker_severe", …), …)

    def evaluate(self, sample):
        return {"flicker_severe": Value(severe_share(sample.gray))}
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench import pictures
from bench.errors import BenchError, NotMeasurable
from bench.registry import Registry
from bench.settings import NoSettings
from bench.types import Case, Clip, ClipRecord, Image, MetricCard, Plane, Value
from bench.weights import Weights

Values: TypeAlias = Mapping[str, "Value | BenchError"]
"""Metric name -> its value, or why there is none: NotMeasurable where the clip has none to give, another error where
something broke. Every metric of the evaluator's cards is there."""


@dataclass(frozen=True)
class Sample:
    """A clip with its case, decoded once; what several evaluators look at is computed once.

    Attributes:
        case: image, prompt and what is known to be true.
        clip: the frames.
        record: settings, seconds, and how the input image was fitted.
    """

    case: Case
    clip: Clip
    record: ClipRecord

    @cached_property
    def gray(self) -> Plane:
        """(T, H, W) uint8: see pictures.gray."""
        return pictures.gray(self.clip.frames)

    @cached_property
    def input_image(self) -> Image:
        """(H, W, 3) uint8 sRGB: the case's image at the clip's size, fitted as the model was given it.

        Raises:
            BadImage: it cannot be read.
        """
        return pictures.fit(
            pictures.read(self.case.image), self.clip.width, self.clip.height, self.record.fit
        )

    @cached_property
    def input_gray(self) -> Plane:
        """(H, W) uint8: gray of input_image."""
        return pictures.gray(self.input_image)


class Evaluator(ABC):
    """Computes one or more metrics from one pass.

    Attributes:
        name: of the evaluator; `--metrics` takes it and the names of its metrics.
        cards: one a metric.
        Settings: a frozen dataclass; `--metric-set name.field=value` sets one. A metric measured with other than
            the default settings carries them in its name, since it is another metric.
        neutral: settings that change speed or memory but no number, and so stay out of the metrics' names.
        min_frames: shorter clips get a failure row and never reach evaluate or features.

    Args:
        settings: an instance of Settings; None for the defaults.
        device: where nets compute.
    """

    name: ClassVar[str]
    cards: ClassVar[tuple[MetricCard, ...]]
    Settings: ClassVar[type[Any]] = NoSettings
    neutral: ClassVar[frozenset[str]] = frozenset()
    min_frames: ClassVar[int] = 1

    def __init__(self, settings: Any = None, device: str = "cpu") -> None:
        self.settings = settings if settings is not None else self.Settings()
        self.device = device
        self._is_loaded = False

    @classmethod
    def entry_name(cls) -> str:
        """The name that the command line uses."""
        return cls.name

    def weights(self) -> tuple[Weights, ...]:
        """The third-party weights that these settings look through; empty for most metrics."""
        return ()

    def load(self) -> None:
        """Brings nets into memory; called once, after the weights are there.

        Raises:
            Unavailable: a package or a file is missing.
        """

    def ready(self, clip: Clip) -> None:
        """Loads, the first time, if the clip is long enough.

        Raises:
            NotMeasurable: it is too short.
        """
        if len(clip) < self.min_frames:
            frames = f"{len(clip)} frame{'s' * (len(clip) != 1)}"
            raise NotMeasurable(f"clip has {frames}, {self.name} needs {self.min_frames}")
        if not self._is_loaded:
            self.load()
            self._is_loaded = True

    def applies(self, record: ClipRecord) -> bool:
        """Whether these metrics mean anything for such a clip; if not, there is no row, not even a failure."""
        return True


class ClipEvaluator(Evaluator):
    """Metrics of one clip."""

    @abstractmethod
    def evaluate(self, sample: Sample) -> Values:
        """Every metric of the cards, for this clip.

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
    """Metrics of a set of clips against the suite's reference clips, by way of one feature vector a clip."""

    @abstractmethod
    def features(self, clip: Clip) -> NDArray[np.float64]:
        """(D,) float64: what is kept of one clip; stored, so that a set grows without looking at old clips again.

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


def or_reason(
    names: Sequence[str], values: Callable[[], Mapping[str, Value | NotMeasurable]]
) -> dict[str, Value | NotMeasurable]:
    """Several metrics that stand or fall together: their values, or for each of them why there are none."""
    try:
        return dict(values())
    except NotMeasurable as reason:
        return dict.fromkeys(names, reason)


registry: Registry[Evaluator] = Registry("evaluator", package="bench.evaluators")
add = registry.add
