"""How many different pictures per second a clip shows: frames that repeat or mix their neighbours, and their rhythm.

A clip of 24 frames per second made from 8 different ones shows each of them three times, or fades from each to the
next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench import evaluators
from bench.evaluators.signals import noise_floor, optical_flow
from bench.evaluators.signals.noise_floor import Drift
from bench.evaluators.signals.repeats import blends, change, lattice, pace, repeat_pattern, repeats
from bench.evaluators.view import Sample, View
from bench.types import MetricCard, Plane, Value

_REPEATS = (
    "A step's change is the largest mean |gray difference| over the cells of a 16 x 16 grid (BT.601, uint8). A frame "
    "repeats the one before where the two are equal; or in a run of changes of at most 4 levels, and at most a quarter "
    "of the 90th percentile of all changes, where the changes right before and after the run (at the clip's ends, one "
    "of them) are at least 3 times as large as the largest in it. "
    "Repeats that a codec hid are added where all others keep a rhythm (cadence_period)."
)
_BLIND = (
    "Movement below about a pixel per frame that a codec has skipped or smeared: its repeats cannot be told; blends at "
    "other than a whole multiple of the frame rate (24 to 30), and frames interpolated along motion. A pause that was "
    "asked for, without any grain, counts as repeats."
)


@dataclass(frozen=True)
class CadenceFrame:
    """What is kept of a frame: at most 4 kB.

    Attributes:
        change: since the frame before, gray levels; 0 for frame 0.
        points: (n,) uint8: see lattice.
        drift: how far it has come from frame 0; None for frame 0.
    """

    change: float
    points: Plane
    drift: Drift | None = None


@evaluators.add
class Cadence(evaluators.ClipEvaluator):
    """Share of repeated frames, different frames per second, and their rhythm; not measurable for a still clip."""

    name = "cadence"
    min_frames = 4
    min_side = optical_flow.MIN_SIDE
    cards = (
        MetricCard(
            name="cadence_repeats", title="Repeated frames", group="Motion",
            version=2, direction="lower", unit="", low=0.0, high=1.0, is_main=True,
            depends=("fps", "codec"),
            definition=f"Share of steps onto a frame that repeats the one before. {_REPEATS} Needs 4 frames and "
            f"{noise_floor.MOVES}.",
            source="Own.", blind_to=f"A clip that is still throughout has no value. {_BLIND}",
            series="1 where a frame repeats the one before, else 0: T - 1 values",
            shows=("freeze", "duplicate"), ignores=("pan",),
        ),
        MetricCard(
            name="cadence_blends", title="Blended frames", group="Motion",
            version=2, direction="lower", unit="", low=0.0, high=1.0,
            depends=("fps", "codec"),
            definition="Share of frames, except the first and last, that are a mixture of the two beside them. On a "
            "lattice of at most 64 x 64 gray pixels: the mixture by least squares has at least 15 % of either, and its "
            "remainder (root mean square) is at most a fifth of half the distance between the two, in a run of such "
            "frames that ends at frames with three times the remainder. Blends that a codec hid are added where all "
            "others keep a rhythm (cadence_period). Needs 4 frames and a clip that moves (cadence_repeats).",
            source="Own.", blind_to=f"A clip that is still throughout has no value. {_BLIND}",
            series="1 where a frame is a blend, else 0: T values", ignores=("pan",),
        ),
        MetricCard(
            name="cadence_fps", title="True frame rate", group="Motion",
            version=2, direction="none", unit="frames/s", low=0.0, high=None, is_main=True,
            depends=("fps", "codec"),
            definition="Different frames per second: the clip's frame rate times the new frames (neither repeats nor "
            "blends) after the first new one up to the last, over the steps between those two. Frame 0 does not count. "
            f"{_REPEATS} Blends: see cadence_blends. Needs 2 new frames.",
            source="Own.", blind_to=f"Pauses before the first new frame and after the last. {_BLIND}",
        ),
        MetricCard(
            name="cadence_period", title="Repeat pattern", group="Motion",
            version=2, direction="none", unit="frames", low=0.0, high=None,
            depends=("fps", "codec"),
            definition="Frames after which the order of new frames and others (repeats or blends) recurs, the smallest "
            "such number: 1 where every frame is new, 3 for 8 frames per second shown at 24 (3:1), 5 for film at 30 or "
            "60 (3:2 pulldown). Each of the others in a period must be found three times and in 75 % of its turns, and "
            "nine in ten of the new frames must be found new; 0 where there are others without such a rhythm. Needs 4 "
            "frames and a clip that moves (cadence_repeats).",
            source="Own.", blind_to=f"Rhythms longer than a third of the clip. {_BLIND}",
        ),
    )  # fmt: skip

    def look(self, view: View) -> CadenceFrame:
        if view.before is None:
            return CadenceFrame(0.0, lattice(view.gray))
        return CadenceFrame(change(view.before.gray, view.gray), lattice(view.gray), view.drift)

    def conclude(self, frames: Sequence[CadenceFrame], sample: Sample) -> evaluators.Values:
        noise_floor.refuse_still([frame.drift for frame in frames if frame.drift], sample.diagonal)
        is_repeat = repeat_pattern(repeats(np.array([frame.change for frame in frames[1:]]))).flags
        is_blend = repeat_pattern(blends(np.stack([frame.points for frame in frames]))).flags
        both = repeat_pattern(is_repeat | np.append(is_blend, False))
        return {
            "cadence_repeats": Value(float(is_repeat.mean()), series=_series(is_repeat)),
            "cadence_blends": Value(float(is_blend.mean()), series=(0.0, *_series(is_blend), 0.0)),
            "cadence_period": Value(float(both.period)),
            "cadence_fps": evaluators.value_or_reason(lambda: sample.fps * pace(both.flags)),
        }


def _series(flags: NDArray[np.bool_]) -> tuple[float, ...]:
    """1 for each flag that is set, else 0.

    >>> _series(np.array([True, False]))
    (1.0, 0.0)
    """
    return tuple(flags.astype(np.float64).tolist())
