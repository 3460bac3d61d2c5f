"""What the evaluators of Fréchet and kernel distances share: which frames they use, three cards, both distances.

Each of them adds its features: what is kept of a frame, the vector of a clip, and the words for both.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

import numpy as np
from annotated_types import Ge
from numpy.typing import NDArray

from bench import evaluators
from bench.errors import BenchError, NotMeasurable
from bench.evaluators.view import Sample, View
from bench.media import clip_view
from bench.statistics import feature_sets, frechet, mmd
from bench.types import Frames, Image, MetricCard

__all__ = ["SERIES", "FrechetEvaluator", "WindowEvaluator", "WindowSettings", "distance_cards"]

SERIES = f"the distance without each of up to {feature_sets.GROUPS} groups of cases in turn: by these, runs are ranked"
_AROUND_0 = "Around 0, and below it too, where clips and references look alike."


def distance_cards(
    card: MetricCard, kernel_title: str, dimensions: int, ddof: int
) -> tuple[MetricCard, MetricCard, MetricCard]:
    """The cards of the plain Fréchet distance, of its debiased twin, and of the kernel distance.

    Args:
        card: of the plain distance, except that `definition` says only what the features are, `source` and `blind_to`
            what holds for all three, and `is_lead` whether the debiased distance leads its group.
        kernel_title: title of the kernel distance, whose name is the plain one's with kvd in place of fvd.
        dimensions: length of the feature vectors.
        ddof: of the plain distance; see FrechetEvaluator.
    """
    card = replace(card, series=SERIES)
    debiased = replace(
        card, name=f"{card.name}_debiased", title=f"{card.title}, debiased", low=None, is_main=True,
        definition=f"{card.name} without the bias of few clips: mean distance (ddof 1) between clips of one half of "
        "the cases and references of the other, minus that between halves of the same kind, over "
        f"{frechet.SPLITS} random halvings. {_AROUND_0} {card.definition}",
        source=f"{card.source} Correction and interval are ours: bench.statistics.frechet.frechet_debiased. Papers "
        "report plain values.",
        blind_to=f"{card.blind_to} Too low where clips and references differ much in variety and clips are few, hence "
        "the long upper end of its interval.",
    )  # fmt: skip
    kernel = replace(
        card, name=_kernel_name(card.name), title=kernel_title, low=None, is_main=False, is_lead=False,
        definition="Squared maximum mean discrepancy between the features of clips and of references, under the "
        f"kernel (x · y / {dimensions} + 1)³: unbiased, over pairs of different cases. {_AROUND_0} {card.definition}",
        source=f"{card.source} Kernel of Bińkowski et al. 2018, arXiv 1801.01401; estimator and interval are ours: "
        "bench.statistics.mmd.kernel_distance. Papers average over random subsets and pair a clip with its own "
        "reference too.",
        blind_to=f"{card.blind_to} Its unit is a cube of many features: read it beside its interval.",
    )  # fmt: skip
    plain = replace(
        card, is_lead=False,
        definition=f"Fréchet distance between the features of clips and of references (ddof {ddof}). {card.definition}",
        blind_to=f"{card.blind_to} It falls as clips are added: compare equal numbers of clips only.",
    )  # fmt: skip
    return plain, debiased, kernel


@dataclass(frozen=True)
class WindowSettings:
    """Which frames of a clip are used; anything but the default is another protocol.

    Attributes:
        frames: how many, from the start of each clip.
        fps: frames per second at which they are taken, in whole steps; None for the clip's own rate.
    """

    frames: Annotated[int, Ge(2)] = 16
    fps: Annotated[int, Ge(1)] | None = None


class WindowEvaluator(evaluators.SetEvaluator):
    """A metric of sets on features of the clips' first frames, at their own rate or at another.

    Settings are WindowSettings.

    Attributes:
        fewest_frames: the least that `frames` may be.
    """

    fewest_frames: ClassVar[int] = 2

    @abstractmethod
    def prepared(self, frame: Image) -> Image:
        """What is kept of an (H, W, 3) uint8 sRGB frame: no view of it, which would keep all of it in memory."""

    @abstractmethod
    def vector(self, prepared: Frames) -> NDArray[np.float64]:
        """(D,) features of a clip, of its first frames as prepared."""

    @abstractmethod
    def representation(self) -> Mapping[str, Any]:
        """All that decides features besides which frames are used; see protocol."""

    def look(self, view: View) -> Image | None:
        taken, between = divmod(view.t, self._step(view.sample.fps))
        return None if between or taken >= self.settings.frames else self.prepared(view.frame)

    def refuse(self, sample: Sample) -> None:
        super().refuse(sample)
        self._step(sample.fps)  # the true rate, which files with uneven frames do not state

    def features(self, looks: Sequence[Image | None]) -> NDArray[np.float64]:
        taken = [each for each in looks if each is not None]
        self._refuse_short(len(taken))
        vector = self.vector(np.stack(taken))
        if not np.isfinite(vector).all():
            raise BenchError(f"the network of {self.name} gave NaN or infinity")
        return vector

    def protocol(self) -> Mapping[str, Any]:
        fps = self.settings.fps
        return {
            **self.representation(),
            "frames": self.settings.frames,
            "stride": f"whole steps to {fps} fps" if fps else 1,
            "clip": "first frames",
        }

    def _step(self, fps: float) -> int:
        """Every so many frames of a clip of this rate one is taken.

        Raises:
            NotMeasurable: no whole step leads to the rate that the settings ask for.
        """
        return clip_view.whole_step(fps, self.settings.fps) if self.settings.fps else 1

    def _refuse_short(self, frames: int) -> None:
        """Refuses, never pads: a clip whose last frame is repeated is a frozen one, which multiplies the distance."""
        if frames >= self.settings.frames:
            return
        at_rate = f" at {self.settings.fps} fps" if self.settings.fps else ""
        wanted = (
            f"clip has {frames} frame{'s' * (frames != 1)}{at_rate}, {self.name} looks at "
            f"{self.settings.frames}"
        )
        if frames < self.fewest_frames:
            raise NotMeasurable(
                f"{wanted}, and its features need {self.fewest_frames} at least: make longer clips"
            )
        raise NotMeasurable(
            f"{wanted}: --metric-set {self.name}.frames={frames} measures another protocol under its own name"
        )


class FrechetEvaluator(WindowEvaluator):
    """Distances between a set of clips and the suite's reference clips.

    Attributes:
        ddof: of the plain distance: 1 divides covariances by N - 1, 0 by N.
        floor: the least standard deviation that a feature is divided by; None where features are compared as they are.
    """

    ddof: ClassVar[int] = 1
    floor: ClassVar[float | None] = None

    def distance(self, clips: evaluators.FeatureSet, references: evaluators.FeatureSet) -> evaluators.Values:
        x_ND, y_MD = clips.features_ND, references.features_ND
        if self.floor is not None:
            x_ND, y_MD = feature_sets.standardised(x_ND, y_MD, self.floor)
        sets = x_ND, y_MD, clips.cases, references.cases
        return {
            **frechet.frechet_values(self.name, *sets, ddof=self.ddof),
            _kernel_name(self.name): mmd.kernel_value(*sets),
        }


def _kernel_name(name: str) -> str:
    """'kvd_lite0' of 'fvd_lite0', 'cd_kvd' of 'cd_fvd'."""
    return name.replace("fvd", "kvd")
