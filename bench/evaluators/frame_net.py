"""What evaluators share whose metrics follow from one vector per frame, as a network sees it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench import evaluators
from bench.evaluators.view import Sample

__all__ = ["FrameNetEvaluator", "Vectors", "steps", "unit"]

Vectors = NDArray[np.float64]


class FrameNetEvaluator(evaluators.ClipEvaluator):
    """Metrics of what a network sees in single frames.

    `look` gives the frame as the network is to see it, small and uint8. The network sees many of them at a time, of one
    clip or of several; no number depends on which.
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

    def conclude(self, prepared: Sequence[Any], sample: Sample) -> evaluators.Values:
        return self.judged(self.encoded(prepared), sample)


def unit(vectors: Vectors) -> Vectors:
    """(T, E) vectors of length 1 in the direction of these, so that products are cosines; a zero vector stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1.0))


def steps(units: Vectors) -> NDArray[np.float64]:
    """(T - 1,): cosine between each of (T, E) unit vectors and the next."""
    return np.asarray(np.einsum("te,te->t", units[:-1], units[1:]))
