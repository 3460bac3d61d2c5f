"""Whether what should stay as the image is stays so, and whether the rest does anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench import evaluators
from bench.errors import NotMeasurable
from bench.evaluators.signals import similarity
from bench.evaluators.view import AT_CLIP_SIZE, Sample, View
from bench.types import Case, ClipRecord, Image, MetricCard, Plane, Value

_KEPT = "where the case's keep mask is white"
_INPUT = f"the input image, {AT_CLIP_SIZE}"


@dataclass(frozen=True)
class RegionChange:
    """How one frame differs from the input image; None for a region without pixels.

    Attributes:
        square: mean squared difference in the kept region, over its pixels and the three colours.
        kept, free: mean absolute difference of gray, in the kept region and in the rest.
    """

    square: float | None
    kept: float | None
    free: float | None


@evaluators.add
class Keep(evaluators.ClipEvaluator):
    """Change against the input image inside and outside the keep mask; only for cases that have one."""

    name = "keep"
    cards = (
        MetricCard(
            name="keep_fidelity", title="Kept region is kept", group="Input image", is_lead=True,
            version=1, direction="higher", unit="dB", low=0.0, high=similarity.MAX_PSNR,
            is_main=True,
            definition=f"{similarity.PSNR_IS} of the clip and {_INPUT}, over the pixels {_KEPT}, "
            "the three colours and all frames; at most 100, which a region that stays exactly gets. The mask is "
            "brought to the clip's size like the image and cut at half white.",
            source="Own; PSNR as usual, on sRGB bytes. The frames' errors are averaged before the logarithm, so that "
            "one untouched frame does not outweigh all others.",
            blind_to="Where in the region the difference is and whether it is visible: a change of exposure costs as "
            "much as a wrong shape. The rest of the frame: a frozen clip is perfect.",
            series="PSNR of each frame's kept region, dB: T values",
        ),
        MetricCard(
            name="keep_change", title="Change inside the kept region", group="Input image",
            version=1, direction="lower", unit="gray levels", low=0.0, high=255.0,
            definition=f"Mean absolute difference of gray (BT.601) of the clip and {_INPUT}, over the pixels {_KEPT} "
            "and all frames.",
            source="Own.", blind_to="Wrong colours of equal gray. A frozen clip is perfect.",
        ),
        MetricCard(
            name="keep_change_outside", title="Change outside the kept region", group="Input image",
            version=1, direction="none", unit="gray levels", low=0.0, high=255.0,
            definition=f"Mean absolute difference of gray (BT.601) of the clip and {_INPUT}, over the pixels where the "
            "case's keep mask is black and all frames.",
            source="Own.", blind_to="What changes: motion, decay and noise all change pixels.",
            series="mean absolute difference of each frame outside the mask: T values",
        ),
        MetricCard(
            name="keep_selectivity", title="Change only where allowed", group="Input image",
            version=1, direction="higher", unit="", low=0.0, high=1.0,
            depends=("seconds", "codec", "letterbox"),
            definition="keep_change_outside / (keep_change + keep_change_outside): 1 where only the rest changes, 0.5 "
            "where both regions change alike. Needs a change somewhere.",
            source="Own.",
            blind_to="How much changes: where almost nothing does, this compares the codec's noise inside and outside.",
        ),
    )  # fmt: skip

    def applies(self, case: Case, record: ClipRecord) -> bool:
        return case.keep is not None

    def look(self, view: View) -> RegionChange:
        case, image = view.sample.case, view.sample.input
        if case.keep is None:
            raise NotMeasurable(f"case '{case.id}' has no keep mask")
        regions = image.regions
        return RegionChange(
            square=_mean_square(view.frame, image.pixels, regions.kept),
            kept=_mean_difference(view.gray, image.gray, regions.kept),
            free=_mean_difference(view.gray, image.gray, regions.free),
        )

    def conclude(self, changes: Sequence[RegionChange], sample: Sample) -> evaluators.Values:
        squares, kept, free = (
            [getattr(each, name) for each in changes] for name in ("square", "kept", "free")
        )
        return {
            "keep_fidelity": evaluators.value_or_reason(lambda: fidelity(_kept(squares))),
            "keep_change": evaluators.value_or_reason(lambda: float(_kept(kept).mean())),
            "keep_change_outside": evaluators.value_or_reason(lambda: evaluators.mean_value(_free(free))),
            "keep_selectivity": evaluators.value_or_reason(
                lambda: selectivity(float(_kept(kept).mean()), float(_free(free).mean()))
            ),
        }


def fidelity(squares: NDArray[np.float64]) -> Value:
    """PSNR in dB over all frames, of (T,) mean squared differences of one region; the series has each frame's.

    >>> fidelity(np.array([0.0, 2 * 25.5**2]))
    Value(value=20.0, series=(100.0, 16.989700043360187), low=None, high=None, n=None)
    """
    series = tuple(similarity.decibels(square) for square in squares.tolist())
    return Value(similarity.decibels(float(squares.mean())), series)


def selectivity(kept: float, free: float) -> float:
    """The share of all change that is outside the kept region, of two mean differences.

    >>> selectivity(kept=2.0, free=6.0)
    0.75

    Raises:
        NotMeasurable: nothing changes.
    """
    if kept + free == 0:
        raise NotMeasurable("nothing differs from the input image, inside the keep mask or outside")
    return free / (kept + free)


def _kept(values: Iterable[float | None]) -> NDArray[np.float64]:
    return _all_there(values, "the keep mask has no white on the frame: nothing should stay")


def _free(values: Iterable[float | None]) -> NDArray[np.float64]:
    return _all_there(values, "the keep mask has no black on the frame: nothing may change")


def _all_there(values: Iterable[float | None], reason: str) -> NDArray[np.float64]:
    """(T,) values of a region; all are None where it has no pixels.

    Raises:
        NotMeasurable: it has none, with this reason.
    """
    there = [value for value in values if value is not None]
    if not there:
        raise NotMeasurable(reason)
    return np.array(there)


def _mean_square(a: Image, b: Image, part: Plane) -> float | None:
    import cv2

    count = cv2.countNonZero(part)
    return float(cv2.norm(a, b, cv2.NORM_L2SQR, part)) / (3 * count) if count else None


def _mean_difference(a: Plane, b: Plane, part: Plane) -> float | None:
    import cv2

    return float(cv2.mean(cv2.absdiff(a, b), part)[0]) if cv2.countNonZero(part) else None
