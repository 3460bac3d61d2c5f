"""What both distances between two sets of feature vectors need: their checks, their least sizes and a common scale.

N, M: vectors in the two sets; D: features. Clips of one case (its seeds) and its reference start from one image. They
are one observation: what tells sets apart is compared across cases only, and intervals resample cases.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench.errors import NotMeasurable
from bench.statistics.arrays import Matrix

MIN_CASES_INTERVAL = 8
"""Below, the standard error itself is a guess; from here on coverage was simulated: see frechet.frechet_debiased."""

GROUPS = 20
"""Groups of cases that are left out in turn; more would steady the interval little, at one more distance each."""


def groups(cases: Sequence[str]) -> list[set[str]]:
    """Random groups of equal size, or nearly so, to be left out in turn: at most GROUPS.

    The same for the same cases in any order, so that what two runs are without each group is paired. [] for fewer than
    MIN_CASES_INTERVAL cases.

    >>> sorted(map(len, groups([f"c{number}" for number in range(50)])))[::19]
    [2, 3]
    """
    ordered = sorted(cases)
    if len(ordered) < MIN_CASES_INTERVAL:
        return []
    shuffled = [ordered[place] for place in np.random.default_rng(0).permutation(len(ordered))]
    count = min(GROUPS, len(ordered))
    return [set(shuffled[number::count]) for number in range(count)]


def check(x_ND: Matrix, y_MD: Matrix) -> None:
    """Refuses what has no distance.

    Raises:
        NotMeasurable: a set has fewer than two vectors.
        ValueError: the sets differ in D, or hold NaN or infinity.
    """
    if x_ND.ndim != 2 or y_MD.ndim != 2 or x_ND.shape[1] != y_MD.shape[1]:
        raise ValueError(f"two sets of vectors are (N, D) and (M, D), not {x_ND.shape} and {y_MD.shape}")
    if not (np.isfinite(x_ND).all() and np.isfinite(y_MD).all()):
        raise ValueError("features are finite; these hold NaN or infinity")
    if min(len(x_ND), len(y_MD)) < 2:
        raise NotMeasurable(
            f"a Fréchet distance needs 2 clips on each side, not {len(x_ND)} and {len(y_MD)} references"
        )


def standardised(x_ND: Matrix, reference_MD: Matrix, floor: float) -> tuple[Matrix, Matrix]:
    """Both sets with the reference's mean as origin and its standard deviation (ddof 1) as unit, feature by feature.

    Every set of clips is then measured on the same scale. A Fréchet distance does not depend on the origin, a kernel
    distance does. References that are scaled by themselves spread less than clips that are: a kernel distance between
    sets of one distribution is too high by half of its standard deviation at 24 cases, by a tenth at 64, and by
    nothing where clips resemble their references (simulated, 77 Gaussian features).

    Args:
        x_ND, reference_MD: (N, D) and (M, D).
        floor: the least standard deviation to divide by: without it, references that are all alike in a feature would
            make any difference infinitely large.

    Returns:
        (N, D) and (M, D), in reference standard deviations.

    Raises:
        NotMeasurable: fewer than two references.

    >>> x, references = standardised(np.array([[4.0]]), np.array([[0.0], [2.0]]), floor=0.02)
    >>> x.round(3).tolist()  # (4 − 1) / √2
    [[2.121]]
    """
    if len(reference_MD) < 2:
        raise NotMeasurable(
            f"features are scaled by the spread of 2 reference clips at least, not {len(reference_MD)}"
        )
    origin_D, scale_D = reference_MD.mean(axis=0), np.maximum(reference_MD.std(axis=0, ddof=1), floor)
    return (x_ND - origin_D) / scale_D, (reference_MD - origin_D) / scale_D
