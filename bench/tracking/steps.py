"""The training step that a label names, and the curve that it is a point of."""

from __future__ import annotations

import re
from dataclasses import dataclass

NAMED = re.compile(
    r"[@+_ -]*(?<![a-z])(?:global[-_ ]?step|step|checkpoint|ckpt|iter(?:ation)?|epoch)s?[-_= ]?(\d+)(?!\d)",
    re.IGNORECASE,
)
"""As diffusers' trainings (checkpoint-500), DeepSpeed (global_step500) and people name their folders."""


@dataclass(frozen=True)
class Point:
    """A place on a curve.

    Attributes:
        curve: what the labels of all its points have in common.
        step: of the training; None where nothing names one.
    """

    curve: str
    step: int | None


def point(label: str) -> Point:
    """The point of a run's label; the last step that it names counts.

    >>> point("svd@step-2000"), point("svd@lora-checkpoint-500-0.8"), point("svd")
    (Point(curve='svd', step=2000), Point(curve='svd@lora-0.8', step=500), Point(curve='svd', step=None))
    """
    found = list(NAMED.finditer(label))
    if not found:
        return Point(label, None)
    last = found[-1]
    curve = (label[: last.start()] + label[last.end() :]).strip(" @+_-")
    return Point(curve or "clips", int(last[1]))
