"""One pass over a clip shows each frame once, keeps little of the clip, and one evaluator's trouble is its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from bench.engine.one_pass import show, show_clip, show_file
from bench.errors import BadClip, NotMeasurable
from bench.evaluators import ClipEvaluator, Sample, Values, View
from bench.media import video
from bench.types import Case, Clip, ClipRecord, Image, MetricCard, Value
from tests.made import moving_clip, photograph

CASE, RECORD = Case("a", Path("none")), ClipRecord("a", 0, None, "")


class Levels(ClipEvaluator):
    """The mean of every frame; fails where it is told to."""

    name = "levels"
    cards = (MetricCard("level", 1, "none", "", None, None, "d", "s", "b"),)

    def __init__(self, fails_at: int | None = None) -> None:
        super().__init__()
        self.fails_at, self.views = fails_at, list[View]()

    def look(self, view: View) -> float:
        self.views.append(view)
        if view.t == self.fails_at:
            raise ZeroDivisionError("division by zero")
        return float(view.frame.mean())

    def conclude(self, looks: Sequence[Any], sample: Sample) -> Values:
        return {"level": Value(float(np.mean(looks)), series=(float(sample.num_frames), sample.fps))}


def test_every_frame_is_seen_once_in_order() -> None:
    levels, clip = Levels(), moving_clip(6)
    seen = show_clip(clip, [levels], CASE, RECORD)
    assert [view.t for view in levels.views] == list(range(6))
    assert all((view.frame == frame).all() for view, frame in zip(levels.views, clip.frames, strict=True))
    assert seen.answers(levels)["level"] == Value(
        float(np.mean([frame.mean() for frame in clip.frames])), series=(6.0, 8.0)
    )


def test_a_view_knows_the_frame_before_and_the_first_and_no_more() -> None:
    levels = Levels()
    show_clip(moving_clip(5), [levels], CASE, RECORD)
    assert levels.views[0].before is None
    assert levels.views[0].first is levels.views[0]
    assert levels.views[4].before is levels.views[3]
    assert levels.views[3].before is None  # it was, while frame 3 was shown
    assert all(view.first is levels.views[0] for view in levels.views)


def test_shared_planes_are_computed_once() -> None:
    view = View(0, photograph(), Sample.__new__(Sample))
    assert view.gray is view.gray


def test_trouble_of_one_evaluator_is_its_own() -> None:
    broken, sound = Levels(fails_at=2), Levels()
    seen = show_clip(moving_clip(5), [broken, sound], CASE, RECORD)
    assert isinstance(seen.answers(broken)["level"], ZeroDivisionError)
    assert len(broken.views) == 3  # it sees no more of the clip
    assert isinstance(seen.answers(sound)["level"], Value)


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        (None, "conclude returns a mapping of metrics to Values, not None"),
        ({"level": 1.5}, "level is a Value of a number, or an error that says why not; not 1.5"),
        ({"level": Value(np.array(2.0))}, r"level is a Value of a number"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_answer_costs_its_evaluator_alone(answers: Any, why: str) -> None:
    class Wrong(Levels):
        def conclude(self, looks: Sequence[Any], sample: Sample) -> Values:
            return answers  # type: ignore[no-any-return]

    wrong, sound = Wrong(), Levels()
    seen = show_clip(moving_clip(3), [wrong, sound], CASE, RECORD)
    with pytest.raises(TypeError, match=why):
        raise seen.answers(wrong)["level"]  # type: ignore[misc]
    assert isinstance(seen.answers(sound)["level"], Value)


def test_too_short_and_too_small_are_said_before_whatever_went_wrong() -> None:
    class Choosy(Levels):
        min_frames, min_side = 6, 50

    choosy = Choosy(fails_at=0)
    short, small = show_clip(moving_clip(1), [choosy], CASE, RECORD), moving_clip(6)
    assert str(short.answers(choosy)["level"]) == "clip has 1 frame, levels needs 6"
    assert str(show_clip(small, [choosy], CASE, RECORD).answers(choosy)["level"]) == (
        "frames are 64 x 48 pixels, levels needs 50 x 50: use larger frames"
    )


def test_a_net_that_cannot_be_loaded_fails_its_metrics_alone() -> None:
    class Heavy(Levels):
        def load(self) -> None:
            raise NotMeasurable("no weights")

    heavy, sound = Heavy(), Levels()
    seen = show_clip(moving_clip(3), [heavy, sound], CASE, RECORD)
    assert str(seen.answers(heavy)["level"]) == "no weights"
    assert isinstance(seen.answers(sound)["level"], Value)


def test_a_file_gives_what_its_frames_give(tmp_path: Path) -> None:
    clip = moving_clip(9)
    video.write_clip(tmp_path / "a.mkv", clip)
    levels = Levels()
    from_file = show_file(tmp_path / "a.mkv", [levels], CASE, RECORD)
    assert from_file.answers(levels) == show_clip(clip, [levels], CASE, RECORD).answers(levels)
    assert from_file.sample.decoded["codec"] == "ffv1"


def test_a_clip_that_ends_early_answers_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    video.write_clip(path, moving_clip(30))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(BadClip, match=r"a\.mkv"):
        show_file(path, [Levels()], CASE, RECORD)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ThreadPool")]


def test_a_long_clip_is_never_in_memory_whole() -> None:
    """Frames that are not kept are freed: of 60, at most the first, the previous and the present one are in memory."""
    living: set[int] = set()
    most = 0

    class Counted(np.ndarray):
        def __del__(self) -> None:
            living.discard(id(self))

    def frames() -> Iterator[Image]:
        nonlocal most
        for number in range(60):
            frame = np.full((16, 16, 3), number, np.uint8).view(Counted)
            living.add(id(frame))
            most = max(most, len(living))
            yield frame

    class Gray(Levels):
        def look(self, view: View) -> float:
            return float(view.gray.mean())

    show(video.Stream(frames(), 8.0, {}), {None: [Gray()]}, CASE, RECORD)
    assert most <= 5


def test_uneven_timing_is_known_at_the_end() -> None:
    stream = video.Stream(iter(()), 30.0, {})

    def frames() -> Iterator[Image]:
        yield from moving_clip(4).frames
        stream.fps, stream.decoded["timing"] = 12.5, "uneven"

    stream.frames = frames()
    levels = Levels()
    seen = show(stream, {None: [levels]}, CASE, RECORD)[None]
    assert (seen.sample.fps, seen.sample.decoded["timing"]) == (12.5, "uneven")


def test_uneven_timing_of_a_file_is_what_evaluators_are_told(tmp_path: Path) -> None:
    """Frames that stay for 300 and 100 ms in turn, in a file that states 30 a second."""
    path = tmp_path / "a.mkv"
    frames = moving_clip(6).frames
    with av.open(str(path), "w") as output:
        stream = output.add_stream("ffv1", rate=30)
        stream.height, stream.width, stream.pix_fmt = *frames.shape[1:3], "bgr0"
        stream.codec_context.time_base = Fraction(1, 1000)
        for frame, begin in zip(frames, (0, 300, 400, 700, 800, 1100), strict=True):
            picture = av.VideoFrame.from_ndarray(frame, format="rgb24")
            picture.pts, picture.time_base = begin, Fraction(1, 1000)
            output.mux(stream.encode(picture))
        output.mux(stream.encode(None))
    levels = Levels()
    seen = show_file(path, [levels], CASE, RECORD)
    assert seen.sample.decoded["timing"] == "uneven"
    assert seen.sample.fps == pytest.approx(5 / 1.1) == video.read_clip(path).fps


def test_a_file_is_not_closed_while_it_is_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while an evaluator looks: libavcodec would read memory that is gone."""
    decoding, closed = threading.Event(), list[bool]()

    def frames() -> Iterator[Image]:
        yield moving_clip(1).frames[0]
        decoding.set()
        time.sleep(0.2)
        decoding.clear()
        yield moving_clip(1).frames[0]

    @contextmanager
    def stream(path: Path, fps: float | None = None) -> Iterator[video.Stream]:
        try:
            yield video.Stream(frames(), 8.0, {})
        finally:
            closed.append(not decoding.is_set())

    class Interrupted(Levels):
        def look(self, view: View) -> float:
            decoding.wait()
            raise KeyboardInterrupt

    monkeypatch.setattr(video, "stream", stream)
    with pytest.raises(KeyboardInterrupt):
        show_file(tmp_path / "a.mkv", [Interrupted()], CASE, RECORD)
    assert closed == [True]


def test_clips_of_other_sizes_may_follow() -> None:
    levels = Levels()
    for side in (1, 8, 33):
        clip = Clip(np.zeros((2, side, side, 3), np.uint8), 8.0)
        assert show_clip(clip, [levels], CASE, RECORD).sample.width == side


class One(ClipEvaluator):
    """One value, whatever the clip."""

    name = "one"

    def __init__(self, value: float, low: float | None, high: float | None) -> None:
        super().__init__()
        self.value = value
        self.cards = (MetricCard("one", 1, "none", "", low, high, "", "", ""),)  # type: ignore[misc]

    def look(self, view: View) -> None:
        return None

    def conclude(self, looks: Sequence[Any], sample: Sample) -> Values:
        return {"one": Value(self.value)}


def _answer(one: One) -> Value | Exception:
    return show_clip(moving_clip(), [one], CASE, RECORD).answers(one)["one"]


@pytest.mark.parametrize(
    ("value", "expected"), [(255.00001, 255.0), (-1e-9, 0.0), (254.9, 254.9), (255.0, 255.0)]
)
def test_rounding_does_not_carry_a_value_past_its_range(value: float, expected: float) -> None:
    assert _answer(One(value, 0.0, 255.0)) == Value(expected)


@pytest.mark.parametrize(
    ("value", "low", "high"), [(255.1, 0.0, 255.0), (-0.01, 0.0, None), (1.01, None, 1.0)]
)
def test_a_value_that_its_card_excludes_is_a_failure(
    value: float, low: float | None, high: float | None
) -> None:
    answer = _answer(One(value, low, high))
    assert isinstance(answer, ValueError)
    assert "and its card says" in str(answer)
