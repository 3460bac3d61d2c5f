"""Kernels as machine code: loops in plain Python that numba compiles when they are first called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any


def compiled(kernel: Callable[..., Any], signatures: Sequence[Any]) -> Any:
    """A kernel as machine code, from numba's cache on disk if there can be one.

    It releases Python's lock while it runs. Divisions follow IEEE 754 ('numpy'), or the check for zero would keep loops
    from being vectorised; nothing is reordered, so the bits are the same on all processors.
    """
    import numba

    try:
        return numba.njit(list(signatures), nogil=True, error_model="numpy", cache=True)(kernel)
    except (
        Exception
    ):  # of the cache (no folder, a full disk, a truncated file); one of the kernel comes again
        return numba.njit(list(signatures), nogil=True, error_model="numpy")(kernel)


def readonly(element: Any, dimensions: int) -> Any:
    """numba's type of contiguous arrays; it takes writable ones, too."""
    from numba import types

    return types.Array(element, dimensions, "C", readonly=True)
