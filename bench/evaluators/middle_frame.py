"""What evaluators share that compare odd frames with what a network expects between the even ones around them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from bench import evaluators
from bench.evaluators.view import Sample, View
from bench.types import Image, Value

__all__ = ["MiddleFrameEvaluator", "smoothness"]


class MiddleFrameEvaluator(evaluators.ClipEvaluator):
    """One metric: 100 (255 - mean |difference|) / 255 over odd frames that have a frame after them."""

    min_frames = 3

    @abstractmethod
    def middle(self, before: Image, after: Image) -> Image:
        """(H, W, 3) uint8: the frame that is expected half-way between two of that shape.

        Raises:
            BenchError: the network gave NaN, or memory does not suffice.
        """

    def look(self, view: View) -> float | None:
        """The difference of the frame before from its prediction; None where that one has an even number."""
        view.keep_before()
        if view.t % 2 or view.before is None or view.before.frame_before is None:
            return None
        return _mean_difference(view.before.frame, self.middle(view.before.frame_before, view.frame))

    def conclude(self, differences: Sequence[float | None], sample: Sample) -> evaluators.Values:
        return {self.cards[0].name: smoothness([each for each in differences if each is not None])}


def smoothness(differences: Sequence[float]) -> Value:
    """100 (255 - mean) / 255 of mean absolute differences in [0, 255]; the series has each's.

    >>> smoothness([0.0, 102.0])
    Value(value=80.0, series=(100.0, 60.0), low=None, high=None, n=None)
    """
    return evaluators.mean_value([100 * (255 - each) / 255 for each in differences])


def _mean_difference(a: Image, b: Image) -> float:
    import cv2

    return float(cv2.norm(a, b, cv2.NORM_L1)) / a.size
