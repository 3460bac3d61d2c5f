"""How much faster the weight-free set is in one pass than peers' practice, on the questions both answer, and whole.

Peers' practice: each metric is a script of its own, which decodes the clip with OpenCV and computes by scikit-image,
OpenCV and NumPy as published, optical flow by Farneback at full size. Their thirteen numbers are those below. Ours are
by the engine, decoding, trends and series included: first the evaluators that answer the same questions, then all that
need no weights, which answer many that no peer does. MS-SSIM, for which peers need torch, is only among all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.color import rgb2lab
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from bench.engine.one_pass import show_file
from bench.evaluators import ClipEvaluator
from bench.media import pictures, video
from bench.types import Case, ClipRecord, Image, Plane, Value
from benchmarks._clips import FILMS
from benchmarks._evaluators import without_weights
from benchmarks._timing import Way, machine, repetitions, table, timed

NUM_FRAMES = 25
"""Frames per clip: the peers take most of a second for each."""

FPS = 16.0

SAME = (
    "flicker", "temporal_flickering", "ssim", "psnr", "first_frame", "appearance", "motion", "warping", "camera",
)  # fmt: skip
"""Our evaluators that answer the peers' questions; each answers some more."""


# The peers: each from the file to its number


def decoded(path: Path) -> Iterator[Image]:
    """The frames, (H, W, 3) uint8 RGB."""
    capture = cv2.VideoCapture(str(path))
    while (read := capture.read())[0]:
        yield cv2.cvtColor(read[1], cv2.COLOR_BGR2RGB)
    capture.release()


def grays(path: Path) -> Iterator[Plane]:
    """The frames as gray planes."""
    return (cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in decoded(path))


def largest_step(path: Path, image: Image) -> float:
    """Largest step of the mean colour, averaged over its three channels."""
    colours = [np.mean(frame, axis=(0, 1)) for frame in decoded(path)]
    return float(np.abs(np.diff(colours, axis=0)).mean(axis=1).max())


def vbench_flickering(path: Path, image: Image) -> float:
    """VBench's temporal flickering: absolute difference of frames as float32."""
    pairs = pairwise(np.array(frame, dtype=np.float32) for frame in decoded(path))
    return (255.0 - float(np.mean([np.mean(cv2.absdiff(a, b)) for a, b in pairs]))) / 255.0


def ssim_of_neighbours(path: Path, image: Image) -> float:
    """scikit-image's."""
    return float(np.mean([structural_similarity(a, b) for a, b in pairwise(grays(path))]))


def ssim_to_first(path: Path, image: Image) -> float:
    """scikit-image's."""
    planes = grays(path)
    first = next(planes)
    return float(np.mean([structural_similarity(first, gray) for gray in planes]))


def ssim_to_image(path: Path, image: Image) -> float:
    """scikit-image's."""
    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return float(np.mean([structural_similarity(gray, other) for other in grays(path)]))


def psnr_of_neighbours(path: Path, image: Image) -> float:
    """scikit-image's, of squares that are pooled over pairs."""
    return pooled([peak_signal_noise_ratio(a, b) for a, b in pairwise(decoded(path))])


def psnr_to_first(path: Path, image: Image) -> float:
    """scikit-image's, of squares that are pooled over frames."""
    frames = decoded(path)
    first = next(frames)
    return pooled([peak_signal_noise_ratio(first, frame) for frame in frames])


def pooled(decibels: list[float]) -> float:
    """The decibels of the mean of the squares that stand behind decibels."""
    return float(-10 * np.log10(np.mean(10 ** (-np.array(decibels) / 10))))


def colour_drift(path: Path, image: Image) -> float:
    """ΔE of the mean colour by scikit-image, about 1 s; the spread is computed, too, as ours is."""

    def moments(frame: Image) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        lab = rgb2lab(frame)
        return lab.mean(axis=(0, 1)), lab.std(axis=(0, 1))

    of_image = moments(image)[0]
    away = [float(np.linalg.norm(moments(frame)[0] - of_image)) for frame in decoded(path)]
    return _about_one_second(away)


def sharpness_drift(path: Path, image: Image) -> float:
    """log2 of the variance of the Laplacian over the image's, about 1 s."""

    def variance(gray: Plane) -> float:
        return float(cv2.Laplacian(gray, cv2.CV_64F).var())

    of_image = variance(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
    octaves = [np.log2(variance(gray) / of_image) for gray in grays(path)]
    return _about_one_second(octaves)


def _about_one_second(series: list[float]) -> float:
    """The mean from 0.75 s to 1.25 s."""
    return float(np.mean(series[math.ceil(0.75 * FPS) : math.floor(1.25 * FPS) + 1]))


def farneback(a: Plane, b: Plane) -> NDArray[np.float32]:
    """(H, W, 2): optical flow with the parameters of OpenCV's tutorial."""
    return cv2.calcOpticalFlowFarneback(a, b, None, 0.5, 3, 15, 3, 5, 1.2, 0)


def motion_speed(path: Path, image: Image) -> float:
    """Mean length of the flow, pixels a second."""
    lengths = [np.linalg.norm(farneback(a, b), axis=2).mean() for a, b in pairwise(grays(path))]
    return float(np.mean(lengths)) * FPS


def dynamic_degree(path: Path, image: Image) -> float:
    """VBench's rule, with Farneback's flow in place of RAFT's."""
    seen = list(grays(path))[:: round(FPS / 8)]
    fastest = []
    for a, b in pairwise(seen):
        lengths = np.sort(np.linalg.norm(farneback(a, b), axis=2).ravel())
        fastest.append(lengths[-int(len(lengths) * 0.05) :].mean())
    moves = np.array(fastest) > 6 * min(seen[0].shape) / 256
    return float(moves.sum() >= round(4 * len(seen) / 16))


def warping_error(path: Path, image: Image) -> float:
    """Lai et al.'s, with the clip's own flow."""
    return float(np.mean([_warping_error(a, b) for a, b in pairwise(decoded(path))]))


def _warping_error(before: Image, after: Image) -> float:
    a, b = (cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in (before, after))
    forward, backward = farneback(a, b), farneback(b, a)
    height, width = a.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    there = x + forward[..., 0], y + forward[..., 1]
    back = cv2.remap(backward, *there, cv2.INTER_LINEAR)
    square = (forward**2).sum(axis=2)
    occluded = ((forward + back) ** 2).sum(axis=2) > 0.01 * (square + (back**2).sum(axis=2)) + 0.5
    rough = sum((slope**2).sum(axis=2) for slope in np.gradient(forward, axis=(0, 1)))
    mask = ~(occluded | (rough > 0.01 * square + 0.002))
    warped = cv2.remap(after.astype(np.float32) / 255, *there, cv2.INTER_LINEAR)
    error = mask[..., None] * (warped - before.astype(np.float32) / 255) ** 2
    return float(error.sum() / (3 * mask.sum()))


def camera_pan(path: Path, image: Image) -> float:
    """Per cent of the width a second, by corners, Lucas-Kanade and a homography, as OpenCV's tutorials do it."""
    pans = []
    for a, b in pairwise(grays(path)):
        corners = cv2.goodFeaturesToTrack(a, 600, 0.01, 8)
        moved, found, _ = cv2.calcOpticalFlowPyrLK(a, b, corners, None)
        homography, _ = cv2.findHomography(corners[found == 1], moved[found == 1], cv2.RANSAC, 1.0)
        height, width = a.shape
        centre = np.array([[[width / 2, height / 2]]])
        pans.append((centre - cv2.perspectiveTransform(centre, homography))[0, 0, 0] / width)
    return 100 * FPS * float(np.mean(pans))


PEERS: Mapping[str, Callable[[Path, Image], float]] = {
    "flicker_max_step": largest_step,
    "temporal_flickering": vbench_flickering,
    "ssim_mean": ssim_of_neighbours,
    "ssim_to_first_mean": ssim_to_first,
    "first_frame_similarity": ssim_to_image,
    "psnr_mean": psnr_of_neighbours,
    "psnr_to_first_mean": psnr_to_first,
    "colour_drift": colour_drift,
    "sharpness_drift": sharpness_drift,
    "motion_speed": motion_speed,
    "motion_dynamic": dynamic_degree,
    "warping_error": warping_error,
    "camera_pan": camera_pan,
}
"""Our metric that says the same: the peer's way to it."""


def by_peers(path: Path, case: Case) -> dict[str, float]:
    """Each number by a script of its own."""
    numbers = {}
    for name, peer in PEERS.items():
        height, width = next(decoded(path)).shape[:2]
        numbers[name] = peer(path, pictures.fit(pictures.read(case.image), width, height, "cover"))
    return numbers


# Ours


def by_us(path: Path, case: Case, evaluators: list[ClipEvaluator]) -> dict[str, float]:
    """Every number of these evaluators that the clip has, in one pass."""
    seen = show_file(path, evaluators, case, ClipRecord(case.id, 0, str(path), ""))
    answers = {name: answer for each in evaluators for name, answer in seen.answers(each).items()}
    return {name: answer.value for name, answer in answers.items() if isinstance(answer, Value)}


def decoding(path: Path) -> int:
    """The floor: what any pass over the frames must do."""
    with video.stream(path) as stream:
        return sum(1 for _ in stream.frames)


def main() -> None:
    """Prints two tables a clip: the speeds, and both sides' numbers."""
    print(machine("scikit-image", "opencv-python-headless", "av", "numba"))
    everything = without_weights()
    same = [each for each in everything if each.name in SAME]
    for film in (replace(film, num_frames=NUM_FRAMES) for film in FILMS):
        case = film.case()
        with film.written() as (path, _):
            ways = [
                Way(
                    "peers' practice, 13 numbers",
                    lambda path=path, case=case: by_peers(path, case),
                    NUM_FRAMES,
                ),
                Way("ours, same questions", lambda path=path, case=case: by_us(path, case, same), NUM_FRAMES),
                Way(
                    "ours, everything", lambda path=path, case=case: by_us(path, case, everything), NUM_FRAMES
                ),
                Way("decoding alone", lambda path=path: decoding(path), NUM_FRAMES),
            ]
            theirs, mine, all_mine = (
                by_peers(path, case),
                by_us(path, case, same),
                by_us(path, case, everything),
            )
            taken = timed(ways, repetitions(5))
        notes = ("–", f"{len(mine)} numbers", f"{len(all_mine)} numbers", "–")
        print(f"\n{film}\n\n{table(ways, taken, 'frame', notes)}\n\n{agreement(theirs, mine)}", flush=True)


def agreement(theirs: Mapping[str, float], mine: Mapping[str, float]) -> str:
    """Markdown: both sides' numbers."""
    lines = ["| number | peers | ours |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {name} | {theirs[name]:.6g} | {mine[name]:.6g} |" for name in theirs)])


if __name__ == "__main__":
    main()
