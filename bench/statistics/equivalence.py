"""Whether one mean is a small share of another: two one-sided tests against a margin, and the interval of the share.

A share is a ratio of means over the same cases, mean(excess) / mean(span). It is below a margin m where the mean of
excess - m span is below 0, which is a test of one mean (Fieller 1954): exact for normal values, whatever the ratio's
own distribution. 'Not shown to differ' is no equivalence: that is shown only where both tests reject (Schuirmann 1987).

N: cases.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from bench.statistics.arrays import Vector
from bench.statistics.mean_test import mean_test
from bench.statistics.significance import ALPHA

LEVEL = ALPHA / 2
"""Of each one-sided test. At the margin itself, equivalence is then shown in 2 to 3 % of simulations of 8 to 40 cases
with normal differences, and in 3 to 6 % with skewed ones (log-normal, sigma 0.5), where a level of 5 % gives 6 to 9."""

HALVINGS = 30
"""Steps of the search for an end of the interval."""

FARTHEST = 1e6
"""Shares beyond it count as infinite."""


@dataclass(frozen=True)
class ShareTest:
    """A share of one mean in another, and how sure it is.

    Attributes:
        value: mean(excess) / mean(span).
        low, high: of its 95 % interval, whose ends the two one-sided tests would just not reject.
        p_within: that of the two tests: up to LEVEL, the share lies within the margin on both sides of 0.
        p_beyond: of the test in the other direction: up to LEVEL, the share is above the margin.
    """

    value: float
    low: float
    high: float
    p_within: float
    p_beyond: float


def share_test(excess_N: Vector, span_N: Vector, margin: float, level: float = LEVEL) -> ShareTest | None:
    """The share of the mean excess in the mean span; None if the span is not shown to be above 0.

    Each test keeps to the rules of mean_test: with fewer than 6 cases nothing is shown, and the interval has no end.

    Args:
        excess_N: (N,).
        span_N: (N,), of the same cases.
        margin: the largest share that counts as none; above 0.
        level: of each one-sided test.

    >>> import numpy as np
    >>> span = np.array([1.0, 1.1, 0.9, 1.2, 0.8, 1.05, 0.95])
    >>> found = share_test(0.05 * span[::-1], span, margin=0.1)
    >>> (
    ...     round(found.value, 3),
    ...     found.p_within < LEVEL < found.p_beyond,
    ...     0.04 < found.low < 0.05 < found.high < 0.06,
    ... )
    (0.05, True, True)
    """
    if not len(span_N) or p_not_below(-span_N) > level:
        return None
    value = float(excess_N.mean() / span_N.mean())

    def is_above(m: float) -> bool:
        return p_not_below(excess_N - m * span_N) <= level

    def is_below(m: float) -> bool:
        return p_not_below(m * span_N - excess_N) <= level

    return ShareTest(
        value,
        low=-_end(-value, lambda m: is_below(-m)),
        high=_end(value, is_above),
        p_within=p_within(excess_N, span_N, margin),
        p_beyond=p_not_below(margin * span_N - excess_N),
    )


def p_within(excess_N: Vector, span_N: Vector, margin: float) -> float:
    """The larger p of the two one-sided tests that the share lies between -margin and margin.

    Args:
        excess_N, span_N, margin: as share_test takes them.
    """
    return max(p_not_below(excess_N - margin * span_N), p_not_below(-excess_N - margin * span_N))


def p_not_below(values_N: Vector) -> float:
    """How often values whose mean is 0 or more look so clearly as if it was below 0; 1 for too few cases.

    >>> import numpy as np
    >>> p_not_below(np.array([-1.0, -1.1, -0.9, -1.2, -0.8, -1.05])) < 0.05
    True
    """
    test = mean_test(values_N)
    if test is None:
        return 1.0
    return test.p / 2 if test.value < 0 else 1 - test.p / 2


def _end(start: float, is_rejected: Callable[[float], bool]) -> float:
    """The nearest share above start that a test rejects; infinity if it rejects none."""
    step = max(abs(start), 1e-3)
    while not is_rejected(start + step):
        step *= 2
        if step > FARTHEST:
            return math.inf
    inside, outside = start, start + step
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        inside, outside = (inside, middle) if is_rejected(middle) else (middle, outside)
    return outside
