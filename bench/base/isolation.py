"""The border between our computations and a caller in whose process they run, such as a training that evaluates itself.

    with isolated():
        ...

Inside, torch, NumPy and Python compute as in a fresh process, whatever the caller has switched (autocast, the default
dtype or device, inference mode, TF32, errors of NumPy), and their global generators have a fixed seed. Afterwards all
of that is as it was, generators and numbers of threads included: a training that evaluates goes on as if it had not.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Any

import numpy as np

AUTOCAST = ("cpu", "cuda", "mps", "xpu")
"""Kinds of devices whose operations torch.autocast may bring to lower precision."""


@contextmanager
def isolated() -> Iterator[None]:
    """Computes as in a fresh process, and leaves the caller's state as it was; see above."""
    with ExitStack() as stack:
        stack.enter_context(_python_and_numpy(0))
        stack.enter_context(np.errstate(divide="warn", over="warn", under="ignore", invalid="warn"))
        stack.enter_context(_torch() if "torch" in sys.modules else _torch_unless_loaded())
        yield


@contextmanager
def seeded(number: int, device: str) -> Iterator[None]:
    """Seeds the global generators, from which some code draws beside its own, and restores them.

    Args:
        number: in [0, 2^63].
        device: whose generator is among them, where torch is loaded.
    """
    with (
        _python_and_numpy(number),
        _torch_seeded(number, device) if "torch" in sys.modules else nullcontext(),
    ):
        yield


@contextmanager
def _torch_seeded(number: int, device: str) -> Iterator[None]:
    import torch

    with torch.random.fork_rng(devices=[device] if device.startswith("cuda") else []):
        torch.manual_seed(number)
        yield


@contextmanager
def _python_and_numpy(number: int) -> Iterator[None]:
    python, numpy = random.getstate(), np.random.get_state()
    random.seed(number)
    np.random.seed(number % 2**32)
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)


@contextmanager
def _torch_unless_loaded() -> Iterator[None]:
    """For a caller that has not imported torch: one that does so later finds its generators as after an import."""
    try:
        yield
    finally:
        if "torch" in sys.modules:
            import torch

            _reseed(torch.initial_seed())


@contextmanager
def _torch() -> Iterator[None]:
    import torch

    with ExitStack() as stack:
        for each in (_generators(), _threads(), _numbers(), _precision(), _modes()):
            stack.enter_context(each)
        for kind in filter(torch.is_autocast_enabled, AUTOCAST):
            stack.enter_context(torch.autocast(kind, enabled=False))
        yield


@contextmanager
def _generators() -> Iterator[None]:
    """Those of the CPU, and of GPUs; a GPU that is first used inside gets the seed that it would have had."""
    import torch

    seed, cpu = torch.initial_seed(), torch.get_rng_state()
    gpus = torch.cuda.get_rng_state_all() if _has_gpu() else None
    _reseed(0)
    try:
        yield
    finally:
        if _has_gpu() and gpus is None:
            torch.cuda.manual_seed_all(seed)
        if gpus is not None:
            torch.cuda.set_rng_state_all(gpus)
        torch.set_rng_state(cpu)


@contextmanager
def _threads() -> Iterator[None]:
    import torch

    threads = torch.get_num_threads()
    try:
        yield
    finally:
        if torch.get_num_threads() != threads:
            torch.set_num_threads(threads)


@contextmanager
def _numbers() -> Iterator[None]:
    """Dtype and device that are taken where none is named, and which algorithms may be chosen."""
    import torch

    dtype, is_strict = torch.get_default_dtype(), torch.are_deterministic_algorithms_enabled()
    only_warns = torch.is_deterministic_algorithms_warn_only_enabled()
    torch.set_default_dtype(torch.float32)
    torch.use_deterministic_algorithms(False)
    try:
        with torch.backends.cudnn.flags(enabled=True), _device_of_cpu():
            yield
    finally:
        torch.set_default_dtype(dtype)
        torch.use_deterministic_algorithms(is_strict, warn_only=only_warns)


@contextmanager
def _precision() -> Iterator[None]:
    """Products of float32 matrices in float32; torch has an old and a new switch, and refuses the old after the new."""
    import torch

    try:
        old = torch.get_float32_matmul_precision()
    except RuntimeError:
        switches = [torch.backends.cuda.matmul, torch.backends.mkldnn.matmul]  # type: ignore[attr-defined]
        chosen = [switch.fp32_precision for switch in switches]
        for switch in switches:
            switch.fp32_precision = "ieee"
        try:
            yield
        finally:
            for switch, precision in zip(switches, chosen, strict=True):
                switch.fp32_precision = precision
        return
    if old == "highest":  # setting it again would touch the new switch
        yield
        return
    torch.set_float32_matmul_precision("highest")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(old)


def _device_of_cpu() -> AbstractContextManager[Any]:
    """New tensors lie on the CPU; nothing to enter where they do anyway, since each call through a mode costs time."""
    import torch

    return nullcontext() if torch.get_default_device().type == "cpu" else torch.device("cpu")


@contextmanager
def _modes() -> Iterator[None]:
    """Gradients as usual: networks of metrics switch them off themselves, and so do pipelines."""
    import torch

    with torch.inference_mode(False), torch.enable_grad():
        yield


def _reseed(seed: int) -> None:
    """Seeds torch's global generators, and those of GPUs only where they are in use already."""
    import torch

    torch.default_generator.manual_seed(seed)
    if _has_gpu():
        torch.cuda.manual_seed_all(seed)


def _has_gpu() -> bool:
    """Whether torch has begun to use a GPU: asking for more would begin it."""
    import torch

    return bool(torch.cuda.is_initialized())  # type: ignore[no-untyped-call]
