"""Kernels as machine code: loops in plain Python that numba compiles when they are first called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np


def compiled(kernel: Callable[..., Any], signatures: Sequence[Any]) -> Any:
    """A kernel as machine code, from numba's cache on disk if there can be one.

    It releases Python's lock while it runs. Divisions follow IEEE 754 ('numpy'), or the check for zero would keep loops
    from being vectorised; nothing is reordered, so the bits are the same on all processors.
    """
    import numba

    _teach_multiply_add()
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


def multiply_add(a: Any, b: Any, c: Any) -> Any:
    """a b + c, rounded once; one instruction in kernels, the same bits with or without it.

    Args:
        a, b, c: float32.

    Returns:
        float32.

    >>> float(multiply_add(np.float32(0.5), np.float32(3), np.float32(1)))
    2.5
    """
    return np.float32(np.float64(a) * np.float64(b) + np.float64(c))


@cache
def _teach_multiply_add() -> None:
    """Lets numba compile multiply_add to that one instruction; for float32 only."""
    from numba.core.types import float32
    from numba.extending import intrinsic, overload

    @intrinsic
    def instruction(context: Any, a: Any, b: Any, c: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.fma(*arguments)

        return float32(float32, float32, float32), code

    @overload(multiply_add)
    def implementation(a: Any, b: Any, c: Any) -> Any:
        def code(a: Any, b: Any, c: Any) -> Any:
            return instruction(a, b, c)  # type: ignore[call-arg]  # numba adds the context

        return code
