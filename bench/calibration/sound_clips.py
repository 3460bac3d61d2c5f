"""Sound clips to be damaged: reference clips of a suite, or a user's own, short and small enough to measure often."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, zip_longest
from pathlib import Path

import numpy as np

from bench import suites
from bench.base.progress import Progress
from bench.errors import UsageError
from bench.media import pictures, video
from bench.suites import own_clips
from bench.types import Case, Clip

FRAMES = 16
"""Frames of a clip that are measured: as many as clips of the motion suite have."""

SIDE = 320
"""Pixels: clips with a longer side are scaled down, so that severities in pixels mean the same."""

CLIPS = 12
"""Clips by default: enough to tell 0.9 standard deviations of the differences between clips apart most of the time."""


@dataclass(frozen=True)
class SoundClip:
    """A sound clip and the case that it animates, whose trajectory has one point per frame, in pixels of the clip."""

    case: Case
    clip: Clip


@dataclass(frozen=True)
class SoundClips:
    """Sound clips of one origin.

    Attributes:
        name: the suite with its version, or the CSV's or folder's name.
        all: the clips.
    """

    name: str
    all: tuple[SoundClip, ...]


def of_suite(name: str, limit: int | None, progress: Progress) -> SoundClips:
    """The suite's reference clips, every kind of case among them.

    Args:
        name: of the suite, or its folder.
        limit: how many clips at most; None for CLIPS.
        progress: is told about scenes that have yet to be rendered.

    Raises:
        UsageError: there is no such suite, it has mistakes, or it has no reference clips.
        BadImage: a photograph of a scene cannot be read.
        BadClip: a clip cannot be read.
    """
    suite = suites.load(name)
    cases = spread([case for case in suite.cases if case.reference], limit or CLIPS)
    if not cases:
        raise UsageError(f"suite {suite.name} has no reference clips to damage: use --clips")
    suites.prepare(suite, progress)
    return SoundClips(
        str(suite.id), tuple(_sound_clip(case, case.reference) for case in cases if case.reference)
    )


def of_own(path: Path, limit: int | None, progress: Progress) -> SoundClips:
    """The clips of a CSV or folder, as `bench evaluate --clips` reads them.

    Args:
        path: of the CSV or folder.
        limit: how many clips at most; None for CLIPS.
        progress: is told what was set aside.

    Raises:
        UsageError: the CSV or folder cannot be understood.
        BadClip: a clip cannot be read.
    """
    collection = own_clips.collect(path)
    for remark in collection.remarks:
        progress.say(remark)
    cases = {case.id: case for case in collection.suite.cases}
    wanted = collection.clips[: limit or CLIPS]
    return SoundClips(path.name, tuple(_sound_clip(cases[clip.case], clip.path) for clip in wanted))


def spread(cases: Sequence[Case], limit: int) -> list[Case]:
    """At most limit cases: with and without a trajectory in turn, the categories of both in turn."""
    moving = [case for case in cases if case.trajectory]
    others = [case for case in cases if not case.trajectory]
    return list(islice(_in_turn([list(_by_category(moving)), list(_by_category(others))]), limit))


def _by_category(cases: Sequence[Case]) -> Iterator[Case]:
    categories = dict.fromkeys(case.category for case in cases)
    return _in_turn([[case for case in cases if case.category == category] for category in categories])


def _in_turn(groups: Sequence[Sequence[Case]]) -> Iterator[Case]:
    return (case for case in chain.from_iterable(zip_longest(*groups)) if case is not None)


def _sound_clip(case: Case, path: Path) -> SoundClip:
    whole = video.read_clip(path)
    frames = np.stack([pictures.limited(frame, SIDE) for frame in whole.frames[:FRAMES]])
    # the trajectory is that of the whole clip, in its pixels
    is_known = len(case.trajectory or ()) == len(whole) and frames.shape[1:3] == whole.frames.shape[1:3]
    trajectory = case.trajectory[: len(frames)] if case.trajectory and is_known else None
    return SoundClip(replace(case, trajectory=trajectory, scene={}), Clip(frames, whole.fps))
