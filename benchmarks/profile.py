"""Where a clip's time goes: decoding, the planes that evaluators share, and each evaluator, against decoding alone.

Shared planes are computed before an evaluator asks for them, so that none of them pays for what others use, too.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.errors import NotMeasurable
from bench.evaluators import ClipEvaluator
from bench.evaluators.view import Sample, View
from bench.media import video
from bench.media.input_image import InputImage
from bench.types import Case, ClipRecord
from benchmarks._clips import FILMS
from benchmarks._evaluators import without_weights
from benchmarks._timing import machine

PLANES: dict[str, Callable[[View], Any]] = {
    "gray": lambda view: view.gray,
    "flow forward": lambda view: view.before and view.motion.forward,
    "flow backward": lambda view: view.before and view.motion.backward,
    "occlusion": lambda view: view.before and view.motion.visible,
    "warped frame": lambda view: view.before and view.motion.warped,
}


class Clock(dict[str, float]):
    """CPU seconds by what they went to."""

    def of(self, what: str, work: Callable[[], Any]) -> Any:
        """work's result, its time noted."""
        before = time.process_time()
        try:
            return work()
        except NotMeasurable:
            return None
        finally:
            self[what] = self.get(what, 0.0) + time.process_time() - before


def main() -> None:
    """Prints a table a clip."""
    print(machine("opencv-python-headless", "av", "numba"))
    for film in FILMS:
        with film.written() as (path, record):
            profile(path, film.case(), record, without_weights())  # to be warm
            clock = profile(path, film.case(), record, without_weights())
        print(f"\n{film}\n\n{table(clock, film.num_frames)}", flush=True)


def profile(path: Path, case: Case, record: ClipRecord, evaluators: Sequence[ClipEvaluator]) -> Clock:
    """CPU seconds that a clip takes, by what they went to, in the order in which it was first asked for."""
    clock, looks = Clock(), defaultdict[str, list[Any]](list)
    with video.stream(path) as stream:
        view: View | None = None
        while (frame := clock.of("decoding", lambda: next(stream.frames, None))) is not None:
            height, width = frame.shape[:2]
            sample = view.sample if view else Sample(InputImage(case, record, width, height), stream.fps)
            if view:
                view.before = None
            view = View(view.t + 1 if view else 0, frame, sample, view, view and view.first)
            for name, plane in PLANES.items():
                clock.of(name, lambda plane=plane, view=view: plane(view))
            for each in evaluators:
                looks[each.name].append(clock.of(each.name, lambda each=each, view=view: each.look(view)))
    assert view
    sample = Sample(view.sample.input, stream.fps, view.t + 1, stream.decoded)
    for each in evaluators:
        if not all(look is None for look in looks[each.name]):
            clock.of(each.name, lambda each=each, sample=sample: each.conclude(looks[each.name], sample))
    return clock


def table(clock: Clock, num_frames: int) -> str:
    """Markdown: planes in the order in which they build on each other, then evaluators, the dearest first."""
    total, floor = sum(clock.values()), clock["decoding"]
    shared = ["decoding", *PLANES]
    own = sorted(set(clock) - set(shared), key=lambda name: -clock[name])
    lines = ["| part | ms a frame | share | times decoding |", "|---|---|---|---|"]
    for name in [*shared, *own]:
        lines.append(_line(name if name in shared else f"`{name}`", clock[name], num_frames, total, floor))
    return "\n".join([*lines, _line("all", total, num_frames, total, floor)])


def _line(name: str, seconds: float, num_frames: int, total: float, floor: float) -> str:
    return f"| {name} | {1e3 * seconds / num_frames:.2f} | {seconds / total:.1%} | {seconds / floor:.2f} |"


if __name__ == "__main__":
    main()
