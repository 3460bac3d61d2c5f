"""Out of memory: one more try in a mode that needs less, with a warning; then a failure. The accelerator is a mock."""

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.errors import OutOfMemory, UsageError
from bench.media import pictures
from bench.models import diffusers
from bench.models.diffusers.svd import SVD, Settings
from bench.types import Case, Checkpoint, Memory, Runtime


class Small(SVD):
    """SVD with a mock of a pipeline, which counts loads and fits into memory only in some modes."""

    def __init__(self, fits: tuple[str, ...], memory: Memory = "full", device: str = "cuda:0") -> None:
        chosen = Settings(num_frames=2, steps=1, width=32, height=32)
        super().__init__(
            chosen, Runtime(device=device, memory=memory), Checkpoint("somewhere", None, "", "digest")
        )
        self.fits = fits
        self.modes: list[str] = []

    def resolve(self, pipeline: Any) -> Any:
        return self.settings

    def _run(self, request: Any, seed: int, step: Any) -> Any:
        if self._memory not in self.fits:
            raise RuntimeError("CUDA out of memory. Tried to allocate 20 GiB")
        return np.zeros((2, 32, 32, 3), np.uint8)


@pytest.fixture(autouse=True)
def no_device(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(checkpoint: Checkpoint, plan: Any, runtime: Runtime) -> tuple[object, None]:
        plan.prepare.__self__.modes.append(runtime.memory)
        return object(), None

    monkeypatch.setattr(diffusers.loading, "load", load)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    pictures.write(tmp_path / "photo.png", np.zeros((32, 32, 3), np.uint8))
    return Case(id="photo", image=tmp_path / "photo.png")


@pytest.mark.parametrize(("memory", "lower"), [("full", "model"), ("model", "sequential")])
def test_a_lower_mode_is_tried_once_and_said(
    memory: Memory, lower: str, case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    model = Small(fits=(lower,), memory=memory)
    model.load()
    assert model.effective_settings()["memory"] == memory
    with caplog.at_level(logging.WARNING):
        model.generate(case, 0)
    assert model.modes == [memory, lower]
    assert model.effective_settings()["memory"] == lower
    assert f"ran out of memory on cuda:0 at 32 x 32; trying once more with --memory {lower}" in caplog.text


def test_the_next_clip_stays_in_the_mode_that_worked(case: Case) -> None:
    model = Small(fits=("model",))
    model.generate(case, 0)
    model.generate(case, 1)
    assert model.modes == ["full", "model"]


def test_a_second_failure_is_one(case: Case) -> None:
    model = Small(fits=("sequential",))
    with pytest.raises(
        OutOfMemory, match="ran out of memory on cuda:0 at 32 x 32; try --set decode_chunk_size=2"
    ):
        model.generate(case, 0)
    assert model.modes == ["full", "model"]
    model.generate(case, 0)  # the next clip has its own try
    assert model.modes == ["full", "model", "model", "sequential"]


def test_there_is_nothing_below_the_lowest_mode(case: Case) -> None:
    model = Small(fits=(), memory="sequential")
    with pytest.raises(OutOfMemory):
        model.generate(case, 0)
    assert model.modes == ["sequential"]


def test_on_the_cpu_there_is_one_mode(case: Case) -> None:
    model = Small(fits=(), device="cpu")
    with pytest.raises(OutOfMemory):
        model.generate(case, 0)
    assert model.modes == ["full"]
    assert "memory" not in model.effective_settings()


def test_a_model_that_does_not_fit_is_loaded_in_a_lower_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Small(fits=())
    tried: list[str] = []

    def load(checkpoint: Checkpoint, plan: Any, runtime: Runtime) -> tuple[object, None]:
        tried.append(runtime.memory)
        if runtime.memory == "full":
            raise OutOfMemory("the model does not fit into the memory of cuda:0", "try --memory model")
        return object(), None

    monkeypatch.setattr(diffusers.loading, "load", load)
    model.load()
    assert tried == ["full", "model"]


def test_other_errors_are_not_tried_again(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise UsageError("something else")

    model = Small(fits=("full",))
    monkeypatch.setattr(model, "_run", fail)
    with pytest.raises(UsageError):
        model.generate(case, 0)
    assert model.modes == ["full"]
