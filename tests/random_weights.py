"""Weights drawn by a generator of our own, so that an original and our network can be given the same ones anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from bench.types import Image

if TYPE_CHECKING:
    import torch


def tensors(shapes: Mapping[str, tuple[int, ...]], seed: int = 0) -> dict[str, torch.Tensor]:
    """Tensors of these shapes by name, drawn in the order of the names: of a size at which no layer goes dead."""
    import torch

    rng = np.random.default_rng(seed)
    return {name: torch.from_numpy(_drawn(name, shapes[name], rng)) for name in sorted(shapes)}


def _drawn(name: str, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    if name.endswith("num_batches_tracked"):
        return np.array(0)
    noise = rng.standard_normal(shape).astype(np.float32)
    if name.endswith("running_var"):
        return 0.5 + np.abs(noise)
    if len(shape) > 1:
        return noise / np.float32(np.sqrt(np.prod(shape[1:])))
    return 0.2 * noise + (name.endswith("weight") and 1)


def pictures(count: int, height: int, width: int, seed: int = 0) -> list[Image]:
    """(H, W, 3) uint8 each: blobs in 4 x 5 cells, interpolated by hand, so that no library's version matters."""
    rng = np.random.default_rng(seed)
    down, across = _interpolation(height, 4), _interpolation(width, 5)
    blobs = rng.uniform(0, 255, (count, 4, 5, 3))
    return list(np.einsum("hi,tijc,wj->thwc", down, blobs, across).round().astype(np.uint8))


def _interpolation(size: int, cells: int) -> np.ndarray:
    """(size, cells): how much of each cell there is at each place; linear."""
    places = np.linspace(0, cells - 1, size)[:, None]
    return np.asarray(np.clip(1 - np.abs(places - np.arange(cells)), 0, 1))
