"""How fast a series decays, and to what level: the exponential that fits it best, where the series tells one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bench.errors import NotMeasurable
from bench.evaluators.signals import least_squares
from bench.evaluators.signals.theil_sen import Series
from bench.evaluators.signals.trend import MIN_VALUES, ROUNDING, SIGNIFICANT, ar1_memory

_SHORTEST = 0.5
"""Steps: of faster decays a series has only the first value, and a fall within one value is a jump."""


@dataclass(frozen=True)
class Decay:
    """The exponential that a falling series follows: level + drop * 2^(-t / half_life), t counted from 0.

    Attributes:
        half_life: steps in which the distance to the level halves.
        level: what the series falls to.
        drop: how far above the level the series starts, positive.
    """

    half_life: float
    level: float
    drop: float


def half_life(series: Series) -> Decay:
    """How fast a series decays, and to what: the exponential with the least squares.

    Args:
        series: (n,), n >= 10; values that differ below 1e-9 are equal.

    Raises:
        NotMeasurable: fewer values; no significant fall (F test against a constant, p >= 0.01); or a fall that does
            not determine a half-life: too fast, nearly straight or curved the other way, or in so much noise that
            the 95 % interval is wider than a factor of two either way. By simulation of 10 to 80 values, under 1 %
            of steady AR(1) series with memory 0 to 0.9 get a half-life.

    Source: own. For each half-life, level and drop are linear (variable projection); errors are those of the linearised
        fit, widened by the remainder's AR(1) memory as a mean's would be.

    >>> found = half_life(0.5 + 0.4 * 2.0 ** (-np.arange(24) / 6))
    >>> round(found.half_life, 3), round(found.level, 3), round(found.drop, 3)
    (6.0, 0.5, 0.4)
    """
    count = len(series)
    if count < MIN_VALUES:
        raise NotMeasurable(
            f"a half-life needs {MIN_VALUES} values, the series has {count}: use a longer clip"
        )
    rounded = np.round(series, ROUNDING)
    steps = _best_half_life(rounded)
    curve = 2.0 ** (-np.arange(count) / steps)
    (level, drop), remainder = least_squares.fitted(rounded, np.stack([np.ones(count), curve], axis=1))
    memory = ar1_memory(remainder)
    factor = (1 + memory) / (1 - memory)
    free = max(count / factor - 3, 1.0)
    noise = float(remainder @ remainder) / (count - 3) * factor + 10.0 ** (-2 * ROUNDING)
    explained = float(np.square(rounded - rounded.mean()).sum() - remainder @ remainder)
    if drop <= 0 or least_squares.f_tail(max(explained / 2 / noise, 0.0), 2, free) >= SIGNIFICANT:
        raise NotMeasurable("the series does not fall as a decay does: it has no half-life")
    derivatives = np.stack(
        [np.ones(count), curve, drop * curve * np.arange(count) * math.log(2) / steps], axis=1
    )
    if (
        _uncertainty(derivatives, noise, free) > math.log(2)
        or not _SHORTEST * 1.01 < steps < (count - 1) / 1.01
    ):
        raise NotMeasurable(
            f"the series falls, but its {count} values do not tell the half-life: use a longer clip"
        )
    return Decay(steps, float(level), float(drop))


def _best_half_life(series: Series) -> float:
    """The half-life, from _SHORTEST to the series' length, with the least squares: on a grid, refined twice."""
    time, centred = np.arange(len(series)), series - series.mean()
    low, high = math.log(_SHORTEST), math.log(len(series) - 1)
    for _ in range(3):
        tries = np.linspace(low, high, 65)
        curves = 2.0 ** (-time / np.exp(tries)[:, None])
        curves -= curves.mean(axis=1, keepdims=True)
        along = np.maximum(curves @ centred, 0)  # rises fit nothing
        best = int(np.argmax(along**2 / np.square(curves).sum(axis=1)))
        low, high = tries[max(best - 1, 0)], tries[min(best + 1, 64)]
    return float(np.exp(tries[best]))


def _uncertainty(derivatives: Series, noise: float, free: float) -> float:
    """Half the 95 % interval of the last parameter.

    Args:
        derivatives: (n, k), of the fit by its k parameters.
        noise: variance of the remainder.
        free: its degrees of freedom.
    """
    from scipy.special import stdtrit

    # by QR, not by the inverse of a product: a nearly straight fall makes two columns almost equal
    last = np.linalg.qr(derivatives)[1][-1, -1]
    return float(stdtrit(free, 0.975) * math.sqrt(noise) / max(abs(last), 1e-12))
