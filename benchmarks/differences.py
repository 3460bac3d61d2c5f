"""PSNR and the mean absolute difference of neighbours are at least 10 times as fast as the peers', to the last digits.

The peers: scikit-image's `peak_signal_noise_ratio(a, b)`, and the absolute difference as VBench's temporal flickering
takes it: frames as float32, `np.mean` of `cv2.absdiff`.
"""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.metrics import peak_signal_noise_ratio

from bench.evaluators.signals import similarity
from bench.evaluators.temporal_flickering import mean_difference
from bench.types import Frames, Image
from benchmarks._clips import FILMS
from benchmarks._timing import Way, machine, repetitions, table, timed


def psnr(frames: Frames) -> NDArray[np.float64]:
    """Ours."""
    return np.array([similarity.psnr(a, b) for a, b in pairwise(frames)])


def scikit_image(frames: Frames) -> NDArray[np.float64]:
    """The peer of psnr, as users call it."""
    return np.array([peak_signal_noise_ratio(a, b) for a, b in pairwise(frames)])


def difference(frames: Frames) -> NDArray[np.float64]:
    """Ours."""
    return np.array([mean_difference(a, b) for a, b in pairwise(frames)])


def vbench(frames: Frames) -> NDArray[np.float64]:
    """The peer of difference, as published."""

    def error(a: Image, b: Image) -> np.floating:
        return np.mean(cv2.absdiff(np.array(a, dtype=np.float32), np.array(b, dtype=np.float32)))

    return np.array([error(a, b) for a, b in pairwise(frames)], dtype=np.float64)


def main() -> None:
    """Prints two tables a clip."""
    print(machine("scikit-image", "opencv-python-headless"))
    for film in FILMS:
        frames = film.decoded()
        for title, unit, peer, ours in (
            ("PSNR", "dB", scikit_image, psnr),
            ("absolute difference", "gray levels", vbench, difference),
        ):
            ways = tuple(
                Way(name, lambda frames=frames, way=way: way(frames), len(frames) - 1)
                for name, way in ((peer.__name__, peer), ("ours", ours))
            )
            off = np.abs(peer(frames) - ours(frames)).max()
            notes = ("–", f"at most {off:.1e} {unit} on {len(frames) - 1} pairs")
            print(
                f"\n{title}, {film}\n\n{table(ways, timed(ways, repetitions()), 'pair', notes)}", flush=True
            )


if __name__ == "__main__":
    main()
