"""Response curves from measured values: paired differences, intervals, and where damage is told apart from none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bench.calibration.curves import Curve, Verdict, to_the_worse
from bench.types import Direction

MIN_CLIPS = 4
"""With fewer, Student's interval is so wide that nothing is told apart; such a curve has no verdict."""

BACKWARDS = 0.1
"""The share of a curve's range by which it may turn back and still count as monotone: noise of the mean."""

NOTHING = 1e-9
"""Smaller differences are the rounding of sums."""


def fitted(
    names: tuple[str, str],
    direction: Direction,
    severities: Sequence[float],
    values: NDArray[np.float64],
) -> Curve:
    """The curve of measured values.

    Args:
        names: of metric and damage.
        direction: which way is better.
        severities: S, growing.
        values: (N, 1 + S): one row per clip, undamaged and at each severity.

    Returns:
        The curve. A severity is told apart if Student's interval of the compressed differences (see compressed)
        excludes 0. The greatest severity is tested first, and smaller ones only while all greater ones were told apart
        to the same side: in that order, the chance of one false alarm in a whole curve stays 5 % (by simulation, under
        normal noise, 5.6 % with eight clips, 7 % with five or four) without a correction for many tests.
    """
    changes = values[:, 1:] - values[:, :1]
    changes[np.abs(changes) < NOTHING] = 0.0
    means = changes.mean(axis=0)
    lows, highs = _intervals(changes)
    told_from = _told_from(severities, *_intervals(compressed(changes)))
    monotone = is_monotone(means)
    verdict: Verdict = "silent"
    if len(values) < MIN_CLIPS:
        verdict = "too few"
    elif told_from is not None:
        verdict = "shows" if monotone and to_the_worse(means, direction)[-1] > 0 else "moves"
    return Curve(
        metric=names[0],
        damage=names[1],
        clips=len(values),
        baseline=float(values[:, 0].mean()),
        spread=float(values[:, 0].std()),
        changes=tuple(means.tolist()),
        lows=tuple(lows.tolist()),
        highs=tuple(highs.tolist()),
        told_from=told_from,
        is_monotone=monotone,
        verdict=verdict,
    )


def compressed(changes: NDArray[np.float64]) -> NDArray[np.float64]:
    """asinh of each difference over the median size of those that are not 0, for each column of (N, S).

    One clip may respond a hundred times as strongly as another. Among raw differences it would be noise to the others,
    and seven clips of eight that get worse would not be enough. Signs and zeros stay, so that no effect is made up.
    """
    sizes = np.abs(changes)
    medians = [np.median(column[column > 0]) if column.any() else 1.0 for column in sizes.T]
    return np.asarray(np.arcsinh(changes / np.array(medians)))


def is_monotone(means: Sequence[float] | NDArray[np.float64]) -> bool:
    """Whether a curve that starts from 0 goes one way: it turns back by at most BACKWARDS of its range in all."""
    steps = np.diff(np.asarray([0.0, *means]))
    up, down = float(steps[steps > 0].sum()), float(-steps[steps < 0].sum())
    levels = [0.0, *means]
    return bool(min(up, down) <= BACKWARDS * (max(levels) - min(levels)))


def _intervals(changes: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    from scipy.special import stdtrit

    count, means = len(changes), changes.mean(axis=0)
    if count < 2:
        return means, means
    half = float(stdtrit(count - 1, 0.975)) * changes.std(axis=0, ddof=1) / np.sqrt(count)
    return means - half, means + half


def _told_from(
    severities: Sequence[float], lows: NDArray[np.float64], highs: NDArray[np.float64]
) -> float | None:
    signs = np.where(lows > 0, 1, np.where(highs < 0, -1, 0))
    told = None
    for severity, sign in zip(reversed(severities), reversed(signs), strict=True):
        if sign == 0 or sign != signs[-1]:
            break
        told = severity
    return told
