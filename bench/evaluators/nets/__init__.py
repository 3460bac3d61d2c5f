"""Networks that evaluators use: one module per network, with the declaration of its weights beside it.

Imported from here: `exact`, `one_thread`, `torchscript`, `shared`, `placed`, `in_batches`, `unit`, `DType`, and the
modules by name. They know `bench.base` and `bench.types`, and no evaluator.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from bench.base import devices
from bench.errors import NotFinite, OutOfMemory

if TYPE_CHECKING:
    import torch

DType: TypeAlias = Literal["float32", "bfloat16"]
"""The numbers that a network computes with. float32 is canonical; bfloat16 (8 bits) is another metric, by its name."""

BATCH = 16
"""Frames at a time; another number changes a cosine by less than 1e-6."""

Net = TypeVar("Net")

Placed = TypeVar("Placed", "torch.nn.Module", "torch.Tensor")

_in_use: WeakValueDictionary[tuple[Any, ...], Any] = WeakValueDictionary()


def shared(make: Callable[..., Net], *arguments: Hashable) -> Net:
    """What a factory makes of these arguments: one object per process, as long as it is in use.

    Evaluators that use the same network have it in memory once.

    Args:
        make: a class of this package.
        arguments: of it; files of weights, a device, a dtype.
    """
    key = (make, *arguments)
    found: Net | None = _in_use.get(key)
    if found is None:
        found = _in_use[key] = make(*arguments)
    return found


def placed(net: torch.nn.Module, device: str, dtype: DType = "float32") -> torch.nn.Module:
    """A network ready for inference: where it computes, with what numbers, without gradients.

    Args:
        net: with its weights.
        device: where it computes.
        dtype: of its weights; what calls it gives it input of this dtype.
    """
    import torch

    return net.eval().requires_grad_(False).to(device=device, dtype=getattr(torch, dtype))


def channels_last(of: Placed) -> Placed:
    """A network of convolutions, or what it is given, with the channels of each pixel side by side in memory.

    oneDNN's convolutions on processors are 1.1 to 2.3 times as fast then, those of few channels on large maps the most.
    Only rounding differs.
    """
    import torch

    return of.to(memory_format=torch.channels_last)


def in_batches(
    net: Callable[[torch.Tensor], torch.Tensor],
    prepared: Sequence[NDArray[Any]],
    device: str = "cpu",
    batch: int = BATCH,
) -> NDArray[np.float64]:
    """What a network says of each of several frames, several at a time.

    Where the memory does not suffice for a batch, smaller ones are tried, with a line in the log: the numbers are the
    same but for rounding.

    Args:
        net: called with (B, 3, H, W) of the frames' dtype on the device, within exact(); gives (B, …).
        prepared: (H, W, 3) uint8 or float32 each; only frames of one size share a batch.
        device: where the network computes.
        batch: how many at a time, at first.

    Returns:
        (T, …) float64, in the order of the frames.

    Raises:
        OutOfMemory: not even single frames fit.
        NotFinite: the network gave NaN or infinity.
    """
    import torch

    sizes: dict[tuple[int, ...], list[int]] = {}
    for number, frame in enumerate(prepared):
        sizes.setdefault(frame.shape, []).append(number)
    found: list[Any] = [None] * len(prepared)
    for numbers in sizes.values():
        waiting = numbers
        while waiting:
            now, later = waiting[:batch], waiting[batch:]
            planes = torch.from_numpy(np.stack([prepared[number] for number in now])).permute(0, 3, 1, 2)
            try:
                with exact():
                    answers = net(planes.to(device)).double().cpu().numpy()
            except (RuntimeError, MemoryError) as error:
                batch = _smaller(batch, len(now), device, error)
                continue
            for number, answer in zip(now, answers, strict=True):
                found[number] = _finite(answer, number)
            waiting = later
    return np.stack(found)


def _smaller(batch: int, tried: int, device: str, error: Exception) -> int:
    """The batch to try next, where the error says that memory did not suffice; else raises it."""
    if not devices.is_out_of_memory(error):
        raise error
    if tried == 1:
        raise OutOfMemory(
            f"a network that measures needs more memory for one frame than {device} has", "--device cpu"
        ) from error
    less = min(batch, tried) // 2
    logging.getLogger(__name__).warning(
        "memory of %s does not suffice for %d frames at a time: %d are tried", device, tried, less
    )
    return less


def _finite(answer: NDArray[np.float64], number: int) -> NDArray[np.float64]:
    if not np.isfinite(answer).all():
        raise NotFinite(number)
    return answer


def unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """(T, E) vectors of length 1 in the direction of these, so that products are cosines."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


@contextmanager
def exact() -> Iterator[None]:
    """Exact inference: no gradients, full float32 in convolutions (no TF32), cuDNN's deterministic algorithms.

    By default cuDNN keeps 10 bits of each factor on recent GPUs, and times several algorithms to take the fastest, so
    that a number would depend on the card and on its load.
    """
    import torch

    with (
        torch.inference_mode(),
        torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False),
    ):
        yield


@contextmanager
def one_thread() -> Iterator[None]:
    """Inference of single frames by a small network: its many short steps wait for torch's other threads.

    EfficientNet-lite0 takes 68 ms per frame on one thread and 750 ms on two where both cores have other work.
    """
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@contextmanager
def torchscript() -> Iterator[None]:
    """Loading of TorchScript without torch's advice to publish another format: these files are from 2021."""
    with warnings.catch_warnings():
        for category in (FutureWarning, DeprecationWarning):
            warnings.filterwarnings("ignore", message=".*torch.jit.load", category=category)
        yield
