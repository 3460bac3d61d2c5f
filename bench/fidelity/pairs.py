"""Two clips, compared frame by frame in this process or another."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import numpy as np

from bench.base import packages, reading, weights
from bench.engine.showing import following
from bench.errors import BadClip, NotFinite, NotMeasurable, reason
from bench.evaluators import nets
from bench.evaluators.nets import lpips
from bench.evaluators.signals import colour, similarity
from bench.evaluators.view import Sample, View
from bench.fidelity.lockstep import lockstep
from bench.fidelity.measures import MEASURES
from bench.fidelity.stored import PairRecord
from bench.media.input_image import InputImage
from bench.types import Case, ClipRecord, Image

OfFrames: TypeAlias = Callable[[View, View], float]
"""The frames of two clips at one moment -> a measure's number."""

TOO_SHORT = "clip has 1 frame, two are needed"
"""Why what is measured from frame to frame has no number."""


@dataclass(frozen=True)
class Pair:
    """Two clips of one case, to be compared.

    Attributes:
        case: that both animate.
        places: of the two clips.
        records: of the two clips.
    """

    case: Case
    places: tuple[Path, Path]
    records: tuple[ClipRecord, ClipRecord]

    @property
    def digests(self) -> tuple[str, str]:
        """Of the two clips."""
        return self.records[0].sha256, self.records[1].sha256

    def failed(self, why: str) -> PairRecord:
        """The record of a pair that cannot be compared."""
        return PairRecord(self.case.id, self.records[0].seed, self.records[1].seed, self.digests, error=why)


def measures_here() -> list[str]:
    """Names of the measures that can be taken on this machine: LPIPS where its weights are, the others always."""
    has_lpips = all(packages.installed(each) for each in lpips.PACKAGES) and all(
        weights.path(each) for each in (lpips.ALEXNET, lpips.HEADS)
    )
    return [name for name in MEASURES if name != "lpips" or has_lpips]


@dataclass(frozen=True)
class PairWorker:
    """Compares pairs of clips.

    Attributes:
        measures: names of those to take.
        device: where networks compute.
    """

    measures: tuple[str, ...]
    device: str = "cpu"
    _of_frames: dict[str, OfFrames] = field(default_factory=dict, compare=False)

    def ready(self) -> PairWorker:
        """The same, with networks in memory."""
        self._of_frames.update({name: of for name, of in OF_FRAMES.items() if name in self.measures})
        if "lpips" in self.measures:
            self._of_frames["lpips"] = _lpips(nets.shared(lpips.Lpips, lpips.ALEXNET, self.device))
        return self

    def compare(self, pair: Pair) -> PairRecord:
        """The record of a pair; of one that cannot be compared, with the error.

        Raises:
            StorageFailed: the disk failed, which says nothing about the clips.
        """
        try:
            return self._compared(pair)
        except (BadClip, NotMeasurable) as error:
            reading.refuse(error)
            return pair.failed(reason(error))

    def _compared(self, pair: Pair) -> PairRecord:
        a, b = pair.records
        with lockstep(*pair.places, a.fps, b.fps) as frames:
            seen = Comparison(self._of_frames)
            for views in _views(pair, frames):
                seen.see(*views)
            notes = tuple(frames.notes)
        missing = {name: seen.missing.get(name, TOO_SHORT) for name in self.measures if not seen.has(name)}
        series = {name: tuple(seen.series[name]) for name in self.measures if seen.has(name)}
        is_identical = seen.is_identical and not notes
        return PairRecord(
            pair.case.id, a.seed, b.seed, pair.digests, seen.frames, is_identical, series, missing, notes
        )


def _views(pair: Pair, frames: Iterable[tuple[Image, Image]]) -> Iterable[tuple[View, View]]:
    before: list[View] = []
    for both in frames:
        if before:
            before = [following(view, frame) for view, frame in zip(before, both, strict=True)]
        else:
            height, width = both[0].shape[:2]
            inputs = [InputImage(pair.case, record, width, height) for record in pair.records]
            before = [View(0, frame, Sample(each, fps=0.0)) for frame, each in zip(both, inputs, strict=True)]
        yield before[0], before[1]


class Comparison:
    """The numbers of a pair while its frames pass by.

    Attributes:
        frames: how many pairs were seen.
        is_identical: whether all of them were equal, pixel by pixel.
        series: measure -> its numbers.
        missing: measure -> why it has no more.
    """

    def __init__(self, of_frames: Mapping[str, OfFrames]) -> None:
        self._of_frames = of_frames
        self.frames, self.is_identical = 0, True
        self.series: dict[str, list[float]] = {name: [] for name in of_frames}
        self.missing: dict[str, str] = {}

    def see(self, a: View, b: View) -> None:
        """Takes the numbers of the next pair; as long as all frames were equal, nothing has to be computed."""
        self.frames += 1
        self.is_identical = self.is_identical and np.array_equal(a.frame, b.frame)
        for name, of_frames in self._of_frames.items():
            if name not in self.missing and a.t >= MEASURES[name].begins:
                try:
                    found = MEASURES[name].same if self.is_identical else of_frames(a, b)
                except (NotMeasurable, NotFinite) as error:
                    self.missing[name] = str(error)
                else:
                    self.series[name].append(found)

    def has(self, name: str) -> bool:
        """Whether a measure has a number for every pair."""
        return name not in self.missing and bool(self.series[name])


def _flow(a: View, b: View) -> float:
    apart = a.motion.forward - b.motion.forward
    return float(np.hypot(apart[..., 0], apart[..., 1]).mean(dtype=np.float64))


def _decay(a: View, b: View) -> float:
    return abs(similarity.ssim(a.first.gray, a.gray) - similarity.ssim(b.first.gray, b.gray))


def _colour(a: View, b: View) -> float:
    return colour.difference(colour.lab_moments(a.frame)[0], colour.lab_moments(b.frame)[0])


def _lpips(net: lpips.Lpips) -> OfFrames:
    def of_frames(a: View, b: View) -> float:
        if min(a.frame.shape[:2]) < lpips.MIN_SIDE:
            raise NotMeasurable(f"LPIPS needs frames of {lpips.MIN_SIDE} x {lpips.MIN_SIDE} pixels")
        found = net.distance(net.vector(a.frame), net.vector(b.frame))
        if not math.isfinite(found):
            raise NotFinite(a.t)
        return found

    return of_frames


OF_FRAMES: Mapping[str, OfFrames] = {
    "psnr": lambda a, b: similarity.psnr(a.frame, b.frame),
    "ssim": lambda a, b: similarity.ssim(a.gray, b.gray),
    "flow": _flow,
    "decay": _decay,
    "colour": _colour,
}
"""Measure -> how it is taken, for those that need no network."""
