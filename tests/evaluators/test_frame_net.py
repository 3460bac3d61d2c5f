"""Frames reach a network several at a time, and of a long clip only vectors are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from bench.engine import showing
from bench.errors import NotFinite
from bench.evaluators import Sample, Values, View
from bench.evaluators.frame_net import FrameNetEvaluator, Vectors
from bench.types import Clip, MetricCard, Value
from tests.made import answers, moving_clip


class Brightness(FrameNetEvaluator):
    name = "brightness"
    cards = (MetricCard("brightness", 1, "none", "", None, None, "d", "s", "b"),)

    def load(self) -> None:
        self.seen: list[int] = []

    def look(self, view: View) -> Any:
        return view.frame

    def encoded(self, prepared: Sequence[Any]) -> Vectors:
        self.seen.append(len(prepared))
        vectors = np.stack([frame.mean((0, 1)) for frame in prepared])
        for number, vector in enumerate(vectors):
            if vector.sum() == 0:
                raise NotFinite(number)
        return vectors

    def judged(self, vectors: Vectors, sample: Sample) -> Values:
        return {"brightness": Value(float(vectors.mean()), series=tuple(vectors.mean(1).tolist()))}


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(showing, "CONDENSED_EVERY", 4)


def test_a_long_clip_is_encoded_as_it_is_shown(few: None) -> None:
    evaluator, clip = Brightness(), moving_clip(frames=10)
    value = answers(evaluator, clip.frames)["brightness"]
    assert evaluator.seen == [4, 4, 2]
    assert isinstance(value, Value) and value.series == pytest.approx(clip.frames.mean((1, 2, 3)))


def test_the_frame_of_a_nan_is_the_clips(few: None) -> None:
    clip: Clip = moving_clip(frames=10)
    clip.frames[6] = 0
    with pytest.raises(NotFinite, match="for frame 6"):
        answers(Brightness(), clip.frames)
