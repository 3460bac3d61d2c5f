"""A clip is decoded once, and measured natively and in views: equal footage gives equal numbers there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import evaluators
from bench.base.progress import Progress
from bench.engine import one_pass
from bench.engine.evaluation import Evaluation
from bench.engine.one_pass import show_clip_in_views, show_file_in_views
from bench.errors import NotMeasurable
from bench.evaluators import ClipEvaluator, Evaluator, Sample, Values, View
from bench.media import pictures, video
from bench.media.clip_view import DEFAULT, ClipView
from bench.runs import RunFolder
from bench.types import Case, Clip, ClipRecord, Measurement, MetricCard, Run, Suite, Value
from tests.made import photograph, suite as made_suite

CASE, RECORD = Case("a", Path("none")), ClipRecord("a", 0, None, "")

RUN = Run("x-tiny-0", "x", "clips", "", "", 0, {}, "", "tiny", "0", None)


class Frames(ClipEvaluator):
    """Keeps every frame that it is shown."""

    name = "frames"
    cards = (MetricCard("frames_mean", 1, "none", "", None, None, "d", "s", "b"),)

    def __init__(self) -> None:
        super().__init__()
        self.looks = 0
        self.sample: Sample | None = None

    def look(self, view: View) -> Any:
        self.looks += 1
        return view.t, view.frame, None if view.before is None else view.before.frame

    def conclude(self, looks: Sequence[Any], sample: Sample) -> Values:
        self.sample = sample
        levels = [float(frame.mean()) for _, frame, _ in looks]
        return {"frames_mean": Value(float(np.mean(levels)), series=tuple(levels))}


def footage(frames: int, fps: float, width: int = 128, height: int = 72) -> Clip:
    """A picture that slides by 2 px per frame, and brightens."""
    picture = photograph(height, width)
    moved = [np.roll(picture, 2 * t, axis=1) // 2 + 2 * t for t in range(frames)]
    return Clip(np.stack(moved).astype(np.uint8), fps)


def every(clip: Clip, step: int) -> Clip:
    """Each step-th frame, at a rate as much lower."""
    return Clip(np.ascontiguousarray(clip.frames[::step]), clip.fps / step)


def seen(clip: Clip, view: ClipView = DEFAULT) -> tuple[Frames, Any, one_pass.OnePass]:
    evaluator = Frames()
    shown = show_clip_in_views(clip, {view: [evaluator]}, CASE, RECORD)[view]
    return evaluator, shown.answers(evaluator)["frames_mean"], shown


@pytest.mark.parametrize(("fps", "step"), [(8.0, 1), (16.0, 2), (24.0, 3)])
def test_every_so_many_frames_are_shown_resized_as_a_clip_of_their_own(fps: float, step: int) -> None:
    clip = footage(60, fps)
    evaluator = Frames()
    shown = show_clip_in_views(clip, {DEFAULT: [evaluator]}, CASE, RECORD)[DEFAULT]
    looks = shown.observations[evaluator].looks
    expected = [pictures.fit(frame, 480, 270, "stretch") for frame in clip.frames[: 14 * step : step]]
    assert [t for t, _, _ in looks] == list(range(14))
    assert all((frame == wanted).all() for (_, frame, _), wanted in zip(looks, expected, strict=True))
    assert looks[0][2] is None
    assert all((before == wanted).all() for (_, _, before), wanted in zip(looks[1:], expected, strict=False))
    shown.answers(evaluator)
    assert evaluator.sample is not None
    assert (evaluator.sample.num_frames, evaluator.sample.fps) == (14, 8.0)
    assert (evaluator.sample.width, evaluator.sample.height) == (480, 270)
    assert (shown.clip.num_frames, shown.clip.fps, shown.clip.width) == (60, fps, 128)


def test_twenty_five_frames_per_second_are_measured_at_their_own_nearest_rate() -> None:
    evaluator, answer, _ = seen(footage(60, 25.0))
    assert isinstance(answer, Value)
    assert evaluator.sample is not None and evaluator.sample.fps == pytest.approx(25 / 3)


@pytest.mark.parametrize(
    ("frames", "fps", "reason"),
    [(40, 12.0, "not comparable in view"), (40, 4.0, "not comparable"), (13, 8.0, "too short for view")],
)
def test_what_cannot_be_brought_to_the_view_is_not_measurable(frames: int, fps: float, reason: str) -> None:
    _, answer, shown = seen(footage(frames, fps))
    assert isinstance(answer, NotMeasurable) and reason in str(answer)
    assert shown.clip.num_frames == frames


def test_the_same_footage_at_half_the_rate_is_the_same_in_the_view() -> None:
    clip = footage(60, 16.0)
    assert seen(clip)[1] == seen(every(clip, 2))[1]


def test_half_of_too_few_frames_is_not_comparable() -> None:
    """The motion suite: 16 frames at 8 fps, and every second of them at 4 fps."""
    clip = footage(16, 8.0)
    assert isinstance(seen(clip)[1], Value)
    assert isinstance(seen(every(clip, 2))[1], NotMeasurable)


def test_a_clip_that_begins_as_the_view_is_looked_at_once() -> None:
    clip = footage(16, 8.0, 480, 272)
    both, alone = Frames(), Frames()
    shown = show_clip_in_views(clip, {None: [both], DEFAULT: [both]}, CASE, RECORD)
    assert both.looks == 16
    in_view = shown[DEFAULT].answers(both)
    assert in_view == show_clip_in_views(clip, {DEFAULT: [alone]}, CASE, RECORD)[DEFAULT].answers(alone)
    assert alone.looks == 14
    assert len(shown[None].answers(both)["frames_mean"].series or ()) == 16  # type: ignore[union-attr]


def test_a_failure_after_the_view_is_not_the_views() -> None:
    class Late(Frames):
        def look(self, view: View) -> Any:
            if view.t == 15:
                raise ZeroDivisionError("late")
            return super().look(view)

    late = Late()
    shown = show_clip_in_views(footage(16, 8.0, 480, 272), {None: [late], DEFAULT: [late]}, CASE, RECORD)
    assert isinstance(shown[None].answers(late)["frames_mean"], ZeroDivisionError)
    assert isinstance(shown[DEFAULT].answers(late)["frames_mean"], Value)


def test_the_input_image_is_resized_as_frames_are(tmp_path: Path) -> None:
    """A clip that shows the image as it was given to the model shows it in any view."""
    pictures.write(tmp_path / "a.png", photograph(300, 400))
    case = Case("a", tmp_path / "a.png")
    still = Clip(np.stack([pictures.fit(photograph(300, 400), 320, 192, "cover")] * 16), 8.0)

    class ToInput(Frames):
        def conclude(self, looks: Sequence[Any], sample: Sample) -> Values:
            far = np.abs(sample.input.pixels.astype(int) - looks[0][1]).max()
            return {"frames_mean": Value(float(far))}

    one = ToInput()
    shown = show_clip_in_views(still, {DEFAULT: [one]}, case, RECORD)
    assert shown[DEFAULT].answers(one) == {"frames_mean": Value(0.0)}


def test_a_file_is_decoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    video.write_clip(tmp_path / "a.mkv", footage(16, 8.0))
    opened: list[Path] = []
    stream = video.stream
    monkeypatch.setattr(video, "stream", lambda path, fps: (opened.append(path), stream(path, fps))[1])
    one, other = Frames(), Frames()
    views = {None: [one], DEFAULT: [one], ClipView(1.0, 4.0, 0.01): [other]}
    shown = show_file_in_views(tmp_path / "a.mkv", views, CASE, RECORD)
    assert len(opened) == 1
    assert [len(shown[view].observations[found[0]].looks) for view, found in views.items()] == [16, 14, 4]


# Rows


@pytest.fixture
def tiny(tmp_path: Path) -> Suite:
    return made_suite(tmp_path, cases=1)


def rows_of(folder: Path, tiny: Suite, clip: Clip, *wanted: Evaluator) -> list[Measurement]:
    """The rows of a run of one clip."""
    run = RunFolder(folder)
    path = run.clip_path("c0", 0)
    video.write_clip(path, clip)
    from bench.base import files

    run.write_record(
        ClipRecord("c0", 0, f"clips/{path.name}", files.sha256(path), path.stat().st_size, seconds=1.0)
    )
    Evaluation(RUN, tiny, run, wanted, Progress(), (None, DEFAULT)).evaluate()
    found: list[Measurement] = run.rows.read()[0]
    again = Evaluation(RUN, tiny, run, wanted, Progress(), (None, DEFAULT)).evaluate()
    assert (again.measured, again.kept) == (0, len(found))
    return found


def test_rows_say_their_view_and_what_was_seen_in_it(tmp_path: Path, tiny: Suite) -> None:
    native, viewed = sorted(
        rows_of(tmp_path / "run", tiny, footage(50, 25.0), Frames()), key=lambda row: len(row.view)
    )
    assert (native.view, viewed.view) == ("native", "1.75s@8fps@0.13MP")
    about = json.loads(viewed.decoded)
    assert (about["frames"], about["fps"], about["width"]) == (50, 25.0, 128)
    assert about["view"] == {"frames": 14, "width": 480, "height": 270, "fps": pytest.approx(25 / 3)}
    assert "view" not in json.loads(native.decoded)


def test_what_a_clip_cost_is_measured_natively_only(tmp_path: Path, tiny: Suite) -> None:
    cost = evaluators.registry["cost"]()
    assert {row.view for row in rows_of(tmp_path / "run", tiny, footage(16, 8.0), cost)} == {"native"}


def test_metrics_that_are_native_only_have_no_row_in_a_view(tmp_path: Path, tiny: Suite) -> None:
    """Drifts at 2 and 4 s, beside those at 1 s and slopes, which the same evaluator measures in every view."""
    rows = rows_of(tmp_path / "run", tiny, footage(40, 8.0), evaluators.registry["appearance"]())
    native, viewed = (
        {row.metric for row in rows if (row.view == "native") is wanted} for wanted in (True, False)
    )
    assert {name for name in native - viewed if not name.endswith(("_drift_2s", "_drift_4s"))} == set()
    assert (len(native), len(viewed), len(rows)) == (24, 12, 36)
    assert all(row.value is not None for row in rows)


def test_a_missing_view_is_added(tmp_path: Path, tiny: Suite) -> None:
    first = rows_of(tmp_path / "run", tiny, footage(16, 8.0), Frames())
    other = ClipView(1.0, 4.0, 0.01)
    run = RunFolder(tmp_path / "run")
    assert Evaluation(RUN, tiny, run, [Frames()], Progress(), (other,)).evaluate().measured == 1
    assert len(run.rows.read()[0]) == len(first) + 1


@pytest.mark.parametrize(
    "name", ["ssim", "flicker", "motion", "compensated_flicker", "warping", "first_frame"]
)
def test_half_the_rate_and_length_gives_the_same_values_in_the_view(
    tmp_path: Path, tiny: Suite, name: str
) -> None:
    """16 frames per second over 1.75 s and more, against every second frame."""
    clip = footage(30, 16.0)
    found = [
        {
            row.metric: (row.value, row.error)
            for row in rows_of(tmp_path / folder, tiny, each, evaluators.registry[name]())
            if row.view != "native"
        }
        for folder, each in (("whole", clip), ("half", every(clip, 2)))
    ]
    assert found[0] == found[1]
    assert any(value is not None for value, _ in found[0].values())
