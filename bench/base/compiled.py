"""Kernels as machine code: loops in plain Python that numba compiles when they are first called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any


def compiled(kernel: Callable[..., Any], signatures: Sequence[Any]) -> Any:
    """kernel as machine code, from numba's cache on disk where there can be one.

    It gives up Python's lock while it runs. Divisions follow IEEE 754 ('numpy'), or the check for zero would keep loops
    from being vectorised; nothing is reordered, so the bits are the same on all processors.
    """
    import numba

    try:
        return numba.njit(list(signatures), nogil=True, error_model="numpy", cache=True)(kernel)
    except (
        Exception
    ):  # the cache's: no folder to write to, a full disk, a file cut short. The kernel's come again
        return numba.njit(list(signatures), nogil=True, error_model="numpy")(kernel)


def readonly(element: Any, dimensions: int) -> Any:
    """numba's type of contiguous arrays; those that can be written to pass for it, too."""
    from numba import types

    return types.Array(element, dimensions, "C", readonly=True)
