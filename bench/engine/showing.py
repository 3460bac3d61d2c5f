"""A clip while it is shown to evaluators: as it is, and at the same time in views that are derived from its frames."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bench.base import reading
from bench.errors import NotMeasurable, no_exit
from bench.evaluators import Evaluator
from bench.evaluators.view import Sample, View
from bench.media import video
from bench.media.clip_view import ClipView, Derivation
from bench.media.input_image import InputImage
from bench.types import Case, ClipRecord, Image

CONDENSED_EVERY = 64
"""Frames after which evaluators are asked to make what they keep of them smaller."""


@dataclass
class Observation:
    """What one evaluator keeps of a clip while it is shown, or what went wrong."""

    evaluator: Evaluator
    looks: list[Any] = field(default_factory=list)
    error: Exception | None = None

    def see(self, view: View) -> None:
        """Shows one frame; after a failure the rest of the clip is skipped for this evaluator."""
        if self.error is None:
            try:
                with no_exit(self.evaluator.name):
                    self.looks.append(self.evaluator.look(view))
                    if len(self.looks) % CONDENSED_EVERY == 0:
                        self.looks = self.evaluator.condensed(self.looks)
            except Exception as error:
                reading.refuse(error)
                self.error = error

    def kept(self, sample: Sample) -> list[Any]:
        """What was kept, one entry per frame of the sample; raises the reason if there is nothing to conclude from."""
        self.evaluator.refuse(sample)
        if self.error is not None and len(self.looks) < sample.num_frames:
            raise self.error
        return self.looks[: sample.num_frames]


class Native:
    """A clip as it is.

    Args:
        evaluators: loaded if they are not.
        case: that the clip animates.
        record: of the clip.
    """

    def __init__(self, evaluators: Iterable[Evaluator], case: Case, record: ClipRecord) -> None:
        self.case, self.record = case, record
        self.observations = loaded(evaluators)
        self.view: View | None = None

    def see(self, frame: Image, stream: video.Stream) -> View:
        """Shows the next frame; gives what evaluators saw of it."""
        if self.view is None:
            height, width = frame.shape[:2]
            self.view = View(0, frame, Sample(InputImage(self.case, self.record, width, height), stream.fps))
        else:
            self.view = following(self.view, frame)
        for each in self.observations.values():
            each.see(self.view)
        return self.view

    def sample(self, stream: video.Stream) -> Sample:
        """The clip, once its last frame was shown."""
        assert self.view is not None  # a stream has a frame, or raises
        return Sample(self.view.sample.input, stream.fps, self.view.t + 1, stream.decoded)


class InView:
    """A clip in a view: its frames are taken and resized as they come.

    Where the view's frames are the clip's first ones as they are, nothing is looked at twice.

    Args:
        clip_view: the view.
        evaluators: loaded if they are not.
        native: the clip as it is, which is shown each frame first.
    """

    def __init__(self, clip_view: ClipView, evaluators: Iterable[Evaluator], native: Native) -> None:
        self.clip_view, self.native = clip_view, native
        self.observations = loaded(evaluators)
        self.how: Derivation | None = None
        self.error: NotMeasurable | None = None
        self.view: View | None = None
        self.looking: list[Observation] = []

    def see(self, view: View) -> None:
        """Shows the next frame of the clip, if the view takes it."""
        if view.t == 0:
            self._begin(view)
        if self.how and self.how.takes(view.t):
            self.view = view if self.how.is_beginning else self._derived(view)
            for each in self.looking:
                each.see(self.view)

    def sample(self, whole: Sample) -> Sample:
        """The clip in the view, once its last frame was shown.

        Args:
            whole: the clip as it is.

        Raises:
            NotMeasurable: it cannot be brought to the view.
        """
        if self.error or not (self.how and self.view):
            raise self.error or NotMeasurable(f"nothing of the clip is in view {self.clip_view}")
        how = self.clip_view.of(whole.fps, whole.width, whole.height)
        if how.step != self.how.step:  # the rate was not known before the end
            raise NotMeasurable(
                f"not comparable in view {self.clip_view}: frames follow each other unevenly, {whole.fps:.3g} per "
                "second on average, where the file states another rate"
            )
        how.refuse(whole.num_frames)
        return Sample(self.view.sample.input, how.fps, self.clip_view.frames, whole.decoded)

    def _begin(self, view: View) -> None:
        try:
            self.how = self.clip_view.of(view.sample.fps, view.sample.width, view.sample.height)
        except NotMeasurable as error:
            self.error = error
            return
        shared = self.native.observations if self.how.is_beginning else {}
        self.looking = [each for evaluator, each in self.observations.items() if evaluator not in shared]
        self.observations |= {each: shared[each] for each in self.observations if each in shared}

    def _derived(self, view: View) -> View:
        assert self.how
        frame = self.how.resized(view.frame)
        if self.view is not None:
            return following(self.view, frame)
        about = view.sample.input
        fitted = InputImage(
            about.case, about.record, self.how.width, self.how.height, (about.width, about.height)
        )
        return View(0, frame, Sample(fitted, self.how.fps))


def following(before: View, frame: Image) -> View:
    """The view of the frame after another's; what that one knew of the frame before it is let go."""
    before.before = None  # else every frame of the clip would stay in memory
    return View(before.t + 1, frame, before.sample, before, before.first)


def loaded(evaluators: Iterable[Evaluator]) -> dict[Evaluator, Observation]:
    """One observation per evaluator, each of which is loaded, or says why not."""
    found = {evaluator: Observation(evaluator) for evaluator in evaluators}
    for evaluator, each in found.items():
        try:
            with no_exit(evaluator.name):
                evaluator.ready()
        except Exception as error:
            reading.refuse(error)
            each.error = error
    return found
