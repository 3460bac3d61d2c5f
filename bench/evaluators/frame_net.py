"""What evaluators share whose metrics follow from one vector per frame, as a network sees it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench import evaluators
from bench.errors import NotFinite
from bench.evaluators.view import Sample

__all__ = ["FrameNetEvaluator", "Vectors", "steps"]

Vectors = NDArray[np.float64]


class FrameNetEvaluator(evaluators.ClipEvaluator):
    """Metrics of what a network sees in single frames.

    `look` gives the frame as the network is to see it. The network sees several of them at a time, and no number
    depends on which; of those that it has seen only the vectors are kept.
    """

    @abstractmethod
    def encoded(self, prepared: Sequence[Any]) -> Vectors:
        """(T, E) float64: what the network says of each of T frames, as look prepared them.

        Raises:
            BenchError: it gave NaN, or memory does not suffice.
        """

    @abstractmethod
    def judged(self, vectors: Vectors, sample: Sample) -> evaluators.Values:
        """Every metric of the cards, from (T, E) vectors of a clip's frames."""

    def condensed(self, looks: Sequence[Any]) -> list[Any]:
        fresh = [number for number, look in enumerate(looks) if not isinstance(look, _Encoded)]
        found = list(looks)
        try:
            vectors = self.encoded([looks[number] for number in fresh]) if fresh else ()
        except NotFinite as error:
            raise NotFinite(fresh[error.frame]) from error
        for number, vector in zip(fresh, vectors, strict=True):
            found[number] = _Encoded(vector)
        return found

    def conclude(self, looks: Sequence[Any], sample: Sample) -> evaluators.Values:
        return self.judged(np.stack([each.vector for each in self.condensed(looks)]), sample)


@dataclass(frozen=True)
class _Encoded:
    """A frame that the network has seen."""

    vector: NDArray[np.float64]


def steps(units: Vectors) -> NDArray[np.float64]:
    """(T - 1,): cosine between each of (T, E) unit vectors and the next."""
    return np.asarray(np.einsum("te,te->t", units[:-1], units[1:]))
