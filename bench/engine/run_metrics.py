"""What the engine does with one evaluator in one run and view: the same steps for metrics of clips and of sets.

Metrics of clips are here, those of sets in `set_metrics`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.base.progress import Progress
from bench.engine.one_pass import OnePass
from bench.engine.rows import ClipInView, KnownRows, clip_rows
from bench.evaluators import ClipEvaluator, Evaluator, all_failed
from bench.media.clip_view import ClipView
from bench.types import NATIVE, Case, ClipRecord, Measurement, Run


class RunMetrics(ABC):
    """An evaluator in a run: which clips it has yet to see, what is stored of each, which rows there are in the end.

    Attributes:
        evaluator: loaded when the first clip needs it.
        view: in which it sees clips; None for clips as they are.
    """

    evaluator: Evaluator
    view: ClipView | None

    @abstractmethod
    def is_answered(self, record: ClipRecord, known: KnownRows) -> bool:
        """Whether nothing of this clip is missing."""

    @abstractmethod
    def store(self, record: ClipRecord, seen: OnePass) -> list[Measurement]:
        """Stores what is kept of a clip that was shown in the view; the rows about it."""

    @abstractmethod
    def fail(self, record: ClipRecord, error: Exception) -> list[Measurement]:
        """Stores why a clip could not be shown; the rows about it."""

    def has_looked_at(self, records: Sequence[ClipRecord]) -> bool:
        """Whether the set of these clips can be measured: each was looked at. True of metrics of clips."""
        return True

    def forget_failures(self) -> None:
        """Forgets stored failures, so that their clips are tried again."""

    def conclude(
        self, records: Sequence[ClipRecord], known: KnownRows, progress: Progress
    ) -> list[Measurement]:
        """The rows about the whole set of clips that are new; [] for metrics of clips.

        Args:
            records: of the run's clips, with those that could not be made.
            known: the rows that the run has already.
            progress: is told about reference clips that have yet to be seen.
        """
        return []


@dataclass(frozen=True)
class ClipMetrics(RunMetrics):
    """An evaluator of clips in a run.

    Attributes:
        evaluator: loaded when the first clip needs it.
        run: whose clips.
        cases: of the suite, by id.
        view: in which it sees clips; None for clips as they are.
        withheld: case -> metrics that are not measured on it, see rows.withheld_from.
    """

    evaluator: ClipEvaluator
    run: Run
    cases: Mapping[str, Case]
    view: ClipView | None = None
    withheld: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def is_answered(self, record: ClipRecord, known: KnownRows) -> bool:
        about = self._about(record)
        view = str(about.view or NATIVE)
        return known.answer(self.evaluator, record.case, record.seed, about.inputs, view, about.withheld)

    def store(self, record: ClipRecord, seen: OnePass) -> list[Measurement]:
        return list(clip_rows(self._about(record), self.evaluator, seen.answers(self.evaluator), seen))

    def fail(self, record: ClipRecord, error: Exception) -> list[Measurement]:
        return list(clip_rows(self._about(record), self.evaluator, all_failed(self.evaluator, error), None))

    def _about(self, record: ClipRecord) -> ClipInView:
        withheld = self.withheld.get(record.case, frozenset())
        return ClipInView(self.run, self.cases[record.case], record, self.view, withheld)
