"""The main job: words -> runs, clips, measurements. What the command line and `bench.run` call.

What cannot work at all (an unknown name, a setting out of range, missing weights of a model) fails before any work.
What fails on the way (one clip, one metric) is a row, and the rest goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from bench import runs, suites
from bench.base.progress import Progress
from bench.engine import resolve_metrics
from bench.engine.evaluation import Evaluated, Evaluation
from bench.engine.generation import generate
from bench.engine.resolve_metrics import Metrics
from bench.engine.resolve_models import (
    NULL_MODELS,
    Entrants,
    foreign_record,
    foreign_run,
    resolve as resolve_entrants,
)
from bench.errors import UnknownName, UsageError
from bench.evaluators import Evaluator
from bench.media import digests
from bench.runs import RunFolder, parquet
from bench.runs.cards import merged
from bench.suites import own_clips
from bench.types import Case, ClipRecord, Fit, Run, Runtime, Suite

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["NULL_MODELS", "Entrants", "Metrics"]


@dataclass(frozen=True)
class Selection:
    """Which cases of which suite, and which seeds.

    Raises:
        UsageError: a seed that is no whole number from 0, no seed at all, or a limit below 1.
    """

    suite: str = "demo"
    cases: tuple[str, ...] = ()
    limit: int | None = None
    seeds: tuple[int, ...] = (0,)

    def __post_init__(self) -> None:
        if not self.seeds or not all(type(seed) is int and 0 <= seed < 10**18 for seed in self.seeds):
            raise UsageError(f"seeds are whole numbers from 0, at least one, not {self.seeds}")
        if self.limit is not None and self.limit < 1:
            raise UsageError(f"limit is at least 1, not {self.limit}")


@dataclass(frozen=True)
class Workplace:
    """Where and how.

    Attributes:
        out: the folder of runs.
        runtime: device, dtype and memory mode.
        retry_failed: whether failures are tried again.
        workers: processes that measure clips side by side; models always run in this one.
        max_cost: US dollars that the runs of one job may cost together, what they have cost before included; None for
            no limit.

    Raises:
        UsageError: no worker at all.
    """

    out: Path = Path("runs")
    runtime: Runtime = field(default_factory=Runtime)
    retry_failed: bool = False
    workers: int = 1
    max_cost: float | None = None

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise UsageError(f"there is at least 1 worker, not {self.workers}")

    def evaluate(
        self, run: Run, suite: Suite, folder: RunFolder, usable: Sequence[Evaluator], progress: Progress
    ) -> Evaluated:
        """Brings the rows of a run up to date; the folder is this process's own."""
        return Evaluation(run, suite, folder, usable, progress, self.workers).evaluate(self.retry_failed)


@dataclass(frozen=True)
class Source:
    """Clips that somebody already has.

    Attributes:
        path: of a CSV or a folder (see bench.suites.own_clips).
        label: what tables call them.
        suite: whose cases they animate; None to make a suite of what is found.
        fit: how the input images were brought to the clips' size.

    Raises:
        UsageError: an empty or very long label, or an unknown fit.
    """

    path: Path
    label: str
    suite: str | None = None
    fit: Fit = "cover"

    def __post_init__(self) -> None:
        if not self.label.strip() or len(self.label) > 80:
            raise UsageError(f"a name is 1 to 80 characters, not '{self.label}'")
        if self.fit not in get_args(Fit):
            raise UsageError(f"fit is {', '.join(get_args(Fit))}, not '{self.fit}'")


@dataclass(frozen=True)
class Report:
    """What a job did.

    Attributes:
        folders: of the runs, in the order asked for.
        rows: every row of these runs, the columns of Measurement.
        unavailable: evaluator -> why it did not measure, and what to do.
        made, kept: clips that are new, and that were there.
        measured: rows that are new.
        lost: of the clips that are new, how many could not be made.
        is_generating: whether the job was to make clips.
    """

    folders: tuple[RunFolder, ...]
    rows: pd.DataFrame
    unavailable: dict[str, str]
    made: int = 0
    kept: int = 0
    measured: int = 0
    lost: int = 0
    is_generating: bool = False

    @property
    def failed(self) -> int:
        """Rows without a value because something broke; not those of clips that have no such value to give."""
        return int((self.rows["status"] == "failed").sum())


def run(
    entrants: Entrants,
    selection: Selection,
    metrics: Metrics | None,
    workplace: Workplace,
    progress: Progress,
) -> Report:
    """Animates the suite with each model, measures the clips, folds the rows.

    Args:
        entrants: the models.
        selection: the cases and seeds.
        metrics: which; None to make the clips and measure nothing.
        workplace: where.
        progress: hears of it.

    Raises:
        UsageError, Unavailable: nothing was started, or a model's weights cannot be loaded.
    """
    suite, wanted = samples(selection)
    work = resolve_entrants(entrants, suite, workplace.runtime)
    usable, unavailable = _instruments(metrics, suite, workplace, progress) if metrics else ([], {})
    suites.prepare(suite, progress)
    made, measured = [], 0
    folders = tuple(RunFolder(workplace.out / identity.id) for _, identity in work)
    for (model, identity), folder in zip(work, folders, strict=True):
        limit = _left(workplace.max_cost, [each for each in folders if each != folder])
        with folder.working(identity, suite):
            made.append(generate(model, wanted, folder, progress, workplace.retry_failed, limit))
            evaluated = workplace.evaluate(identity, suite, folder, usable, progress)
        measured += evaluated.measured
    return Report(
        folders,
        _rows(folders),
        unavailable,
        made=sum(each.made for each in made),
        kept=sum(each.kept for each in made),
        lost=sum(each.failed for each in made),
        measured=measured,
        is_generating=True,
    )


def _left(max_cost: float | None, others: Sequence[RunFolder]) -> float | None:
    """What one run may cost when the others have cost what they have."""
    return None if max_cost is None else max_cost - sum(folder.spent() for folder in others)


def evaluate_clips(source: Source, metrics: Metrics, workplace: Workplace, progress: Progress) -> Report:
    """Measures clips that somebody already has.

    Raises:
        UsageError: the CSV or folder cannot be understood; nothing was started.
    """
    found = own_clips.collect(source.path, suites.load(source.suite) if source.suite else None)
    if found.passed_over:
        names = ", ".join(found.passed_over)
        progress.say(f"{len(found.passed_over)} cases have no clip and are passed over: {names}")
    identity = foreign_run(source.label, found.suite)
    usable, unavailable = _instruments(metrics, found.suite, workplace, progress)
    suites.prepare(found.suite, progress)
    folder = RunFolder(workplace.out / identity.id)
    with folder.working(identity, found.suite):
        _replace_records(folder, [foreign_record(clip, source.fit) for clip in found.clips])
        evaluated = workplace.evaluate(identity, found.suite, folder, usable, progress)
    return Report((folder,), _rows([folder]), unavailable, kept=len(found.clips), measured=evaluated.measured)


def evaluate_runs(names: Sequence[str], metrics: Metrics, workplace: Workplace, progress: Progress) -> Report:
    """Measures what is new or missing in runs that are on disk, without generating.

    Args:
        names: ids, their beginnings, or labels.
        metrics, workplace, progress: as for run.

    Raises:
        UsageError: the images that a run's clips animate have changed, or are no longer to be found.
    """
    folders = tuple(dict.fromkeys(runs.named(workplace.out, name) for name in names))
    all_unavailable: dict[str, str] = {}
    measured = kept = 0
    for folder in folders:
        identity, suite = folder.run, _suite_of(folder)
        usable, unavailable = _instruments(metrics, suite, workplace, progress)
        suites.prepare(suite, progress)
        all_unavailable |= unavailable
        with folder.working(identity, suite):
            records = folder.records()
            for record in filter(runs.is_foreign, records):  # they may have changed where they lie
                clip = own_clips.FoundClip(record.case, record.seed, Path(record.path or ""))
                folder.write_record(foreign_record(clip, record.fit))
            measured += workplace.evaluate(identity, suite, folder, usable, progress).measured
        kept += len(records)
    return Report(folders, _rows(folders), all_unavailable, kept=kept, measured=measured)


def _suite_of(folder: RunFolder) -> Suite:
    """The suite of a run, from where it lies now, in the version that the run was made of."""
    stored = folder.suite
    if stored.folder is None:
        changed = [case.id for case in stored.cases if digests.case_digest(case) != case.digest]
        if changed:
            names = ", ".join(changed[:5])
            raise UsageError(
                f"run {folder.path.name}: files of {names} have changed; evaluate its --clips again"
            )
        return stored
    for place in (stored.folder, stored.name):
        try:
            found = suites.load(place)
        except UsageError:
            continue
        if found.version == stored.version:
            return found
    raise UsageError(
        f"run {folder.path.name} animates suite {stored}, which is neither at {stored.folder} nor among the suites here"
    )


def _replace_records(folder: RunFolder, records: Sequence[ClipRecord]) -> None:
    """Makes records the whole of a run; what is no longer among them goes, with its rows."""
    named = {(record.case, record.seed) for record in records}
    for record in folder.records():
        if (record.case, record.seed) not in named:
            folder.forget(record)
    for record in records:
        folder.write_record(record)


def _instruments(
    metrics: Metrics, suite: Suite, workplace: Workplace, progress: Progress
) -> tuple[list[Evaluator], dict[str, str]]:
    wanted = resolve_metrics.resolve(metrics, workplace.runtime.device)
    return resolve_metrics.usable(wanted, suite, metrics.download, progress)


def samples(selection: Selection) -> tuple[Suite, list[tuple[Case, int]]]:
    """The suite, and the cases with their seeds in the order in which clips are made.

    Raises:
        UsageError: an unknown suite or case.
    """
    suite = suites.load(selection.suite)
    cases = {case.id: case for case in suite.cases}
    for name in selection.cases:
        if name not in cases:
            raise UnknownName("case", name, cases, hint=f"suite {suite.name}")
    chosen = [cases[name] for name in selection.cases or cases][: selection.limit]
    return suite, [(case, seed) for case in chosen for seed in dict.fromkeys(selection.seeds)]


def _rows(folders: Sequence[RunFolder]) -> pd.DataFrame:
    found = [row for folder in folders for row in folder.rows.read()[0]]
    return parquet.frame(found, merged(folder.rows.cards() for folder in folders))
