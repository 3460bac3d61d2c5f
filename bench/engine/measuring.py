"""Measuring what was asked for: the evaluators that can work here, and the rows of a run that a request gets back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.base.progress import Progress
from bench.engine import resolve_metrics
from bench.engine.evaluation import Evaluated, Evaluation
from bench.engine.requests import MetricRequest, RunConfig
from bench.errors import Unavailable
from bench.evaluators import Evaluator, catalogue
from bench.media.clip_view import ClipView
from bench.runs import RunFolder, parquet
from bench.runs.cards import Cards
from bench.types import NATIVE, Measurement, Run, Suite

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Measured:
    """What a run has in the end: the rows asked for, how many of them are new, and the cards of its metrics."""

    rows: Sequence[Measurement]
    new: int
    cards: Cards


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

    def measure(
        self, run: Run, folder: RunFolder, samples: Collection[tuple[str, int]] | None = None
    ) -> Measured:
        """Brings the rows of a run up to date, and gives those asked for. The folder is this process's own.

        Args:
            run: that the folder is of.
            folder: of the run.
            samples: the cases and seeds asked for; None for all.
        """
        work = Evaluation(run, self.suite, folder, self.evaluators, self.progress, self.views)
        done = work.evaluate(self.config.retry_failed, samples, self.config.workers)
        rows = [row for row in folder.rows.read()[0] if self._is_asked(row, done, samples)]
        rows += [row for row in done.of_part or () if self._is_named(row)]
        return Measured(rows, done.measured, folder.rows.cards())

    def _is_asked(
        self, row: Measurement, done: Evaluated, samples: Collection[tuple[str, int]] | None
    ) -> bool:
        """Whether a stored row is about what was asked for; one about the set is, where all clips were."""
        if not self._is_named(row):
            return False
        if row.case is None:
            return done.of_part is None
        if row.view not in {NATIVE, *map(str, self.views)}:  # what is native only counts in every view
            return False
        return samples is None or (row.case, row.seed) in samples

    def _is_named(self, row: Measurement) -> bool:
        return self.asked is None or row.metric in self.asked


def usable(
    metrics: MetricRequest | None, suite: Suite, config: RunConfig, progress: Progress
) -> UsableEvaluators:
    """The evaluators of a request that can work here; none of them is loaded yet.

    Args:
        metrics: which metrics; None to measure nothing.
        suite: whose clips are measured.
        config: where and how.
        progress: is told about downloads.

    Raises:
        UsageError: an unknown metric or a bad setting.
    """
    if metrics is None:
        return UsableEvaluators(suite, (), (), {}, config, progress)
    wanted, broken = resolve_metrics.resolve(metrics, config.runtime.device)
    found, unavailable = resolve_metrics.usable(wanted, suite, metrics.download, progress)
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
    found = [row for each in measured for row in each.rows]
    return parquet.frame(found, Cards.merged(each.cards for each in measured))
