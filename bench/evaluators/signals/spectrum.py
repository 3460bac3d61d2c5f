"""Whether a series of frames has a rhythm, of which period, and whether it is more than noise.

Brightness that pulses, or jumps where a generator joins its windows, makes lines in the spectrum; fades, cuts and noise
with a memory make a slope towards low frequencies, which a test against white noise takes for a line. So each test here
compares with a background that slopes: `peak` with the spectrum beside the line, `rhythm` with an AR(1) model with
drift.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.errors import NotMeasurable
from bench.evaluators.signals import least_squares

MIN_VALUES = 14
"""Fewest values of a series whose period is measured: they have six frequencies of two cycles and more."""

FAINT = 0.05
"""Amplitude below which there is no rhythm: a twentieth of a gray level is far below what is visible, and above what
rounding to bytes leaves in the mean of a frame."""

SIGNIFICANT = 0.01
"""Chance of calling a series periodic at the window although it is not."""

_LEAST_NOISE = 0.01
"""Standard deviation that every series is assumed to have, so that rounding errors are never compared with one
another."""

_PADDING = 8
"""Times by which zeros lengthen the series before the FFT: places a peak within an eighth of the frequencies'
spacing."""

_TREND_DEGREE = 3
"""Degree of the polynomial that is subtracted before the FFT: a straight line leaves the bend of a fade as the largest
peak."""

_BESIDE = 4
"""Frequencies on either side of a line whose power is its noise floor."""

_LOOKS = 3.0
"""Independent tries that the largest power of the padded FFT counts as, for each frequency of the plain one. Two would
do for white noise; three keep false alarms at 5 % also for AR(1) noise, where the floor slopes."""

Series = NDArray[np.float64]


@dataclass(frozen=True)
class Peak:
    """The strongest line of a spectrum.

    Attributes:
        period: in frames, from 2 to half the length; 0 where nothing varies by FAINT.
        prominence: the line's power over the noise floor beside it, dB, at least 0.
        p_value: how often noise has so prominent a line anywhere.
    """

    period: float
    prominence: float
    p_value: float


@dataclass(frozen=True)
class Rhythm:
    """How well a series repeats every so many frames.

    Attributes:
        power: share of the detrended variance at the period and its harmonics, in [0, 1], less the share that noise
            alone would have.
        p_value: how often AR(1) noise with drift repeats as well.
        is_periodic: p_value below SIGNIFICANT.
    """

    power: float
    p_value: float
    is_periodic: bool


def peak(series: Series) -> Peak:
    """The dominant period: the largest power of the zero-padded FFT of the series less its best cubic.

    Periods up to half the length count. The sinusoid is then fitted and subtracted; the noise floor is the mean power
    of the remainder at the four frequencies on either side, and the ratio of the two is an F test with 2 and up to 16
    degrees of freedom, corrected for the number of frequencies that were tried.

    Args:
        series: (T,), T >= 14, in gray levels.

    Raises:
        NotMeasurable: fewer values.

    Source: Fisher 1929's test of the largest ordinate, with the floor beside the line in place of the whole spectrum,
        so that it holds for backgrounds that are not white.

    >>> found = peak(100 + np.cos(2 * np.pi * np.arange(40) / 5))
    >>> round(found.period, 9), found.p_value < 0.001
    (5.0, True)
    """
    count = len(series)
    if count < MIN_VALUES:
        raise NotMeasurable(f"{count} frames, a dominant period needs {MIN_VALUES}: use a longer clip")
    frequency = _strongest(least_squares.residual(series, _polynomial(count, _TREND_DEGREE)))
    line = _polynomial(count, 1)
    without = least_squares.residual(series, line)
    remainder = least_squares.residual(series, np.hstack([line, _wave(count, frequency)]))
    explained = max(0.0, _squares(without) - _squares(remainder))
    if np.sqrt(2 * explained / count) < FAINT:
        return Peak(period=0.0, prominence=0.0, p_value=1.0)
    powers = _powers_beside(remainder, frequency)
    ratio = explained / 2 / (float(np.mean(powers)) + _LEAST_NOISE**2)
    single = least_squares.f_tail(ratio, 2, 2 * len(powers))
    return Peak(
        period=1 / frequency,
        prominence=10 * float(np.log10(max(ratio, 1.0))),
        p_value=1 - (1 - single) ** (_LOOKS * (count // 2 - 1)),
    )


def rhythm(series: Series, window: int) -> Rhythm:
    """How much of a series repeats every window frames and not more often, whatever its shape.

    A jump once per window spreads its power over all harmonics, so the mean of each of the window's phases is fitted:
    every harmonic at once. The F test is of what those means add to a regression on a constant, time, the value before
    and the means of a divisor's phases: a rhythm of 3 also repeats every 9 frames, and is not one of 9.

    Args:
        series: (T,), in gray levels; T at least rhythm_values(window).
        window: frames, at least 2.

    Raises:
        NotMeasurable: too few values.

    >>> jumps = 100 + 10.0 * (np.arange(36) % 9 == 0)
    >>> [rhythm(jumps, window).is_periodic for window in (9, 8)]
    [True, False]
    """
    count, needed = len(series), rhythm_values(window)
    if count < needed:
        raise NotMeasurable(
            f"{count} frames, a rhythm of {window} needs {needed}: use a longer clip or a shorter window"
        )
    drift, phases = _polynomial(count, _TREND_DEGREE), _phases(count, window)
    without = least_squares.residual(series, drift)
    remainder = least_squares.residual(series, np.hstack([drift, phases]))
    free = count - drift.shape[1]
    unexplained = _variance(remainder, free - phases.shape[1]) / _variance(without, free)
    is_faint = np.sqrt(2 * np.mean((without - remainder) ** 2)) < FAINT
    divisors = [window // prime for prime in _primes(window)]
    p_value = 1.0 if is_faint else max(_p_value(series, phases, _phases(count, each)) for each in divisors)
    return Rhythm(
        power=0.0 if is_faint else min(1.0, max(0.0, 1 - unexplained)),
        p_value=p_value,
        is_periodic=p_value < SIGNIFICANT,
    )


def rhythm_values(window: int) -> int:
    """The length of the shortest series that rhythm can test: two windows and a half, and four degrees of freedom.

    With two windows a single cut somewhere passes for a rhythm in one clip of six (by simulation), with this in none.
    """
    return max(5 * window // 2, window + 7)


def _strongest(values: Series) -> float:
    """The frequency, in cycles per frame, with the largest power among those of two cycles and more."""
    padded = _PADDING * len(values)
    first = 2 * _PADDING
    return (first + int(np.argmax(np.abs(np.fft.rfft(values, padded))[first:]))) / padded


def _powers_beside(values: Series, frequency: float) -> Series:
    """|Fourier transform|² / T at whole steps of 1 / T from frequency, where those are frequencies of their own."""
    count = len(values)
    steps = np.concatenate([-np.arange(1, _BESIDE + 1), np.arange(1, _BESIDE + 1)])
    beside = frequency + steps / count
    beside = beside[(beside > 0.75 / count) & (beside <= 0.5)]  # below is the trend, above are mirror images
    turns = np.exp(-2j * np.pi * np.outer(beside, np.arange(count)))
    return np.asarray(np.abs(turns @ values) ** 2 / count)


def _p_value(series: Series, terms: Series, fewer: Series) -> float:
    """F test of terms, (T, q), beyond fewer, in the regression on a constant, time and the value before."""
    known = np.hstack([_polynomial(len(series), 1)[1:], series[:-1, None], fewer[1:]])
    without = least_squares.residual(series[1:], known)
    remainder = least_squares.residual(series[1:], np.hstack([known[:, :3], terms[1:]]))
    gained = terms.shape[1] - fewer.shape[1]
    free = len(series) - 1 - 3 - terms.shape[1]
    explained = max(0.0, _squares(without) - _squares(remainder))
    return least_squares.f_tail(explained / gained / _variance(remainder, free), gained, free)


def _squares(values: Series) -> float:
    return float(values @ values)


def _variance(residual: Series, free: int) -> float:
    return _squares(residual) / free + _LEAST_NOISE**2


def _polynomial(count: int, degree: int) -> Series:
    """(T, degree + 1): powers of time from -1 to 1."""
    return np.vander(np.linspace(-1, 1, count), degree + 1)


def _wave(count: int, frequency: float) -> Series:
    """(T, 2): cosine and sine."""
    angle = 2 * np.pi * frequency * np.arange(count)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _phases(count: int, window: int) -> Series:
    """(T, window - 1): one column for each phase but the first, which the constant stands for."""
    return np.asarray(np.arange(count)[:, None] % window == np.arange(1, window), dtype=np.float64)


def _primes(number: int) -> list[int]:
    """The prime divisors."""
    return [n for n in range(2, number + 1) if number % n == 0 and all(n % d for d in range(2, n))]
