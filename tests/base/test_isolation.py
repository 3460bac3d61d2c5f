"""Inside the border a process is like a fresh one; afterwards it is the caller's again."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import numpy as np
import pytest
import torch

from bench.base.isolation import isolated


@contextmanager
def _switched(switch: Callable[[Any], object], value: Any, before: Any) -> Iterator[None]:
    switch(value)
    try:
        yield
    finally:
        switch(before)


def _matmul_by_the_new_switch() -> AbstractContextManager[None]:
    def switch(value: str) -> None:
        torch.backends.cuda.matmul.fp32_precision = value

    return _switched(switch, "tf32", "none")


STATES: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "autocast": lambda: torch.autocast("cpu", dtype=torch.bfloat16),
    "default dtype": lambda: _switched(torch.set_default_dtype, torch.bfloat16, torch.float32),
    "default device": lambda: _switched(torch.set_default_device, "meta", None),
    "device context": lambda: torch.device("meta"),
    "inference mode": torch.inference_mode,
    "no gradients": torch.no_grad,
    "deterministic": lambda: _switched(torch.use_deterministic_algorithms, True, False),
    "old precision": lambda: _switched(torch.set_float32_matmul_precision, "medium", "highest"),
    "new precision": _matmul_by_the_new_switch,
    "benchmark": lambda: torch.backends.cudnn.flags(enabled=True, benchmark=True),
    "errors of NumPy": lambda: np.errstate(all="raise"),
}


def _state() -> dict[str, Any]:
    """All that a caller may have switched, and what it would see of it."""
    with torch.enable_grad() if torch.is_grad_enabled() else torch.no_grad():
        product = torch.ones(2, 2) @ torch.ones(2, 2)
    return {
        "product": (product.dtype, product.device, product.is_inference()),
        "autocast": torch.is_autocast_enabled("cpu"),
        "dtype": torch.get_default_dtype(),
        "device": torch.get_default_device(),
        "modes": (torch.is_grad_enabled(), torch.is_inference_mode_enabled()),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "precision": torch.backends.cuda.matmul.fp32_precision.replace("none", "ieee"),  # unset is float32
        "cudnn": torch.backends.cudnn.benchmark,
        "numpy": np.geterr(),
        "threads": torch.get_num_threads(),
    }


def _draws() -> tuple[float, float, float]:
    return random.random(), float(np.random.random()), float(torch.rand(()))


@pytest.fixture
def fresh() -> dict[str, Any]:
    return _state()


@pytest.mark.parametrize("name", STATES)
def test_what_a_caller_has_switched_is_off_inside_and_on_again(name: str, fresh: dict[str, Any]) -> None:
    with STATES[name]():
        before = _state()
        assert before != fresh
        with isolated():
            inside = _state()
        assert _state() == before
    assert _state() == fresh
    assert inside == fresh


def test_inside_generators_begin_alike_and_outside_they_go_on() -> None:
    def seeded() -> None:
        random.seed(7)
        np.random.seed(7)
        torch.manual_seed(7)

    seeded()
    alone = [_draws(), _draws()]
    seeded()
    drawn = [_draws()]
    with isolated():
        first = _draws()
    drawn.append(_draws())
    with isolated():
        assert _draws() == first
        torch.manual_seed(3)
    assert drawn == alone
    assert torch.initial_seed() == 7


def test_an_error_restores_all_the_same() -> None:
    threads = torch.get_num_threads()
    with pytest.raises(ValueError, match="boom"), isolated():
        torch.set_num_threads(threads + 1)
        torch.set_default_dtype(torch.float64)
        raise ValueError("boom")
    assert torch.get_num_threads() == threads
    assert torch.get_default_dtype() == torch.float32
