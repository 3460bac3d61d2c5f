"""A process that calls bench.run or bench.evaluate between two steps of its own is left as it was."""

from __future__ import annotations

import locale
import logging
import os
import random
import signal
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch

import bench
from tests.made import moving_clip, written_suite

METRICS = ["flicker", "ssim", "motion", "first_frame"]
COMMON: dict[str, Any] = {"metrics": METRICS, "show_progress": False, "out": "runs"}


def _run() -> None:
    def model(image: Any, seed: int) -> Any:
        torch.manual_seed(seed)
        torch.rand(3), np.random.random(3), random.random()
        torch.set_num_threads(torch.get_num_threads() + 1)
        return np.stack([np.roll(np.asarray(image), 2 * step, axis=1) for step in range(4)])

    bench.run(model, "mine", suite="one", **COMMON)


def _run_by_name() -> None:
    bench.run("noise", suite="one", **COMMON)


def _evaluate() -> None:
    clip = moving_clip(6)
    bench.evaluate(frames={"duck": clip.frames}, images={"duck": clip.frames[0]}, **COMMON)


def _tracked() -> None:
    bench.run("still", suite="one", track="tensorboard", step=3, **{**COMMON, "metrics": "flicker"})


def _state() -> dict[str, Any]:
    """All that a caller might notice, GPUs' generators included where there are any."""
    return {
        "torch's generator": torch.get_rng_state().tolist(),
        "generators of GPUs": [each.tolist() for each in torch.cuda.get_rng_state_all()]
        if _has_gpu()
        else [],
        "seed": torch.initial_seed(),
        "NumPy's generator": str(np.random.get_state()),
        "Python's generator": random.getstate(),
        "dtype": torch.get_default_dtype(),
        "device": torch.get_default_device(),
        "threads": (torch.get_num_threads(), torch.get_num_interop_threads(), cv2.getNumThreads()),
        "gradients": (torch.is_grad_enabled(), torch.is_inference_mode_enabled()),
        "autocast": (torch.is_autocast_enabled("cpu"), torch.is_autocast_cache_enabled()),
        "deterministic": (
            torch.are_deterministic_algorithms_enabled(),
            torch.is_deterministic_algorithms_warn_only_enabled(),
            torch.backends.cudnn.deterministic,
            torch.backends.cudnn.benchmark,
            torch.backends.cudnn.allow_tf32,
        ),
        "precision": torch.get_float32_matmul_precision(),
        "errors of NumPy": np.geterr(),
        "printing of NumPy": np.get_printoptions(),
        "environment": dict(os.environ),
        "folder": Path.cwd(),
        "logging": (logging.root.level, list(logging.root.handlers), logging.root.manager.disable),
        "signals": [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)],
        "umask": _umask(),
        "locale": locale.setlocale(locale.LC_ALL),
        "threads of Python": {each.name for each in threading.enumerate()},
    }


def _has_gpu() -> bool:
    return torch.cuda.is_available() and torch.cuda.is_initialized()


def _umask() -> int:
    now = os.umask(0)
    os.umask(now)
    return now


@pytest.fixture
def unusual(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A caller that has switched everything, so that what is set back to a default is noticed."""
    monkeypatch.chdir(tmp_path)
    written_suite(tmp_path / "one", 1)
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setenv("WORLD_SIZE", "2")
    torch.manual_seed(11)
    np.random.seed(12)
    random.seed(13)
    if torch.cuda.is_available():
        torch.cuda.manual_seed_all(14)
        torch.rand(3, device="cuda")
    torch.set_default_dtype(torch.bfloat16)
    torch.use_deterministic_algorithms(True, warn_only=True)
    threads = cv2.getNumThreads()
    cv2.setNumThreads(2)
    with (
        torch.no_grad(),
        torch.autocast("cpu", torch.bfloat16),
        torch.backends.cudnn.flags(enabled=True, benchmark=True, deterministic=True),
        np.errstate(over="raise"),
    ):
        yield
    cv2.setNumThreads(threads)
    torch.use_deterministic_algorithms(False)
    torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize("work", [_run, _run_by_name, _evaluate, _tracked])
def test_nothing_that_a_caller_might_notice_is_changed(work: Callable[[], None], unusual: None) -> None:
    before, filters = _state(), list(warnings.filters)
    work()
    after = _state()
    kept = [each for each in warnings.filters if each in filters]
    assert kept == filters  # libraries add some when they are first imported
    assert {name: after[name] for name in before if after[name] != before[name]} == {}


def test_frames_in_memory_are_written_nowhere_but_to_memory(
    tmp_path: Path, unusual: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bench.suites import in_memory

    if in_memory._room() < 1 << 30:
        pytest.skip(f"{in_memory.MEMORY} has no room here")
    _evaluate()  # what is compiled or fetched once is in the cache now
    cache = Path(os.environ["BENCH_CACHE"])
    before = sorted([*tmp_path.rglob("*"), *cache.rglob("*")])
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    _evaluate()
    assert sorted([*tmp_path.rglob("*"), *cache.rglob("*")]) == before
