"""What VBench makes of one vector per frame: its two rules of likeness, with its constants."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.errors import NotMeasurable

Vectors = NDArray[np.float64]

BEST, MEAN, WORST = 0.4, 0.3, 0.3
"""Weights of the frame most like the image, of the mean step and of the worst step."""


def likeness_to_image(frames_TE: Vectors, image_E: Vectors) -> float:
    """In [0, 1]: 0.4 × the best cosine of any frame with the image + 0.3 × the mean and 0.3 × the least of neighbours'.

    Cosines below 0 count as 0. The best frame is most often the first: what becomes of it shows in the steps alone.

    Args:
        frames_TE: T unit vectors.
        image_E: that of the image.

    Raises:
        NotMeasurable: there is one frame only, on which VBench fails.

    Source: VBench, vbench2_beta_i2v/i2v_subject.py and i2v_background.py (45e79ec).

    >>> x, y = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    >>> likeness_to_image(np.stack([x, x, y]), x)
    0.55
    """
    steps = _steps(frames_TE)
    best = float(_cosines(frames_TE @ image_E).max())
    return BEST * best + MEAN * float(steps.mean()) + WORST * float(steps.min())


def consistency(frames_TE: Vectors) -> Vectors:
    """(T - 1,) in [0, 1]: for each later frame, the mean of its cosines with the frame before and with frame 0.

    Cosines below 0 count as 0.

    Args:
        frames_TE: T unit vectors.

    Raises:
        NotMeasurable: there is one frame only, on which VBench fails.

    Source: VBench, vbench/subject_consistency.py and background_consistency.py (45e79ec).

    >>> x, y = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    >>> consistency(np.stack([x, x, y])).tolist()
    [1.0, 0.0]
    """
    return np.asarray((_steps(frames_TE) + _cosines(frames_TE[1:] @ frames_TE[0])) / 2)


def _steps(frames_TE: Vectors) -> Vectors:
    if len(frames_TE) < 2:
        raise NotMeasurable("clip has 1 frame, which has no neighbour")
    return _cosines(np.einsum("te,te->t", frames_TE[:-1], frames_TE[1:]))


def _cosines(products: Vectors) -> Vectors:
    return np.asarray(np.clip(products, 0.0, 1.0))  # rounding can leave 1 + 1e-16
