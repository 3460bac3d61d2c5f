"""Clips that cannot be made and metrics that fail on a clip: the run ends, the reason is a row, the exit says so."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.evaluators.psnr import Psnr
from bench.models.null.noise import Noise
from bench.runs import parquet
from bench.types import Case, Clip, Value
from tests.command_line import bench
from tests.faults import small_runs
from tests.faults.all_faults import Figures
from tests.made import moving_clip


def _raises(error: BaseException) -> Callable[..., Any]:
    def fail(*_: object) -> None:
        raise error

    return fail


def _cuda() -> Exception:
    import torch

    return torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")


MODELS: dict[str, tuple[Callable[..., Any], str]] = {
    "GPU full": (_raises(_cuda()), "out of memory"),
    "exception": (_raises(ValueError("boom\nat length")), "ValueError: boom at length"),
    "exit": (_raises(SystemExit(3)), "exit"),
    "nothing": (lambda: None, "returns a Clip"),
    "zero frames": (lambda: Clip(np.zeros((0, 48, 64, 3), np.uint8), 8.0), "0"),
    "no rate": (lambda: moving_clip(fps=1e-9), "frames per second"),
}
METRICS: dict[str, tuple[Callable[..., Any], str]] = {
    "NaN": (lambda: {"psnr_mean": Value(float("nan"))}, "finite"),
    "infinite": (lambda: {"psnr_mean": Value(float("inf"))}, "finite"),
    "exception": (_raises(ZeroDivisionError("division by zero")), "division by zero"),
    "exit": (_raises(SystemExit(3)), "exit"),
    "GPU full": (_raises(_cuda()), "out of memory"),
    "nothing": (lambda: None, "None"),
}


def _run(tmp_path: Path, cases: int) -> tuple[Any, dict[str, str | None]]:
    """The answer of bench run, and the error of each case."""
    suite = small_runs.written_suite(tmp_path / "suite", cases)
    words = ("run", "-m", "noise", "--suite", suite, "--metrics", "psnr", "--out", tmp_path / "runs")
    answer = bench(*words)
    (path,) = (tmp_path / "runs").glob("*/results.parquet")
    return answer, {str(row.case): row.error for row in parquet.read(path) if row.metric == "psnr_mean"}


@pytest.mark.parametrize("name", MODELS)
def test_a_clip_that_cannot_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, figures: Figures
) -> None:
    (make, said), generate = MODELS[name], Noise.generate

    def scripted(self: Noise, case: Case, seed: int, *more: Any) -> Clip:
        made: Clip = make() if case.id == "c1" else generate(self, case, seed, *more)
        return made

    monkeypatch.setattr(Noise, "generate", scripted)
    _told(tmp_path, said, figures)


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_that_fails_on_a_clip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, figures: Figures
) -> None:
    (answer, said), conclude = METRICS[name], Psnr.conclude

    def scripted(self: Psnr, looks: Any, sample: Any) -> Any:
        return answer() if sample.case.id == "c1" else conclude(self, looks, sample)

    monkeypatch.setattr(Psnr, "conclude", scripted)
    _told(tmp_path, said, figures)


def _told(tmp_path: Path, said: str, figures: Figures) -> None:
    begun = time.perf_counter()
    answer, errors = _run(tmp_path, 3)
    figures.tried = 1
    figures.slowest = time.perf_counter() - begun
    assert answer.exit_code == 1, answer.output
    assert errors.keys() == {"c0", "c1", "c2"}
    assert (errors["c0"], errors["c2"]) == (None, None)
    assert errors["c1"] and said in errors["c1"] and "\n" not in errors["c1"]
    figures.refused, figures.lost = 1, 0
    assert "2 of 3" in answer.stdout
