"""Networks that evaluators use: one module per network, with the declaration of its weights beside it.

Imported from here: `exact`, `one_thread`, and the modules by name. They know `bench.base` and `bench.types`, and no
evaluator.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager


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
