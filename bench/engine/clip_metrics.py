"""Metrics of single clips, in one run: each clip has its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bench.engine.one_pass import OnePass
from bench.engine.rows import KnownRows, clip_inputs, clip_rows
from bench.engine.run_metrics import RunMetrics
from bench.evaluators import ClipEvaluator, all_failed
from bench.types import Case, ClipRecord, Measurement, Run


@dataclass(frozen=True)
class ClipMetrics(RunMetrics):
    """An evaluator of clips in a run.

    Attributes:
        evaluator: loaded when the first clip needs it.
        run: whose clips.
        cases: of the suite, by id.
    """

    evaluator: ClipEvaluator
    run: Run
    cases: Mapping[str, Case]

    def is_answered(self, record: ClipRecord, known: KnownRows) -> bool:
        inputs = clip_inputs(self.cases[record.case], record)
        return known.answer(self.evaluator, record.case, record.seed, inputs)

    def store(self, record: ClipRecord, seen: OnePass) -> list[Measurement]:
        case, answers = self.cases[record.case], seen.answers(self.evaluator)
        return list(clip_rows(self.run, case, record, self.evaluator, answers, seen.sample))

    def fail(self, record: ClipRecord, error: Exception) -> list[Measurement]:
        case, answers = self.cases[record.case], all_failed(self.evaluator, error)
        return list(clip_rows(self.run, case, record, self.evaluator, answers, None))
