"""The main job: requests -> runs, clips, measurements. What the command line and `bench.run` call.

What cannot work at all (an unknown name, a setting out of range, missing weights of a model) fails before any work.
What fails on the way (one clip, one metric) is a row, and the rest goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bench import runs, suites
from bench.base.isolation import isolated
from bench.base.progress import Progress
from bench.base.wording import some
from bench.engine import external_clips, fetching, measuring, repeating, resolve_models, side_by_side
from bench.engine.backends import Engine
from bench.engine.evaluation import Evaluation
from bench.engine.first_frames import Look
from bench.engine.generation import Generated, Generation, generate, lacks_clips
from bench.engine.identity import external_record, external_run
from bench.engine.machine_needs import Needs
from bench.engine.measuring import Measured, UsableEvaluators
from bench.engine.requests import ClipSource, MetricRequest, ModelRequest, RunConfig, Selection
from bench.engine.units import Shard, samples_of
from bench.errors import UsageError
from bench.media import decoders
from bench.models import Model
from bench.runs import RunFolder, buckets, requested
from bench.suites import cases, own_clips, recalling
from bench.types import Case, Run, Suite

if TYPE_CHECKING:
    import pandas as pd

MOST_NAMED = 5
"""Clips that one line names."""


@dataclass(frozen=True)
class JobReport:
    """What a job did.

    Attributes:
        folders: of the runs, in the order asked for.
        rows: of these runs, about the clips and metrics asked for; the columns of Measurement. A number about a set is
            about the set of the clips asked for.
        unavailable: evaluator -> why it did not measure, and the remedy.
        made, kept: clips that are new, and that were there, of those asked for.
        measured: rows that are new.
        lost: how many of the clips asked for could not be made, now or before.
        lost_before: how many of these were not tried again.
        elsewhere: how many of the clips asked for other processes are making or measuring.
        is_generating: whether the job was to make clips.
        shard: the share of the clips that was asked for; None for all.
    """

    folders: tuple[RunFolder, ...]
    rows: pd.DataFrame
    unavailable: dict[str, str]
    made: int = 0
    kept: int = 0
    measured: int = 0
    lost: int = 0
    lost_before: int = 0
    elsewhere: int = 0
    is_generating: bool = False
    shard: Shard | None = None

    @property
    def failed(self) -> int:
        """Rows without a value because something broke; not those of clips that have no such value to give."""
        return int((self.rows["status"] == "failed").sum())


@isolated()
def run(
    models: ModelRequest,
    selection: Selection,
    metrics: MetricRequest | None,
    config: RunConfig,
    progress: Progress,
) -> JobReport:
    """Animates the suite with each model, measures the clips, folds the rows.

    Args:
        models: which models, with their checkpoints and settings.
        selection: the cases and seeds.
        metrics: which metrics; None to make the clips and measure nothing.
        config: where and how.
        progress: is told about clips and downloads.

    Returns:
        What was made and measured; one folder per model and checkpoint.

    Raises:
        UsageError: an unknown name or a bad setting; nothing was started.
        Unavailable: a model's weights cannot be loaded or may not be fetched, or none of the metrics named can be
            measured here.
    """
    if config.engine and models.at_hand:
        raise UsageError(
            f"a model in memory, as '{models.at_hand.label}', cannot be sent to other processes: leave gpus out"
        )
    suite, samples = selection.samples()
    work = resolve_models.resolve(models, suite, config.runtime)
    folders = tuple(RunFolder(config.out / run.id) for _, run in work)
    for _, run in work:
        buckets.pull(config.out, run, progress)
    busy = [
        model
        for (model, run), folder in zip(work, folders, strict=True)
        if lacks_clips(folder, samples_of(config.shard, run, samples), config.retry_failed)
    ]
    config = fetching.settled(config, progress, metrics, [suite], busy)
    usable = measuring.usable(metrics, suite, _of_metrics(config), progress)
    measuring.check_usable([usable])
    suites.prepare(suite, progress)
    if config.engine:
        config.engine.prepare(Needs(suite, tuple(busy), usable.weights()))
    made: list[Generated] = []
    measured: list[Measured] = []
    lost = 0
    for number, ((model, run), folder) in enumerate(zip(work, folders, strict=True), start=1):
        ours = samples_of(config.shard, run, samples)
        limit = _left(config.max_cost, [each for each in folders if each != folder])
        with progress.part(number, len(work)):
            _forget_unknown(model, run, folder, config, progress)
            with folder.working(run, suite, progress):
                requested.note(folder.path, *_cases_and_seeds(samples))
                repeating.note(folder, models, config.runtime.memory)
                evaluation = usable.evaluation(run, folder)
                to_make = Generation(model, ours, folder, progress, config.retry_failed, limit)
                made.append(_generated(to_make, evaluation, config.engine))
                whole = _ids(samples) if config.shard or made[-1].elsewhere else None
                measured.append(usable.measure(evaluation, _ids(ours), whole))
        asked = _ids(ours)
        lost += sum(bool(each.error) for each in folder.records() if (each.case, each.seed) in asked)
    lost_before = lost - sum(each.failed for each in made)
    return JobReport(
        folders,
        measuring.frame(measured),
        usable.unavailable,
        made=sum(each.made for each in made),
        kept=sum(each.kept for each in made) - lost_before,
        lost=lost,
        lost_before=lost_before,
        elsewhere=sum(each.elsewhere for each in made) + sum(each.elsewhere for each in measured),
        measured=sum(each.new for each in measured),
        is_generating=True,
        shard=config.shard,
    )


def _of_metrics(config: RunConfig) -> RunConfig:
    """The config with the device of metrics, which may be another than that of models."""
    if config.engine is None:
        return config
    return replace(config, runtime=replace(config.runtime, device=config.engine.measuring_device))


def _generated(work: Generation, evaluation: Evaluation, engine: Engine | None) -> Generated:
    """Makes the clips that are missing; with an engine, they are measured meanwhile."""
    return generate(work) if engine is None else side_by_side.generate(work, evaluation, engine)


def _ids(samples: Iterable[tuple[Case, int]]) -> frozenset[tuple[str, int]]:
    return frozenset((case.id, seed) for case, seed in samples)


def _cases_and_seeds(samples: Iterable[tuple[Case, int]]) -> tuple[list[str], list[int]]:
    """Every case has every seed."""
    return list(dict.fromkeys(case.id for case, _ in samples)), list(
        dict.fromkeys(seed for _, seed in samples)
    )


def _forget_unknown(model: Model, run: Run, folder: RunFolder, config: RunConfig, progress: Progress) -> None:
    """Drops the clips of a model if nothing shows that it was the same model when they were made."""
    if model.is_identified:
        return
    if config.shard or folder.is_in_bucket:
        raise UsageError(
            f"'{model.label}' cannot be shared by processes: nothing shows that it is the same model in each of them;"
            " revision=… would"
        )
    if records := folder.records():
        progress.say(
            f"{len(records)} clips of '{model.label}' are made anew: nothing shows that this model is the one that made"
            " them; revision=… would"
        )
        with folder.working(run, folder.suite, progress, is_alone=True):
            folder.forget(records)


def _left(max_cost: float | None, others: Sequence[RunFolder]) -> float | None:
    """What one run may cost when the others have cost what they have."""
    return None if max_cost is None else max_cost - sum(folder.spent() for folder in others)


@isolated()
def evaluate_clips(
    source: ClipSource, metrics: MetricRequest, config: RunConfig, progress: Progress
) -> JobReport:
    """Measures clips that exist already.

    Args:
        source: the clips, and the suite whose cases they animate.
        metrics, config, progress: as for run.

    Returns:
        What was measured; one folder.

    Raises:
        UsageError: the CSV or folder cannot be understood, or the label is that of other clips; nothing was started.
        Unavailable: none of the metrics named can be measured here.
    """
    decoders.start()  # while the table is read and evaluators are found
    found = own_clips.collect(source.path, suites.load(source.suite) if source.suite else None)
    if found.passed_over:
        names = ", ".join(found.passed_over)
        progress.say(f"{len(found.passed_over)} cases have no clip and are passed over: {names}")
    for remark in found.remarks:
        progress.say(remark)
    run = external_run(source.label, found.suite)
    config = fetching.settled(config, progress, metrics, [found.suite])
    usable = measuring.usable(metrics, found.suite, config, progress)
    measuring.check_usable([usable])
    suites.prepare(found.suite, progress)
    folder = RunFolder(config.out / run.id)
    buckets.pull(config.out, run, progress)
    case_of = {case.id: case for case in found.suite.cases}
    clips = [external_clips.rated(clip, source.fps) for clip in found.clips]
    looks = [Look(external_record(clip), case_of[clip.case], source.fit) for clip in clips]
    records = external_clips.looked(looks, folder, config, progress)
    external_clips.settle(folder, run, found.suite, records, progress)
    with folder.working(run, found.suite, progress):
        measured = _measure_share(usable, run, folder, config)
    return JobReport(
        (folder,),
        measuring.frame([measured]),
        usable.unavailable,
        kept=len(found.clips),
        elsewhere=measured.elsewhere,
        measured=measured.new,
        shard=config.shard,
    )


def _measure_share(usable: UsableEvaluators, run: Run, folder: RunFolder, config: RunConfig) -> Measured:
    """Measures the clips of a run, or the share of them that falls to this process."""
    if config.shard is None:
        return usable.measure(usable.evaluation(run, folder))
    whole = frozenset((record.case, record.seed) for record in folder.records())
    return usable.measure(usable.evaluation(run, folder), config.shard.clips(run, whole), whole)


@isolated()
def evaluate_runs(
    names: Sequence[str], metrics: MetricRequest, config: RunConfig, progress: Progress
) -> JobReport:
    """Measures what is new or missing in runs that are on disk, without generating.

    Args:
        names: ids, their beginnings, or labels.
        metrics, config, progress: as for run.

    Returns:
        What was measured; one folder per run.

    Raises:
        UsageError: the images that a run's clips animate have changed, or are no longer to be found.
        Unavailable: none of the metrics named can be measured here.
    """
    folders = tuple(dict.fromkeys(runs.named(config.out, name) for name in names))
    for folder in folders:
        buckets.pull(config.out, folder.run, progress)
    of_runs = [_suite_of(folder) for folder in folders]
    config = fetching.settled(config, progress, metrics, of_runs)
    work = [measuring.usable(metrics, suite, config, progress) for suite in of_runs]
    measuring.check_usable(work)
    measured, kept = [], 0
    for number, (folder, usable) in enumerate(zip(folders, work, strict=True), start=1):
        run, suite = folder.run, usable.suite
        suites.prepare(suite, progress)
        with progress.part(number, len(work)), folder.working(run, suite, progress):
            records = folder.records()
            _say_lost(folder, progress)
            case_of = {case.id: case for case in suite.cases}
            own = [each for each in records if runs.is_external(each) and each.case in case_of]
            looks = [external_clips.again(record, case_of[record.case]) for record in own]
            for record in external_clips.looked(
                looks, folder, config, progress
            ):  # their files may have changed since
                if record not in records:
                    folder.write_record(record)
            measured.append(_measure_share(usable, run, folder, config))
        kept += len(records)
    new = sum(each.new for each in measured)
    unavailable = {name: why for each in work for name, why in each.unavailable.items()}
    elsewhere = sum(each.elsewhere for each in measured)
    return JobReport(
        folders,
        measuring.frame(measured),
        unavailable,
        kept=kept,
        elsewhere=elsewhere,
        measured=new,
        shard=config.shard,
    )


def _say_lost(folder: RunFolder, progress: Progress) -> None:
    if lost := folder.lost():
        progress.say(
            f"{some(lost, MOST_NAMED)} of {folder.path} left out: the record is broken, or the clip gone or cut short;"
            " what made the run (bench run, or evaluate --clips) makes them again"
        )


def _suite_of(folder: RunFolder) -> Suite:
    """The suite of a run, from where it lies now, in the version that the run was made of."""
    stored = folder.suite
    if stored.folder is None:
        changed = [case.id for case in stored.cases if cases.own_digest(case) != case.digest]
        if changed:
            raise UsageError(
                f"run {folder.path.name}: files of {some(changed, MOST_NAMED)} have changed; evaluate its --clips again"
            )
        return stored
    if found := recalling.original(stored):
        return found
    raise UsageError(
        f"run {folder.path.name} animates suite {stored.id}, which is neither at {stored.folder} nor among the suites"
        " here"
    )
