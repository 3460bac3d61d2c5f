"""One module a network that evaluators look through; weights are declared beside the net."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def exact() -> Iterator[None]:
    """Inference without shortcuts: no gradients, full float32 in convolutions (no TF32), cuDNN's repeatable algorithms.

    cuDNN's own choice keeps 10 bits of a factor on recent GPUs, and times several algorithms to take the fastest, so
    that a number would depend on the card and on its load.
    """
    import torch

    with (
        torch.inference_mode(),
        torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False),
    ):
        yield
