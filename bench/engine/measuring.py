"""Measuring what was asked for: the evaluators that can work here, and the rows of a run that a request gets back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.base.progress import Progress
from bench.base.weights import Weights
from bench.engine import resolve_metrics
from bench.engine.evaluation import Evaluated, Evaluation
from bench.engine.requests import MetricRequest, RunConfig
from bench.errors import Unavailable
from bench.evaluators import Evaluator, catalogue
from bench.media.clip_view import ClipView
from bench.runs import RunFolder, row_tables
from bench.types import NATIVE, Run, Suite

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


@dataclass(frozen=True)
class Measured:
    """What a run has in the end: the rows asked for, with their cards, and how many of them are new.

    Attributes:
        elsewhere: clips that another process is measuring.
    """

    rows: Sequence[pa.Table]
    new: int
    elsewhere: int = 0


@dataclass(frozen=True)
class UsableEvaluators:
    """The evaluators that can work here on a suite's clips, why the others cannot, and what was asked for.

    Attributes:
        views: in which clips are measured.
        asked: names of metrics; None where no metric was named, which asks for every row.
    """

    suite: Suite
    evaluators: Sequence[Evaluator]
    views: Sequence[ClipView | None]
    unavailable: dict[str, str]
    config: RunConfig
    progress: Progress
    asked: frozenset[str] | None = None

    def weights(self) -> tuple[Weights, ...]:
        """The files that the evaluators read, each once."""
        return tuple(dict.fromkeys(file for each in self.evaluators for file in each.weights()))

    def evaluation(self, run: Run, folder: RunFolder) -> Evaluation:
        """What brings the rows of a run up to date.

        Args:
            run: that the folder is of.
            folder: of the run; this process works in it.
        """
        work = Evaluation(run, self.suite, folder, self.evaluators, self.progress, self.views)
        work.begin(self.config.retry_failed)
        return work

    def measure(
        self,
        work: Evaluation,
        samples: Collection[tuple[str, int]] | None = None,
        whole: Collection[tuple[str, int]] | None = None,
    ) -> Measured:
        """Brings the rows of a run up to date, and gives those asked for.

        Args:
            work: the evaluation of the run.
            samples: the cases and seeds asked for; None for all.
            whole: all cases and seeds, where other processes have a share of them; see Evaluation.evaluate.
        """
        done = work.evaluate(self.config.retry_failed, samples, self.config.workers, whole)
        rows = [self._asked(work.folder.rows.table()[0], done, samples)]
        if done.of_part is not None:
            rows.append(row_tables.of([row for row in done.of_part if self._is_named(row.metric)]))
        return Measured(rows, done.measured, done.elsewhere)

    def _asked(
        self, table: pa.Table, done: Evaluated, samples: Collection[tuple[str, int]] | None
    ) -> pa.Table:
        """The stored rows about what was asked for; those about the set, where all clips were."""
        views = {NATIVE, *map(str, self.views)}  # what is native only counts in every view
        is_asked = row_tables.where(table, "metric", self._is_named)
        of_clips = row_tables.where(table, "case", lambda case: case is not None)
        in_views = row_tables.where(table, "view", lambda view: view in views)
        if samples is not None:
            in_views &= row_tables.about(table, samples)
        of_set = np.full(len(table), done.of_part is None)
        return table.filter(is_asked & np.where(of_clips, in_views, of_set))

    def _is_named(self, metric: str) -> bool:
        return self.asked is None or metric in self.asked


def usable(
    metrics: MetricRequest | None, suite: Suite, config: RunConfig, progress: Progress
) -> UsableEvaluators:
    """The evaluators of a request that can work here; none of them is loaded yet.

    Args:
        metrics: which metrics; None to measure nothing.
        suite: whose clips are measured.
        config: where and how; whether missing weights are fetched is settled.
        progress: is told about downloads.

    Raises:
        UsageError: an unknown metric or a bad setting.
    """
    if metrics is None:
        return UsableEvaluators(suite, (), (), {}, config, progress)
    wanted, broken = resolve_metrics.resolve(metrics, config.runtime.device, [suite])
    found, unavailable = resolve_metrics.usable(wanted, suite, config.download != "no", progress)
    asked = {catalogue.full_name(card, each) for each in wanted for card in each.cards}
    names = frozenset(asked) if metrics.names else None
    return UsableEvaluators(suite, found, metrics.views, {**broken, **unavailable}, config, progress, names)


def check_usable(found: Sequence[UsableEvaluators]) -> None:
    """Refuses metrics asked for by name of which none can be measured on any of these suites' clips.

    Raises:
        Unavailable: nothing that was named can be measured, and why.
    """
    if any(each.asked is None or each.evaluators for each in found):
        return
    reasons = {f"{name}: {why}" for each in found for name, why in each.unavailable.items()}
    raise Unavailable(f"no metric asked for can be measured here: {'; '.join(sorted(reasons))}")


def frame(measured: Sequence[Measured]) -> pd.DataFrame:
    """The rows asked for of several runs, with their cards."""
    return row_tables.frame([table for each in measured for table in each.rows])
