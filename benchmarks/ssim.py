"""SSIM of neighbours is at least 15 times as fast as scikit-image's, and within 1e-6 of it on every pair.

The peer is `structural_similarity(a, b)` on gray uint8, as its manual shows it; torchmetrics as its manual shows it is
a second one, with another window (Gaussian), so that its values are of another SSIM.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bench.evaluators.signals import similarity
from bench.media import pictures
from bench.types import Plane
from benchmarks._clips import FILMS
from benchmarks._timing import Way, machine, repetitions, table, timed

FEW = 8
"""Pairs that torchmetrics is asked for: it takes a quarter of a second for each."""


def ours(gray: Plane) -> NDArray[np.float64]:
    """As the evaluator calls it: a pair at a time."""
    return np.array([similarity.ssim(a, b) for a, b in pairwise(gray)])


def scikit_image(gray: Plane) -> NDArray[np.float64]:
    """The peer, as users call it."""
    from skimage.metrics import structural_similarity

    return np.array([structural_similarity(a, b) for a, b in pairwise(gray)])


def torchmetrics(gray: Plane) -> NDArray[np.float64]:
    """The other peer, as users call it."""
    import torch
    from torchmetrics.functional.image import structural_similarity_index_measure as ssim

    planes = torch.from_numpy(gray).float()[:, None]
    return np.array([float(ssim(a[None], b[None], data_range=255.0)) for a, b in pairwise(planes)])


def main() -> None:
    """Prints a table a clip."""
    print(machine("scikit-image", "torchmetrics", "torch", "opencv-python-headless", "numba"))
    for film in FILMS:
        gray = pictures.gray(film.decoded())
        few = gray[: FEW + 1]
        ways = (
            Way("scikit-image", lambda gray=gray: scikit_image(gray), len(gray) - 1),
            Way("ours", lambda gray=gray: ours(gray), len(gray) - 1),
            Way("torchmetrics", lambda few=few: torchmetrics(few), FEW),
        )
        taken = timed(ways, repetitions())
        peer = scikit_image(gray)
        off, far = np.abs(ours(gray) - peer).max(), np.abs(torchmetrics(few) - peer[:FEW]).max()
        notes = (
            "–",
            f"at most {off:.1e} on {len(peer)} pairs",
            f"Gaussian window: another SSIM, {far:.3f} away",
        )
        print(f"\n{film}\n\n{table(ways, taken, 'pair', notes)}")


if __name__ == "__main__":
    main()
