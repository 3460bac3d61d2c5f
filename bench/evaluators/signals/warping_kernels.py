"""Kernels of what follows an optical flow: which pixels stay visible, and a frame brought back, with what is left.

Each row is worked on in short loops over neighbouring pixels, which a compiler vectorises: places first, then the four
pixels around each place, then arithmetic. NumPy and OpenCV need a plane for every step, and take two to four times
as long. The bits are those of OpenCV 5's bilinear `remap` where processors multiply and add in one instruction.

A pixel of a picture is one number here, its three bytes, so that one reading fetches it: see packed.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.base.compiled import compiled, multiply_add, readonly
from bench.types import Image, Plane

Floats: TypeAlias = NDArray[np.float32]

Packed: TypeAlias = NDArray[np.uint32]
"""(H, W): red in the lowest byte, then green, blue, and 255."""

_ROUNDING = np.float32(1.5 * 2**23)
"""Added to a small float32 and taken away again, it leaves a whole number, ties to even."""


def packed(image: Image) -> Packed:
    """(H, W): the pixels of an (H, W, 3) uint8 picture."""
    import cv2

    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2RGBA), np.uint8).view("<u4")[..., 0]


def unpacked(pixels: Packed) -> Image:
    """(H, W, 3) uint8: the picture of (H, W) pixels."""
    import cv2

    return np.asarray(cv2.cvtColor(_bytes(pixels), cv2.COLOR_RGBA2RGB), np.uint8)


def packed_gray(pixels: Packed) -> Plane:
    """(H, W) uint8: pictures.gray of the picture of (H, W) pixels, without making that picture."""
    import cv2

    return np.asarray(cv2.cvtColor(_bytes(pixels), cv2.COLOR_RGBA2GRAY), np.uint8)


def _bytes(pixels: Packed) -> Image:
    """(H, W, 4) uint8."""
    return pixels.view(np.uint8).reshape(*pixels.shape, 4)


def paired(u: Floats, v: Floats) -> NDArray[np.uint64]:
    """(H, W): x and y of a flow, (H, W) each, in one number."""
    import cv2

    return np.asarray(cv2.merge([u, v]), np.float32).view(np.uint64)[..., 0]


def _visible_kernel(u: Floats, v: Floats, back: NDArray[np.uint64], seen: NDArray[np.bool_]) -> None:
    """optical_flow.visible: x and y of the flow there, and both of the flow back in one number -> seen; all (H, W)."""
    height, width = u.shape
    east, south = np.float32(width - 1), np.float32(height - 1)
    flows = back.reshape(height * width)
    right, below = np.uintp(min(1, width - 1)), np.uintp(width * min(1, height - 1))
    place, across, down = np.empty(width, np.uint32), np.empty(width, np.float32), np.empty(width, np.float32)
    inside = np.empty(width, np.bool_)
    corners = np.empty(4 * width, np.uint64)
    both = corners.view(
        np.float32
    )  # u, v, u, v ... of the upper left pixels, then upper right, lower left, lower right
    p00, p01, p10, p11 = (
        both[: 2 * width],
        both[2 * width : 4 * width],
        both[4 * width : 6 * width],
        both[6 * width :],
    )
    rough, most = np.empty(width, np.float32), np.empty(width, np.float32)
    for y in range(height):
        next_y = min(y + 1, height - 1)
        for x in range(width):
            to_x, to_y = np.float32(x) + u[y, x], np.float32(y) + v[y, x]
            inside[x] = (to_x >= 0) & (to_x <= east) & (to_y >= 0) & (to_y <= south)
            to_x, to_y = min(max(to_x, np.float32(0)), east), min(max(to_y, np.float32(0)), south)
            column = min(np.int32(to_x), np.int32(max(width - 2, 0)))
            row = min(np.int32(to_y), np.int32(max(height - 2, 0)))
            across[x], down[x] = to_x - np.float32(column), to_y - np.float32(row)
            place[x] = np.uint32(np.int32(row * np.int32(width)) + column)
        for x in range(width):
            at = np.uintp(place[x])
            corners[x], corners[width + x] = flows[at], flows[at + right]
            corners[2 * width + x], corners[3 * width + x] = flows[at + below], flows[at + below + right]
        for x in range(width):
            i, j = 2 * x, 2 * x + 1
            upper = multiply_add(across[x], p01[i] - p00[i], p00[i])
            lower = multiply_add(across[x], p11[i] - p10[i], p10[i])
            p = multiply_add(down[x], lower - upper, upper)
            upper = multiply_add(across[x], p01[j] - p00[j], p00[j])
            lower = multiply_add(across[x], p11[j] - p10[j], p10[j])
            q = multiply_add(down[x], lower - upper, upper)
            a, b = u[y, x], v[y, x]
            square = a * a + b * b
            apart = (a + p) * (a + p) + (b + q) * (b + q)
            agrees = apart <= np.float32(0.01) * (square + (p * p + q * q)) + np.float32(0.5)
            c, d = u[next_y, x] - a, v[next_y, x] - b
            rough[x] = c * c + d * d
            most[x] = np.float32(0.01) * square + np.float32(0.002)
            seen[y, x] = inside[x] & agrees
        for x in range(width - 1):
            a, b = u[y, x + 1] - u[y, x], v[y, x + 1] - v[y, x]
            seen[y, x] &= (a * a + b * b) + rough[x] <= most[x]
        seen[y, width - 1] &= rough[width - 1] <= most[width - 1]


def _warping_kernel(
    before: Packed, after: Packed, u: Floats, v: Floats, warped: Packed, squares: Floats
) -> None:
    """`after` sampled bilinearly at the places to which the flow leads, into warped; beyond its edge, the edge.

    squares gets the squared difference from `before`, summed over channels, before levels are rounded. All are (H, W).
    """
    height, width = u.shape
    east, south = np.float32(width - 1), np.float32(height - 1)
    pixels = after.reshape(height * width)
    right, below = np.uintp(min(1, width - 1)), np.uintp(width * min(1, height - 1))
    place, across, down = np.empty(width, np.uint32), np.empty(width, np.float32), np.empty(width, np.float32)
    corners = np.empty((4, width), np.uint32)
    byte = np.uint32(255)
    for y in range(height):
        for x in range(width):
            to_x, to_y = np.float32(x) + u[y, x], np.float32(y) + v[y, x]
            to_x, to_y = min(max(to_x, np.float32(0)), east), min(max(to_y, np.float32(0)), south)
            column = min(np.int32(to_x), np.int32(max(width - 2, 0)))
            row = min(np.int32(to_y), np.int32(max(height - 2, 0)))
            across[x], down[x] = to_x - np.float32(column), to_y - np.float32(row)
            place[x] = np.uint32(np.int32(row * np.int32(width)) + column)
        for x in range(width):
            at = np.uintp(place[x])
            corners[0, x], corners[1, x] = pixels[at], pixels[at + right]
            corners[2, x], corners[3, x] = pixels[at + below], pixels[at + below + right]
        for x in range(width):
            warped[y, x] = 0
            squares[y, x] = 0
        for channel in range(3):
            shift = np.uint32(8 * channel)
            for x in range(width):
                a = np.float32(np.int32((corners[0, x] >> shift) & byte))
                b = np.float32(np.int32((corners[1, x] >> shift) & byte))
                c = np.float32(np.int32((corners[2, x] >> shift) & byte))
                d = np.float32(np.int32((corners[3, x] >> shift) & byte))
                upper, lower = multiply_add(across[x], b - a, a), multiply_add(across[x], d - c, c)
                level = multiply_add(down[x], lower - upper, upper)
                off = level - np.float32(np.int32((before[y, x] >> shift) & byte))
                squares[y, x] += off * off
                warped[y, x] |= np.uint32(np.int32((level + _ROUNDING) - _ROUNDING)) << shift


def _visible_sum_kernel(plane: Floats, seen: NDArray[np.bool_]) -> float:
    """The sum of (H, W) numbers over the pixels that are seen, each column's by itself."""
    height, width = plane.shape
    totals = np.zeros(width)
    for y in range(height):
        for x in range(width):
            totals[x] += np.float64(plane[y, x] * np.float32(seen[y, x]))
    return totals.sum()  # type: ignore[no-any-return]


def _mean_length_kernel(u: Floats, v: Floats) -> float:
    """Mean length of a flow, x and y of it (H, W) each; each column is summed by itself."""
    height, width = u.shape
    totals = np.zeros(width)
    for y in range(height):
        for x in range(width):
            totals[x] += np.float64(np.sqrt(u[y, x] * u[y, x] + v[y, x] * v[y, x]))
    return totals.sum() / u.size  # type: ignore[no-any-return]


@cache
def visible() -> Any:
    """The compiled kernel: see _visible_kernel."""
    from numba import boolean, float32, uint64, void

    plane = readonly(float32, 2)
    return compiled(_visible_kernel, [void(plane, plane, readonly(uint64, 2), boolean[:, ::1])])


@cache
def warping() -> Any:
    """The compiled kernel: see _warping_kernel."""
    from numba import float32, uint32, void

    pixels, plane = readonly(uint32, 2), readonly(float32, 2)
    return compiled(_warping_kernel, [void(pixels, pixels, plane, plane, uint32[:, ::1], float32[:, ::1])])


@cache
def visible_sum() -> Any:
    """The compiled kernel: see _visible_sum_kernel."""
    from numba import boolean, float32, float64

    return compiled(_visible_sum_kernel, [float64(readonly(float32, 2), readonly(boolean, 2))])


@cache
def mean_length() -> Any:
    """The compiled kernel: see _mean_length_kernel."""
    from numba import float32, float64

    plane = readonly(float32, 2)
    return compiled(_mean_length_kernel, [float64(plane, plane)])
