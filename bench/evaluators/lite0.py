"""Whether frames go on showing what the input image shows, as a network trained on ImageNet sees them.

Pixels of a moving thing differ from frame to frame; what it is does not. The network comes as a Python package, so that
every install has this metric without a download.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bench import evaluators
from bench.base.weights import Weights
from bench.errors import NotMeasurable
from bench.evaluators import nets
from bench.evaluators.nets import efficientnet_lite0
from bench.evaluators.nets.efficientnet_lite0 import EfficientNetLite0
from bench.evaluators.view import AT_CLIP_SIZE, Sample, View
from bench.types import Image, MetricCard, Value

Vector = NDArray[np.float64]

_NET = (
    "EfficientNet-lite0 (ImageNet weights) on the centre square at 224 x 224 (Lanczos, antialias): 1280 numbers, its "
    "last maps averaged over their 7 x 7 places"
)
_SOURCE = (
    "Own, in the manner of CLIP and DINO consistency; the net is that of Tan and Le 2019 in the lite variant."
)
_REAL = (
    "On 31 clips of real footage and of a real model, 1.75 s each, it is 0.88 on average, the lowest 0.56."
)


@evaluators.add
class Lite0(evaluators.ClipEvaluator):
    """Cosines between what a small network sees in frames and in the input image; a still clip has 1."""

    name = "lite0"
    packages = efficientnet_lite0.PACKAGES
    cards = (
        MetricCard(
            name="lite0_to_input", title="Content of the image kept", group="Consistency",
            version=1, direction="higher", unit="", low=-1.0, high=1.0,
            definition=f"Mean over all frames of the cosine between frame and input image, {AT_CLIP_SIZE}. {_NET}. "
            f"{_REAL}",
            source=_SOURCE,
            blind_to="Punishes motion: a frozen clip has 1, and so, nearly, has one that slides. Frames that change "
            "places or repeat, and light that flickers or fades, change it by less than 0.01. A cut to the picture "
            "turned round counts half as much (0.07) as one to a picture of which half is (0.16), and a full dissolve "
            "less than one that is three quarters done. Faces: the net tells kinds of things, not persons. What lies "
            "outside the centre square.",
            series="cosine between each frame and the input image: T values",
            depends=("fps", "codec", "letterbox"),
            shows=("noise", "blur", "compression", "jitter", "fixed_warp", "redrawn_warp", "pan"),
            ignores=("swap",),
        ),
        MetricCard(
            name="lite0_consistency", title="Content kept from frame to frame", group="Consistency",
            version=1, direction="higher", unit="", low=-1.0, high=1.0,
            definition=f"Mean cosine between each frame and the next. {_NET}.",
            source=_SOURCE,
            blind_to="Slow change: every step is small. Blur, a steady warp and drifting colour or exposure hardly "
            "count. Punishes motion: a frozen clip has 1, and repeated frames make it better, by up to 0.02. What lies "
            "outside the centre square.",
            series="cosine between each frame and the next: T - 1 values",
            depends=("fps", "codec"),
            shows=("noise", "jitter", "swap", "redrawn_warp", "morph", "pan"),
            ignores=("colour_drift", "exposure_drift"),
        ),
    )  # fmt: skip

    def weights(self) -> tuple[Weights, ...]:
        return (efficientnet_lite0.WEIGHTS,)

    def load(self) -> None:
        self._net = EfficientNetLite0(self.device)

    def look(self, view: View) -> Vector:
        return self._vector(view.frame)

    def conclude(self, vectors: Sequence[Vector], sample: Sample) -> evaluators.Values:
        given, frames_TE = self._vector(sample.input.pixels), np.stack(vectors)
        return {
            "lite0_to_input": _mean_cosine(frames_TE @ given),
            "lite0_consistency": evaluators.value_or_reason(lambda: consistency(frames_TE)),
        }

    def _vector(self, frame: Image) -> Vector:
        """(1280,), of length 1."""
        with nets.one_thread():
            vector = self._net.pooled(efficientnet_lite0.prepared(frame[None]))[0].astype(np.float64)
        return np.asarray(vector / np.linalg.norm(vector))


def consistency(vectors_TE: Vector) -> Value:
    """The mean cosine between neighbours among T unit vectors.

    Raises:
        NotMeasurable: there is only one.

    >>> consistency(np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])).value
    0.5
    """
    if len(vectors_TE) < 2:
        raise NotMeasurable("clip has 1 frame, lite0_consistency needs 2")
    return _mean_cosine(np.einsum("te,te->t", vectors_TE[:-1], vectors_TE[1:]))


def _mean_cosine(cosines: Vector) -> Value:
    return evaluators.mean_value(np.clip(cosines, -1.0, 1.0))  # rounding can leave 1 + 1e-16
