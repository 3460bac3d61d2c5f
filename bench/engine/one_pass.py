"""One pass over a clip's frames, shown to every evaluator. Decoding runs ahead in a thread of its own."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from numbers import Real
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.base import reading
from bench.engine.showing import InView, Native, Observation
from bench.errors import NotMeasurable, no_exit
from bench.evaluators import Answers, ClipEvaluator, Evaluator, SetEvaluator, all_failed
from bench.evaluators.view import Sample
from bench.media import video
from bench.media.clip_view import ClipView
from bench.types import Case, Clip, ClipRecord, Image, MetricCard, Value

AHEAD = 4
"""Frames that are decoded ahead: enough that neither side waits for single slow frames."""

ROUNDING = 1e-6
"""How far rounding may carry a value past the end of a metric's range: a share of that end, or of 1 if that is more."""


Wanted: TypeAlias = Mapping[ClipView | None, Sequence[Evaluator]]
"""View -> the evaluators that are to see a clip in it; None is the clip as it is."""

Passes: TypeAlias = "Mapping[ClipView | None, OnePass]"


@dataclass(frozen=True)
class OnePass:
    """A clip that was shown from beginning to end.

    Attributes:
        clip: as it is.
        sample: the clip in the view in which it was shown; clip itself if that is native.
        observations: one per evaluator.
        error: why the clip cannot be brought to the view; None if it can.
    """

    clip: Sample
    sample: Sample
    observations: Mapping[Evaluator, Observation]
    error: NotMeasurable | None = None

    def answers(self, evaluator: ClipEvaluator) -> Answers:
        """The evaluator's answers; whatever goes wrong inside it costs its own metrics and no others.

        Raises:
            StorageFailed: the disk failed under it, which says nothing about the clip.
        """
        try:
            if self.error is not None:
                raise self.error
            with no_exit(evaluator.name):
                kept = self.observations[evaluator].kept(self.sample)
                answers = checked(evaluator.conclude(kept, self.sample))
            ranges = {card.name: card for card in evaluator.cards}
            return {name: _within(ranges.get(name), answer) for name, answer in answers.items()}
        except Exception as error:
            reading.refuse(error)
            return all_failed(evaluator, error)

    def features(self, evaluator: SetEvaluator) -> NDArray[np.float64]:
        """(D,): what the evaluator keeps of the clip.

        Raises:
            NotMeasurable: the clip has none to give.
            Exception: whatever else went wrong.
        """
        with no_exit(evaluator.name):
            found = evaluator.features(self.observations[evaluator].kept(self.sample))
        if not isinstance(found, np.ndarray) or found.ndim != 1:
            raise TypeError(f"features returns a vector, not {found!r:.80}")
        return found


def checked(answers: Answers, method: str = "conclude") -> Answers:
    """The answers of an evaluator, which may be a plug-in's: anything else would break the rows of other evaluators.

    Raises:
        TypeError: they are no answers.
    """
    if not isinstance(answers, Mapping):
        raise TypeError(f"{method} returns a mapping of metrics to Values, not {answers!r:.80}")
    for name, answer in answers.items():
        is_number = isinstance(answer, Value) and isinstance(answer.value, Real)
        if not is_number and not isinstance(answer, Exception):
            raise TypeError(
                f"{name} is a Value of a number, or an error that says why not; not {answer!r:.80}"
            )
    return answers


def _within(card: MetricCard | None, answer: Value | Exception) -> Value | Exception:
    """The answer within the range that the card promises.

    Sums of a hundred thousand roundings end at 255.00001 where 255 is the maximum: that is the end of the range. A
    value farther out is a mistake of the metric or of its card, and not a number.
    """
    if card is None or isinstance(answer, Exception):
        return answer
    low = -math.inf if card.low is None else card.low
    high = math.inf if card.high is None else card.high
    nearest = min(max(answer.value, low), high)
    if abs(nearest - answer.value) > ROUNDING * max(1.0, abs(nearest)):
        return ValueError(f"{card.name} is {answer.value:g}, and its card says {low:g} to {high:g}")
    return answer if nearest == answer.value else replace(answer, value=nearest)


def show_file(path: Path, evaluators: Sequence[Evaluator], case: Case, record: ClipRecord) -> OnePass:
    """Shows a video file or a folder of frames as it is.

    Args:
        path: of the file or folder.
        evaluators: loaded if they are not.
        case: that the clip animates.
        record: of the clip.

    Returns:
        The pass, to ask each evaluator for its answers or features.

    Raises:
        BadClip: it cannot be decoded to its end.
    """
    return show_file_in_views(path, {None: evaluators}, case, record)[None]


def show_file_in_views(path: Path, wanted: Wanted, case: Case, record: ClipRecord) -> Passes:
    """Shows a video file or a folder of frames in several views at once; it is decoded once.

    Args:
        path: of the file or folder.
        wanted: see show.
        case, record: as show_file takes them.

    Returns:
        As show.

    Raises:
        BadClip: it cannot be decoded to its end.
    """
    # closed in that order, whatever happens (Ctrl-C): a file that closes under the decoding thread is a crash
    with video.stream(path, record.fps) as stream, closing(_ahead(stream.frames)) as frames:
        stream.frames = frames  # of the stream itself, which learns its true rate at its end
        return show(stream, wanted, case, record)


def show_clip(clip: Clip, evaluators: Sequence[Evaluator], case: Case, record: ClipRecord) -> OnePass:
    """Shows a clip that is in memory, as it is.

    Args:
        clip: with at least one frame.
        evaluators, case, record: as show_file takes them.

    Returns:
        As for show_file.
    """
    return show_clip_in_views(clip, {None: evaluators}, case, record)[None]


def show_clip_in_views(clip: Clip, wanted: Wanted, case: Case, record: ClipRecord) -> Passes:
    """Shows a clip that is in memory in several views at once.

    Args:
        clip: with at least one frame.
        wanted, case, record: as show takes them.

    Returns:
        As show.
    """
    return show(video.Stream(iter(clip.frames), clip.fps, dict(clip.decoded)), wanted, case, record)


def show(stream: video.Stream, wanted: Wanted, case: Case, record: ClipRecord) -> Passes:
    """Shows a stream's frames, each once, to every evaluator.

    Args:
        stream: of which no frame was taken yet; it is read to its end.
        wanted: view -> the evaluators that are to see the clip in it; None for the clip as it is.
        case, record: as show_file takes them.

    Returns:
        View -> the pass, the clip as it is among them.

    Raises:
        BadClip: the stream turns out to be damaged or cut short: then nothing is concluded from its beginning.
    """
    native = Native(wanted.get(None, ()), case, record)
    others = [InView(view, evaluators, native) for view, evaluators in wanted.items() if view is not None]
    for frame in stream.frames:
        seen = native.see(frame, stream)
        for each in others:
            each.see(seen)
    clip = native.sample(stream)
    passes: dict[ClipView | None, OnePass] = {None: OnePass(clip, clip, native.observations)}
    return passes | {each.clip_view: _concluded(each, clip) for each in others}


def _concluded(shown: InView, clip: Sample) -> OnePass:
    try:
        return OnePass(clip, shown.sample(clip), shown.observations)
    except NotMeasurable as error:
        return OnePass(clip, clip, shown.observations, error)


def _ahead(frames: Iterator[Image]) -> Generator[Image]:
    """The same frames, decoded by a thread while earlier ones are measured."""
    with ThreadPoolExecutor(1) as thread:
        coming = deque(thread.submit(next, frames, None) for _ in range(AHEAD))
        while (frame := coming.popleft().result()) is not None:
            coming.append(thread.submit(next, frames, None))
            yield frame
