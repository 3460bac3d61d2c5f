"""Each input that decides a clip or a number is changed: exactly what depends on it is made or measured anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bench.base.progress import Progress
from bench.engine.evaluation import Evaluation
from bench.engine.identity import run_of
from bench.runs import RunFolder
from bench.types import Checkpoint, Runtime, Suite
from tests import made
from tests.engine.test_evaluation import RUN, Brightness, Scale, _card, _store
from tests.engine.test_identity import Weighted
from tests.faults.all_faults import Figures

CHECKPOINT = Checkpoint("org/weighted", "0" * 40, "", "hub:org/weighted@0")


@dataclass(frozen=True)
class Steps:
    steps: int = 25
    num_frames: int = 14


class Settled(Weighted):
    Settings = Steps


def _model(settings: Any = None, runtime: Runtime | None = None, **changes: Any) -> Settled:
    return Settled(settings or Steps(), runtime or Runtime(), replace(CHECKPOINT, **changes))


def _other_version() -> Settled:
    later = type("Later", (Settled,), {"card": replace(Settled.card, version=2)})
    found: Settled = later(Steps(), Runtime(), CHECKPOINT)
    return found


RUNS: dict[str, Callable[[Suite], Any]] = {
    "revision": lambda suite: run_of(_model(digest="hub:org/weighted@1"), suite),
    "steps": lambda suite: run_of(_model(Steps(steps=3)), suite),
    "frames": lambda suite: run_of(_model(Steps(num_frames=9)), suite),
    "dtype": lambda suite: run_of(_model(runtime=Runtime(dtype="bfloat16")), suite),
    "adapter's version": lambda suite: run_of(_other_version(), suite),
    "suite's version": lambda suite: run_of(_model(), replace(suite, version="1")),
    "suite's name": lambda suite: run_of(_model(), replace(suite, name="other")),
}
SAME: dict[str, Callable[[Suite], Any]] = {
    "device": lambda suite: run_of(_model(runtime=Runtime(device="cuda:1")), suite),
    "title": lambda suite: run_of(_model(), replace(suite, title="another")),
}


@pytest.mark.parametrize("name", RUNS)
def test_what_decides_clips_is_another_run(tmp_path: Path, name: str, figures: Figures) -> None:
    """So that all of its clips are made."""
    suite = made.suite(tmp_path)
    figures.tried = 1
    assert RUNS[name](suite).id != run_of(_model(), suite).id


@pytest.mark.parametrize("name", SAME)
def test_what_does_not_is_the_same_run(tmp_path: Path, name: str, figures: Figures) -> None:
    suite = made.suite(tmp_path)
    figures.tried = 1
    assert SAME[name](suite).id == run_of(_model(), suite).id


class Corrected(Brightness):
    cards = (replace(_card("bright"), version=2), _card("dark"))


def _another_clip(folder: RunFolder, suite: Suite) -> Suite:
    _store(folder, "c1", made.moving_clip(seed=9))
    return suite


def _another_picture(folder: RunFolder, suite: Suite) -> Suite:
    made.pictures.write(suite.cases[1].image, made.photograph(seed=9))
    return replace(suite, cases=(suite.cases[0], made.changed(suite.cases[1]), suite.cases[2]))


def _another_prompt(folder: RunFolder, suite: Suite) -> Suite:
    return replace(
        suite, cases=(suite.cases[0], made.changed(suite.cases[1], prompt="other"), suite.cases[2])
    )


ROWS: dict[str, tuple[Callable[[RunFolder, Suite], Suite], type[Brightness], Scale, int]] = {
    "nothing": (lambda folder, suite: suite, Brightness, Scale(), 0),
    "what changes no number": (lambda folder, suite: suite, Brightness, Scale(batch=1), 0),
    "a clip": (_another_clip, Brightness, Scale(), 2),
    "a picture": (_another_picture, Brightness, Scale(), 2),
    "a prompt": (_another_prompt, Brightness, Scale(), 2),
    "a metric's version": (lambda folder, suite: suite, Corrected, Scale(), 6),
    "a metric's settings": (lambda folder, suite: suite, Brightness, Scale(factor=2.0), 6),
}
"""What is changed, and how many of the rows of two metrics about three clips are measured then: all of one look."""


@pytest.mark.parametrize("name", ROWS)
def test_exactly_the_rows_that_depend_on_it(
    tmp_path: Path, name: str, figures: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    (tmp_path / "suite").mkdir()
    suite, folder = made.suite(tmp_path / "suite"), RunFolder(tmp_path / "run")
    for number, case in enumerate(suite.cases):
        _store(folder, case.id, made.moving_clip(seed=number))
    Evaluation(RUN, suite, folder, [Brightness()], Progress()).evaluate()
    change, evaluator, settings, expected = ROWS[name]
    suite = change(folder, suite)
    found = Evaluation(RUN, suite, folder, [evaluator(settings)], Progress()).evaluate()
    figures.tried = 1
    assert found.measured == expected
