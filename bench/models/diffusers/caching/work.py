"""Counts the multiplications that a denoiser computes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

QUERIES, KEYS = ("to_q", "add_q_proj"), ("to_k", "add_k_proj")
"""Layers of an attention that make its queries and its keys; the second of each where it reads two sequences."""


class Work:
    """Multiplications in a denoiser's matrices, convolutions and attentions, and how many they would have been.

    A full call costs as much as the costliest call with the same shapes: the first of a section can reuse nothing, and
    computes everything.
    """

    def __init__(self) -> None:
        self._calls: list[tuple[Any, int]] = []
        self._shapes: Any = None
        self._now = 0

    @property
    def done(self) -> int:
        """Multiplications that were computed."""
        return sum(cost for _, cost in self._calls)

    @property
    def due(self) -> int:
        """Multiplications of the same calls with nothing left out."""
        full: dict[Any, int] = {}
        for shapes, cost in self._calls:
            full[shapes] = max(cost, full.get(shapes, 0))
        return sum(full[shapes] for shapes, _ in self._calls)

    def begin(self, shapes: Any) -> None:
        """A call of the denoiser begins."""
        self._shapes, self._now = shapes, 0

    def end(self) -> None:
        """The call ends."""
        self._calls.append((self._shapes, self._now))

    @contextmanager
    def counted(self, denoiser: torch.nn.Module) -> Iterator[None]:
        """Counts in every layer; one that is left out is not called, and adds nothing."""
        hooks = []
        for module in denoiser.modules():
            if _is_product(module):
                hooks.append(module.register_forward_hook(self._product))
            if hasattr(module, "to_q") and hasattr(module, "to_k"):
                hooks += self._attention(module)
        try:
            yield
        finally:
            for hook in hooks:
                hook.remove()

    def _product(self, layer: Any, _: Any, output: torch.Tensor) -> None:
        each = getattr(layer, "in_features", None) or math.prod(layer.weight.shape[1:])
        self._now += output.numel() * each

    def _attention(self, attention: Any) -> list[Any]:
        """Queries by keys and weights by values, from the sizes of its layers' outputs, for any kernel."""
        made = {"queries": 0, "keys": 0}

        def query(_: Any, __: Any, output: torch.Tensor) -> None:
            made["queries"] += output.numel()

        def key(_: Any, __: Any, output: torch.Tensor) -> None:
            made["keys"] += output.shape[-2]

        def attended(*_: Any) -> None:
            self._now += 2 * made["queries"] * made["keys"]
            made.update(queries=0, keys=0)

        layers = [(name, query) for name in QUERIES] + [(name, key) for name in KEYS]
        found = [(getattr(attention, name, None), count) for name, count in layers]
        hooks = [layer.register_forward_hook(count) for layer, count in found if layer is not None]
        return [*hooks, attention.register_forward_hook(attended)]


def _is_product(module: Any) -> bool:
    """Whether it is a layer that multiplies by matrices; an embedding only looks a row up."""
    weight = getattr(module, "weight", None)
    is_layer = weight is not None and weight.dim() >= 2 and not any(module.children())
    return is_layer and not hasattr(module, "num_embeddings")
