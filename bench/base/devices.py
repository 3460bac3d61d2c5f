"""Where and how to compute: choices of a user, checked, and defaults by machine."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import get_args

from bench.base import packages
from bench.errors import Unavailable, UsageError
from bench.types import Memory, Runtime

DTYPES = ("float32", "float16", "bfloat16")


def resolve(device: str, dtype: str, memory: Memory = "full", elsewhere: str = "") -> Runtime:
    """The Runtime that words choose.

    Args:
        device: 'cpu', 'cuda', 'cuda:1', 'mps'; 'auto' for the first GPU if there is one, else the CPU.
        dtype: one of DTYPES; 'auto' for float16 on a GPU, float32 on a CPU.
        memory: see bench.types.Runtime.
        elsewhere: the device of other processes that compute, which is not touched; '' if this one does.

    Returns:
        A device that works, and a dtype.

    Raises:
        UsageError: an unknown device or dtype.
        Unavailable: a device that this machine lacks.
    """
    if memory not in get_args(Memory):
        raise UsageError(f"memory is {', '.join(get_args(Memory))}, not '{memory}'")
    if dtype not in ("auto", *DTYPES):
        raise UsageError(f"dtype is auto, {', '.join(DTYPES)}, not '{dtype}'")
    kind = device.split(":", maxsplit=1)[0]
    if kind not in ("auto", "cpu", "cuda", "mps"):
        raise UsageError(f"device is auto, cpu, cuda, cuda:1 or mps, not '{device}'")
    if elsewhere:
        chosen = elsewhere
        _refuse_choice(device)
    else:
        chosen = _automatic() if kind == "auto" else device
        if chosen != "cpu":
            _check(chosen)
    if dtype == "auto":
        dtype = "float32" if chosen == "cpu" else "float16"
    logging.getLogger(__name__).info("device %s, %s, memory %s", chosen, dtype, memory)
    return Runtime(chosen, dtype, memory)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an allocator gave up; each has its own message, and only CUDA's has its own type."""
    words = str(error).lower()
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and ("out of memory" in words or "can't allocate memory" in words)
    )


def _automatic() -> str:
    """The first GPU that torch can use, else the CPU; torch (3 s to import) is needed only if there may be one."""
    if sys.platform == "linux" and not Path("/dev/nvidiactl").exists() and not Path("/dev/kfd").exists():
        return "cpu"
    if packages.installed("torch") is None:  # without it, nothing here can use a GPU
        return "cpu"
    import torch

    if torch.cuda.is_available():
        return "cuda:0"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _refuse_choice(device: str) -> None:
    if device != "auto":
        raise UsageError(f"gpus and engine say where clips are made: leave device out, not '{device}'")


def _check(device: str) -> None:
    packages.check("torch")
    import torch

    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        first = str(error).splitlines()[0]
        raise Unavailable(
            f"device '{device}' cannot be used: {first}", "choose --device cpu or auto"
        ) from None
