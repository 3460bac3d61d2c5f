"""The finetuning of docs/training.md runs on a tiny checkpoint, and its curves are in TensorBoard's files."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.media import video
from bench.runs import find
from tests import tiny_checkpoints
from tests.made import moving_clip, written_suite

EXAMPLE = Path(__file__).parents[1] / "docs" / "examples" / "finetune.py"

SIZE = {"steps": 2, "every": 2, "frames": 3, "width": 64, "height": 64, "denoising": 1}


@pytest.fixture
def no_accelerator_before_or_after() -> Iterator[None]:
    from accelerate.state import AcceleratorState, GradientState, PartialState

    states: tuple[Any, ...] = (AcceleratorState, GradientState, PartialState)
    for state in states:
        state._shared_state.clear()
    yield
    for state in states:
        state._shared_state.clear()


@pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::FutureWarning"
)  # of diffusers, in their own loop
def test_the_example_trains_measures_and_logs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_accelerator_before_or_after: None
) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    monkeypatch.chdir(tmp_path)
    tiny_checkpoints.write("svd", tmp_path / "tiny")
    video.write_clip(tmp_path / "clips" / "duck.mkv", moving_clip(4))
    written_suite(tmp_path / "two", 2)
    small = [f"--{name}={value}" for name, value in SIZE.items()]
    monkeypatch.setattr(
        "sys.argv", [str(EXAMPLE), "tiny", "clips", "--suite=two", "--metrics=flicker", *small]
    )
    runpy.run_path(str(EXAMPLE), run_name="__main__")
    found = EventAccumulator(str(tmp_path / "out" / "finetuning"))
    found.Reload()
    assert [event.step for event in found.Scalars("loss")] == [1, 2]
    assert [event.step for event in found.Scalars("i2v-bench/flicker_max_step/mean")] == [2]
    assert [event.step for event in found.Images("i2v-bench/clips")] == [2]
    (folder,) = find(tmp_path / "out" / "runs")
    assert (folder.run.label, len(folder.run.checkpoint_digest)) == ("mine@step-2", 64)
    assert (tmp_path / "out" / "step-2" / "model_index.json").exists()


def test_the_page_shows_what_the_example_does() -> None:
    page = (EXAMPLE.parents[1] / "training.md").read_text()
    shown = page.partition("```python\n")[2].partition("```")[0]
    assert shown.strip() in EXAMPLE.read_text()
