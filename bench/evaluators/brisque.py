"""How natural frames look by themselves, as BRISQUE judges, and how that changes along the clip."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench import evaluators
from bench.base.weights import Weights
from bench.evaluators.nets import brisque
from bench.evaluators.view import AT_CLIP_SIZE, Sample, View
from bench.types import MetricCard, Value

LAST = 0.25
"""Share of the frames, at least one, that the drift looks at."""

_RULE = (
    "BRISQUE: shapes and spreads of the distributions of local contrast and of products of neighbouring contrasts, in "
    "gray at full and at half size (36 numbers), judged by a support vector machine that was taught people's "
    "opinions of distorted photographs; 0 is undistorted, 100 very distorted, less and more are possible."
)
_SOURCE = (
    "Mittal, Moorthy, Bovik 2012; support vectors of PyPI's brisque 0.2.0 (Apache-2.0), with whose scores of "
    "photographs ours agree to 1e-8 where nothing is flat."
)
_BLIND = (
    "Noise of up to four levels counts as better, by up to 6, and only that of sixteen as much worse (18 to 21); "
    "H.264 counts from crf 28 on. Black bars count as damage (4 to 21). Everything that moves, flickers or jumps; what "
    "is shown, and whether it is possible: warped and torn pictures have natural contrasts. A wide aperture or fog is "
    "blur to it."
)


@evaluators.add
class Brisque(evaluators.ClipEvaluator):
    """BRISQUE of every frame: the level, and how far the end of the clip is from the input image.

    >>> looks = [
    ...     (20.0, 18.0),
    ...     (22.0, None),
    ...     (24.0, None),
    ...     (30.0, None),
    ... ]  # frames, and with the first the input image
    >>> {name: found.value for name, found in Brisque().conclude(looks, sample=None).items()}
    {'brisque': 24.0, 'brisque_drift': 12.0}
    """

    name = "brisque"
    opt_in = True  # it takes as long as all metrics that need no weights
    min_side = brisque.MIN_SIDE
    cards = (
        MetricCard(
            name="brisque", title="Unnaturalness (BRISQUE)", group="Consistency",
            version=1, direction="lower", unit="", low=None, high=None,
            definition=f"Mean over frames. {_RULE}",
            source=_SOURCE,
            blind_to="Sound clips of different content differ by as much as blur of 1 pixel makes (standard deviation "
            "9 to 17), and half the size changes rendered scenes by 17: compare it on equal images of one size. "
            f"{_BLIND}",
            series="BRISQUE of each frame: T values",
            depends=("pixels", "codec", "letterbox"),
            shows=("blur", "compression"),
            ignores=("brightness_flicker", "local_flicker", "jitter", "swap", "freeze", "duplicate", "colour_drift"),
        ),
        MetricCard(
            name="brisque_drift", title="Unnaturalness drift (BRISQUE)", group="Consistency",
            version=1, direction="lower", unit="", low=None, high=None,
            definition="Mean of the last quarter of the frames, at least one, less that of the input image, "
            f"{AT_CLIP_SIZE}. {_RULE}",
            source=f"Own, on BRISQUE: {_SOURCE}",
            blind_to=f"Blur that belongs to a fast motion or another focus counts as loss. {_BLIND}",
            depends=("codec", "letterbox"),
            shows=("blur", "compression"),
            ignores=("brightness_flicker", "local_flicker", "jitter", "swap", "freeze", "duplicate", "colour_drift"),
        ),
    )  # fmt: skip

    def weights(self) -> tuple[Weights, ...]:
        return (brisque.VECTORS, brisque.RANGES)

    def load(self) -> None:
        self._machine = brisque.loaded()

    def look(self, view: View) -> tuple[float, float | None]:
        """BRISQUE of the frame; with frame 0 also that of the input image."""
        given = self._machine.score(view.sample.input.pixels) if view.t == 0 else None
        return self._machine.score(view.frame), given

    def conclude(self, scores: Sequence[tuple[float, float | None]], sample: Sample) -> evaluators.Values:
        series, given = np.array([score for score, _ in scores]), scores[0][1]
        assert given is not None
        last = series[-max(1, round(LAST * len(series))) :]
        return {
            "brisque": evaluators.mean_value(series),
            "brisque_drift": Value(float(last.mean()) - given),
        }
