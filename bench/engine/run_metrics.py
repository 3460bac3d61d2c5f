"""What the engine does with one evaluator in one run: the same steps for metrics of clips and of sets of clips."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from bench.base.progress import Progress
from bench.engine.one_pass import OnePass
from bench.engine.rows import KnownRows
from bench.evaluators import Evaluator
from bench.types import ClipRecord, Measurement


class RunMetrics(ABC):
    """An evaluator in a run: which clips it has yet to see, what is stored of each, which rows there are in the end.

    Attributes:
        evaluator: loaded when the first clip needs it.
    """

    evaluator: Evaluator

    @abstractmethod
    def is_answered(self, record: ClipRecord, known: KnownRows) -> bool:
        """Whether nothing of this clip is missing."""

    @abstractmethod
    def store(self, record: ClipRecord, seen: OnePass) -> list[Measurement]:
        """Stores what is kept of a clip that was shown; the rows about it."""

    @abstractmethod
    def fail(self, record: ClipRecord, error: Exception) -> list[Measurement]:
        """Stores why a clip could not be shown; the rows about it."""

    def forget_failures(self) -> None:
        """Forgets stored failures, so that their clips are tried again."""

    def conclude(
        self, records: Sequence[ClipRecord], known: KnownRows, progress: Progress
    ) -> list[Measurement]:
        """The rows about the whole set of clips that are new; [] for metrics of clips."""
        return []
