"""Does what should stay as the image is stay, and does the rest do anything."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench import evaluators
from bench.errors import NotMeasurable
from bench.evaluators.signals import similarity
from bench.evaluators.view import Sample, View
from bench.types import Case, ClipRecord, Image, MetricCard, Plane, Value

_KEPT = "where the case's keep mask is white"
_INPUT = "the input image, brought to the clip's size as the model was given it"


@dataclass(frozen=True)
class Look:
    """One frame against the input image; None where a part has no pixel.

    Attributes:
        square: mean squared difference of the kept part, over its pixels and the three colours.
        kept, free: mean absolute difference of gray, of the kept part and of the rest.
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
            definition=f"10 log10(255² / mean squared difference) of the clip and {_INPUT}, over the pixels {_KEPT}, "
            "the three colours and all frames; at most 100, which a part that stays exactly gets. The mask is brought "
            "to the clip's size like the image and cut at half white.",
            source="Own; PSNR as usual, on sRGB bytes. The frames' errors are averaged before the logarithm, so that "
            "one untouched frame does not outweigh all others.",
            blind_to="Where in the part the difference is and whether one sees it: a change of exposure costs as much "
            "as a wrong shape. The rest of the frame: a frozen clip is perfect.",
            series="PSNR of each frame's kept part, dB: T values",
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
            "case's keep mask is black and all frames: does the rest do anything.",
            source="Own.", blind_to="What it does: motion, decay and noise all change pixels.",
            series="mean absolute difference of each frame outside the mask: T values",
        ),
        MetricCard(
            name="keep_selectivity", title="Change only where allowed", group="Input image",
            version=1, direction="higher", unit="", low=0.0, high=1.0,
            definition="keep_change_outside / (keep_change + keep_change_outside): 1 where only the rest changes, 0.5 "
            "where mask and rest change alike. Needs a change somewhere.",
            source="Own.",
            blind_to="How much changes: where almost nothing does, this compares the codec's noise inside and outside.",
        ),
    )  # fmt: skip

    def applies(self, case: Case, record: ClipRecord) -> bool:
        return case.keep is not None

    def look(self, view: View) -> Look:
        case, image = view.sample.case, view.sample.input
        if case.keep is None:
            raise NotMeasurable(f"case '{case.id}' has no keep mask")
        regions = image.regions
        return Look(
            square=_mean_square(view.frame, image.pixels, regions.kept),
            kept=_mean_difference(view.gray, image.gray, regions.kept),
            free=_mean_difference(view.gray, image.gray, regions.free),
        )

    def conclude(self, looks: Sequence[Look], sample: Sample) -> evaluators.Values:
        return {
            **evaluators.or_reason(("keep_fidelity", "keep_change"), lambda: kept_values(looks)),
            **evaluators.or_reason(("keep_change_outside",), lambda: free_values(looks)),
            **evaluators.or_reason(("keep_selectivity",), lambda: selectivity_values(looks)),
        }


def kept_values(looks: Sequence[Look]) -> dict[str, Value | NotMeasurable]:
    """Of the part that should stay.

    Raises:
        NotMeasurable: there is none.
    """
    squares = kept_part(look.square for look in looks)
    return {
        "keep_fidelity": Value(decibels(squares.mean()), tuple(decibels(each) for each in squares)),
        "keep_change": Value(float(kept_part(look.kept for look in looks).mean())),
    }


def free_values(looks: Sequence[Look]) -> dict[str, Value | NotMeasurable]:
    """Of the rest.

    Raises:
        NotMeasurable: there is none.
    """
    change = free_part(look.free for look in looks)
    return {"keep_change_outside": Value(float(change.mean()), tuple(change.tolist()))}


def selectivity_values(looks: Sequence[Look]) -> dict[str, Value | NotMeasurable]:
    """How much of the change is outside.

    Raises:
        NotMeasurable: a part is missing, or nothing changes.
    """
    kept = float(kept_part(look.kept for look in looks).mean())
    free = float(free_part(look.free for look in looks).mean())
    if kept + free == 0:
        raise NotMeasurable("nothing differs from the input image, inside the keep mask or outside")
    return {"keep_selectivity": Value(free / (kept + free))}


def kept_part(values: Iterable[float | None]) -> NDArray[np.float64]:
    """(T,) what the frames say of the part that should stay."""
    return _all_there(values, "the keep mask has no white on the frame: nothing should stay")


def free_part(values: Iterable[float | None]) -> NDArray[np.float64]:
    """(T,) what the frames say of the rest."""
    return _all_there(values, "the keep mask has no black on the frame: nothing may change")


def decibels(square: float) -> float:
    """PSNR of a mean squared difference of bytes; in [0, 100], 100 for none and for whatever lies above."""
    peak = similarity.MAX_PSNR
    return min(peak, 10 * math.log10(255**2 / square)) if square else peak


def _all_there(values: Iterable[float | None], reason: str) -> NDArray[np.float64]:
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
