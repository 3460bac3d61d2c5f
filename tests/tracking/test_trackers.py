"""What trackers get is read back from TensorBoard's files; no network."""

from __future__ import annotations

import os
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import bench
from bench.base import packages
from bench.errors import Unavailable, UnknownName, UsageError
from tests import command_line
from tests.made import moving_clip, written_suite

ASKED: dict[str, Any] = {"suite": "three", "metrics": "flicker", "view": "native", "show_progress": False}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    written_suite(tmp_path / "three", 3)
    return tmp_path


def sliding(speed: int) -> Any:
    return lambda image: np.stack([np.roll(np.asarray(image), speed * step, axis=1) for step in range(4)])


def logged(curve: str, out: str = "runs") -> Any:
    """What TensorBoard reads in a curve's folder."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = EventAccumulator(str(Path(out) / "tracked" / curve))
    found.Reload()
    return found


def test_scores_with_their_intervals_and_a_contact_sheet_make_a_curve() -> None:
    means = {}
    for step in (500, 1000):
        rows = bench.run(sliding(step // 500), f"mine@step-{step}", track="tensorboard", **ASKED)
        means[step] = bench.scores(rows).set_index("metric").loc["flicker_max_step"]
        assert rows.attrs["untracked"] == {}
    found = logged("mine-on-three")
    for column in ("mean", "low", "high"):
        events = found.Scalars(f"i2v-bench/flicker_max_step/{column}")
        assert [event.step for event in events] == [500, 1000]
        assert [event.value for event in events] == pytest.approx([means[step][column] for step in means])
    first, second = found.Images("i2v-bench/clips")
    assert (first.step, second.step) == (500, 1000)
    sheet = np.asarray(Image.open(BytesIO(first.encoded_image_string)))
    assert sheet.shape[0] == 3 * (160 + 4)  # a row per case
    assert sheet[80, 6 * (213 + 4) - 8].std() > 0  # of colours: the last frame is there


def test_a_step_that_is_given_counts_and_frames_in_memory_are_tracked() -> None:
    clip = moving_clip(6)
    bench.evaluate(
        frames={"duck": clip.frames}, images={"duck": clip.frames[0]}, name="validation", metrics="flicker",
        view="native", track=["tensorboard"], step=70, show_progress=False,
    )  # fmt: skip
    (folder,) = Path("runs/tracked").iterdir()
    assert folder.name.startswith("validation")
    (event,) = logged(folder.name).Scalars("i2v-bench/flicker_max_step/mean")
    assert event.step == 70
    assert not list(Path("runs").glob("*/run.json"))


def test_the_command_says_where_it_logged() -> None:
    words = [
        "run",
        "still",
        "--suite",
        "three",
        "--metrics",
        "flicker",
        "--track",
        "tensorboard",
        "--step",
        "7",
    ]
    answer = command_line.bench(*words, columns=160)
    assert answer.exit_code == 0, answer.stderr
    assert (
        "logged to tensorboard, 'still on three', step 7: tensorboard --logdir runs/tracked" in answer.stderr
    )
    assert [event.step for event in logged("still-on-three").Scalars("i2v-bench/flicker_max_step/mean")] == [
        7
    ]
    again = command_line.bench("evaluate", "still", *words[4:-2], columns=160)
    assert "without a step: --step says it" in again.stderr


class Own:
    """A tracker of a training."""

    name = "own"

    def __init__(self) -> None:
        self.calls: list[tuple[int | None, dict[str, float]]] = []

    def log(self, values: dict[str, float], step: int | None = None) -> None:
        self.calls.append((step, values))


def test_a_trainings_own_trackers_are_written_to_and_left_open() -> None:
    own = Own()
    bench.run(sliding(1), "mine@step-5", track=[own], **ASKED)
    ((step, values),) = own.calls
    assert step == 5
    assert "i2v-bench/flicker_max_step/low" in values


def test_a_tracker_that_fails_is_said_and_costs_no_rows() -> None:
    class Broken(Own):
        def log(self, values: dict[str, float], step: int | None = None) -> None:
            raise ConnectionError("no route to host")

    rows = bench.run(sliding(1), "mine", track=[Broken()], **ASKED)
    assert not rows.empty
    assert rows.attrs["untracked"] == {"own": "ConnectionError: no route to host"}


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        ({"track": "tensorbord"}, UnknownName, "unknown tracker 'tensorbord': did you mean tensorboard"),
        (
            {"track": "tensorboard,clearml"},
            Unavailable,
            "tracker 'clearml' is not installed; pip install clearml",
        ),
        ({"track": 3}, UsageError, "track is names, or trackers as of accelerator.trackers"),
        ({"step": 3}, UsageError, "none is named"),
    ],
)
def test_what_cannot_be_logged_to_is_refused_before_any_work(words: Any, error: Any, said: str) -> None:
    with pytest.raises(error, match=said):
        bench.run("still", **words, **ASKED)
    assert not Path("runs").exists()


def test_without_accelerate_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "installed", lambda name: None)
    with pytest.raises(
        Unavailable, match=r"accelerate is not installed; pip install \"i2v-bench\[models\]\""
    ):
        bench.run("still", track="tensorboard", **ASKED)


def test_a_run_that_the_training_has_open_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    from accelerate import tracking
    from accelerate.utils import LoggerType

    wandb = type(sys)("wandb")
    wandb.run = object()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "wandb", wandb)
    monkeypatch.setattr(tracking, "_available_trackers", [LoggerType.WANDB])
    with pytest.raises(UsageError, match=r"open in this process: log to it by track=accelerator\.trackers"):
        bench.run("still", track="wandb", **ASKED)


def test_no_processes_of_a_launcher_are_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    """accelerate's state would wait for the others; it is not there before, and not afterwards."""
    from accelerate.state import PartialState

    launched = {
        "RANK": "0",
        "LOCAL_RANK": "0",
        "WORLD_SIZE": "2",
        "MASTER_PORT": "29555",
        "ACCELERATE_USE_CPU": "1",
    }
    for name, value in launched.items():
        monkeypatch.setenv(name, value)
    before = dict(os.environ)
    monkeypatch.setattr(PartialState, "_shared_state", type(PartialState._shared_state)())
    rows = bench.run(sliding(1), "mine@step-5", track="tensorboard", **ASKED)
    assert rows.attrs["untracked"] == {}
    assert dict(os.environ) == before
    assert not PartialState._shared_state
