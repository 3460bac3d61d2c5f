"""How different frames look from the input image, and from one another: LPIPS, the distance most papers print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bench import evaluators
from bench.base.weights import Weights
from bench.errors import BadImage, BenchError, NotMeasurable
from bench.evaluators import nets
from bench.evaluators.nets import lpips
from bench.evaluators.nets.lpips import Lpips as Net
from bench.evaluators.view import AT_CLIP_SIZE, Sample, View
from bench.types import MetricCard, Value

if TYPE_CHECKING:
    import torch

_NET = "LPIPS v0.1 on AlexNet, at the clip's own size: 0 for equal pictures, about 0.7 for unrelated ones."
_SOURCE = "Zhang et al. 2018 (arXiv 1801.03924), equation 1, with the heads of their package and torchvision's AlexNet."
_UNSEEN = "Not run with the real backbone here; equal to PyPI's lpips 0.1.4 on random weights."


class Distances(NamedTuple):
    """LPIPS of one frame to two other pictures.

    Attributes:
        to_input: to the input image, or why there is none.
        to_before: to the frame before; None for frame 0.
    """

    to_input: float | BenchError
    to_before: float | None


@evaluators.add
class Lpips(evaluators.ClipEvaluator):
    """Perceptual distances; a still clip that shows the input image has 0.

    >>> looks = [Distances(0.0, None), Distances(0.25, 0.25), Distances(0.5, 0.75)]  # of three frames
    >>> {name: found.value for name, found in Lpips().conclude(looks, None).items()}
    {'lpips_to_input': 0.25, 'lpips_step': 0.5}
    """

    name = "lpips"
    packages = lpips.PACKAGES
    min_side = lpips.MIN_SIDE
    cards = (
        MetricCard(
            name="lpips_to_input", title="LPIPS to the image", group="Consistency",
            version=1, direction="lower", unit="", low=0.0, high=None,
            definition=f"Mean over all frames of the distance between frame and input image, {AT_CLIP_SIZE}. {_NET} "
            f"{_UNSEEN}",
            source=_SOURCE,
            blind_to="Punishes motion: a frozen clip has 0, and what moves by a few pixels differs. Small "
            "things: it is a mean over the picture.",
            series="distance between each frame and the input image: T values",
        ),
        MetricCard(
            name="lpips_step", title="LPIPS from frame to frame", group="Consistency",
            version=1, direction="lower", unit="", low=0.0, high=None,
            definition=f"Mean distance between each frame and the next. {_NET} {_UNSEEN}",
            source=_SOURCE,
            blind_to="Slow change: every step is small. Punishes motion: a frozen clip has 0.",
            series="distance between each frame and the next: T - 1 values",
        ),
    )  # fmt: skip

    def weights(self) -> tuple[Weights, ...]:
        return (lpips.ALEXNET, lpips.HEADS)

    def load(self) -> None:
        self._net = nets.shared(Net, lpips.ALEXNET, self.device)

    def look(self, view: View) -> Distances:
        frame, given = view.derived(self._vector), view.first.derived(self._input)
        return Distances(
            given if isinstance(given, BenchError) else self._distance(frame, given, view.t),
            self._distance(view.before.derived(self._vector), frame, view.t) if view.before else None,
        )

    def _vector(self, view: View) -> torch.Tensor:
        return self._net.vector(view.frame)

    def _input(self, first: View) -> torch.Tensor | BadImage:
        """The vector of the input image; kept with frame 0, which is at hand for all others."""
        try:
            return self._net.vector(first.sample.input.pixels)
        except BadImage as error:
            return error

    def _distance(self, one: torch.Tensor, other: torch.Tensor, t: int) -> float:
        found = self._net.distance(one, other)
        if not np.isfinite(found):
            raise BenchError(f"the network gave NaN or infinity for frame {t}")
        return found

    def conclude(self, looks: Sequence[Distances], sample: Sample) -> evaluators.Values:
        return {
            "lpips_to_input": _mean_or_reason([each.to_input for each in looks]),
            "lpips_step": evaluators.value_or_reason(
                lambda: _steps([each.to_before for each in looks if each.to_before is not None])
            ),
        }


def _mean_or_reason(distances: Sequence[float | BenchError]) -> Value | BenchError:
    """Their mean; where there is no input image, why."""
    reason = next((each for each in distances if isinstance(each, BenchError)), None)
    return reason or evaluators.mean_value([each for each in distances if not isinstance(each, BenchError)])


def _steps(distances: Sequence[float]) -> Value:
    if not distances:
        raise NotMeasurable("clip has 1 frame, lpips_step needs 2")
    return evaluators.mean_value(distances)
