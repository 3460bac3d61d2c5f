"""LAION's aesthetic predictor: one linear layer on the vectors of CLIP ViT-L/14, learned from ratings of 1 to 10."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.base import state_dicts, weights
from bench.base.weights import Weights
from bench.errors import Unavailable

HEAD = Weights(
    name="sa_0_4_vit_l_14_linear.pth",
    urls=(
        "https://raw.githubusercontent.com/LAION-AI/aesthetic-predictor/"
        "6d122adad522ab246644d9dc1c6d7a3810ee255f/sa_0_4_vit_l_14_linear.pth",
    ),
    sha256="2cd4e60f4f24ae3bcd57b847b13c1f3ba27edc28cc1a7f9ce74ee9f421243cba",
    size=4_071,
    licence="MIT",
)


def source(file: Path | None) -> Weights:
    """A file of the user's, or LAION's.

    Raises:
        Unavailable: the file does not exist.
    """
    return weights.local(file) if file else HEAD


class Head:
    """The linear layer.

    Args:
        source: of its two tensors.

    Raises:
        Unavailable: the file is missing, or holds other tensors.
    """

    def __init__(self, source: Weights = HEAD) -> None:
        file = weights.fetch(source)
        try:
            state = state_dicts.read(file)
            self._weight_E, self._bias = (np.asarray(state[name].double()) for name in ("weight", "bias"))
            if set(state) != {"weight", "bias"} or self._weight_E.ndim != 2 or len(self._weight_E) != 1:
                raise ValueError(f"it holds {', '.join(sorted(map(str, state)))}")
        except (ValueError, KeyError, AttributeError) as error:
            raise Unavailable(
                f"{file} is not a linear head with a 'weight' of (1, E) and a 'bias': {error}",
                f"give {HEAD.name} as LAION published it",
            ) from error

    def scores(self, vectors_TE: NDArray[np.float64]) -> NDArray[np.float64]:
        """(T,) of T vectors of length 1; about 1 to 10, but not clipped.

        Raises:
            ValueError: vectors have another length than the head.
        """
        return np.asarray(vectors_TE @ self._weight_E[0] + self._bias[0])
