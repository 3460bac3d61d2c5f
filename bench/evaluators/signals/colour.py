"""A frame's colours in CIELAB, in which equal distances look about equally different: their mean and their spread.

sRGB bytes, D65, the 2° observer, scikit-image's constants; means and standard deviations of its `rgb2lab` within 1e-5,
at some 60 times its speed, since no whole plane is made: each row is converted and summed. OpenCV's float conversion
takes three times as long as this and is off by 0.08. numba compiles the kernel when it is first called.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.base.compiled import compiled, readonly
from bench.types import Image

Lab: TypeAlias = NDArray[np.float64]
"""(3,): L* in [0, 100], a*, b*; or their standard deviations."""

_WHITE = np.array([0.95047, 1.0, 1.08883])
_XYZ = np.array(
    [[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]]
)
"""Linear sRGB to CIE XYZ, with the white point _WHITE."""

_DARK = 0.008856
"""Share of white below which L* is linear in light."""

_ROOT_BITS = round((127 - 127 / 3 - 0.0331) * 2**23)
"""Added to a third of a float32's bits, it gives the bits of its cube root within 4 % (Kahan)."""


def lab_moments(frame: Image) -> tuple[Lab, Lab]:
    """Mean and standard deviation of L*, a* and b* over the pixels of an (H, W, 3) uint8 sRGB frame.

    A frame of one colour has standard deviations of exactly 0.

    >>> gray = np.full((4, 4, 3), 119, np.uint8)
    >>> mean, spread = lab_moments(gray)  # a middle gray: L* 50, no colour
    >>> abs(mean.round(1)).tolist(), spread.tolist()
    ([50.0, 0.0, 0.0], [0.0, 0.0, 0.0])
    """
    first = _sums(frame[:1, :1], np.zeros(3))[0]
    sums, squares = _sums(frame, first) / frame[..., 0].size
    scale = np.array([116.0, 500.0, 200.0])
    spread = np.sqrt(np.maximum(squares - sums**2, 0))
    return (first + sums) * scale - [16, 0, 0], spread * scale


def difference(a: Lab, b: Lab) -> float:
    """ΔE*ab of CIE 1976: the Euclidean distance of two colours. About 2.3 is just noticeable.

    >>> difference(np.array([50.0, 3.0, 0.0]), np.array([50.0, 0.0, 4.0]))
    5.0
    """
    return float(np.linalg.norm(a - b))


def _sums(frame: Image, origin: Lab) -> NDArray[np.float64]:
    """(2, 3): sums over the pixels of f(Y), f(X) - f(Y), f(Y) - f(Z), less origin; and of their squares."""
    totals = np.zeros((6, frame.shape[1]))
    _compiled()(np.ascontiguousarray(frame), _linear_light(), _from_light(), origin, totals)
    return np.asarray(totals.sum(axis=1).reshape(2, 3))


@cache
def _linear_light() -> NDArray[np.float32]:
    """(256,): the share of full light that each byte of sRGB stands for."""
    level = np.arange(256) / 255
    return np.where(level > 0.04045, ((level + 0.055) / 1.055) ** 2.4, level / 12.92).astype(np.float32)


@cache
def _from_light() -> NDArray[np.float32]:
    """(3, 3): linear sRGB to X, Y and Z as shares of white."""
    return np.asarray(_XYZ / _WHITE[:, None], dtype=np.float32)


def _kernel(
    frame: Image,
    light: NDArray[np.float32],
    matrix: NDArray[np.float32],
    origin: Lab,
    totals: NDArray[np.float64],
) -> None:
    """Adds to totals, (6, W), each column's sums of f(Y), f(X) - f(Y) and f(Y) - f(Z), less origin, and of the squares.

    With the first pixel as the origin squares stay small, and those of one colour are 0. Plain Python until numba
    compiles it: loops over neighbouring elements, without a condition, so that all but the table is vectorised.
    """
    width = frame.shape[1]
    third, slope, dark = np.float32(1 / 3), np.float32(7.787), np.float32(_DARK)
    red, green, blue = np.empty(width, np.float32), np.empty(width, np.float32), np.empty(width, np.float32)
    # X, Y and Z of a row, one behind the other
    xyz, bright, root = (
        np.empty(3 * width, np.float32),
        np.empty(3 * width, np.float32),
        np.empty(3 * width, np.float32),
    )
    bright_bits, root_bits = bright.view(np.int32), root.view(np.int32)
    x_light, y_light, z_light = xyz[:width], xyz[width : 2 * width], xyz[2 * width :]
    for row in frame:
        for x in range(width):
            red[x], green[x], blue[x] = light[row[x, 0]], light[row[x, 1]], light[row[x, 2]]
        for x in range(width):
            x_light[x] = matrix[0, 0] * red[x] + matrix[0, 1] * green[x] + matrix[0, 2] * blue[x]
            y_light[x] = matrix[1, 0] * red[x] + matrix[1, 1] * green[x] + matrix[1, 2] * blue[x]
            z_light[x] = matrix[2, 0] * red[x] + matrix[2, 1] * green[x] + matrix[2, 2] * blue[x]
        for x in range(3 * width):
            bright[x] = max(xyz[x], dark)
        for x in range(3 * width):
            root_bits[x] = np.int32(np.float32(bright_bits[x]) * third) + np.int32(_ROOT_BITS)
        for x in range(3 * width):
            t, r = bright[x], root[x]
            c = r * r * r
            r *= (c + t + t) / (c + c + t)  # Halley's step, twice: 4 %, 2e-5, below float32
            c = r * r * r
            r *= (c + t + t) / (c + c + t)
            root[x] = r + slope * (min(xyz[x], dark) - dark)  # the line below _DARK meets the root there
        for x in range(width):
            p = np.float64(root[width + x]) - origin[0]
            q = np.float64(root[x] - root[width + x]) - origin[1]
            s = np.float64(root[width + x] - root[2 * width + x]) - origin[2]
            totals[0, x] += p
            totals[1, x] += q
            totals[2, x] += s
            totals[3, x] += p * p
            totals[4, x] += q * q
            totals[5, x] += s * s


@cache
def _compiled() -> Any:
    from numba import float32, float64, types, uint8

    lines, table = float32[:, ::1], float32[::1]
    return compiled(_kernel, [types.void(readonly(uint8, 3), table, lines, float64[::1], float64[:, ::1])])
