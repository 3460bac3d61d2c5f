"""The main job: words -> runs, clips, measurements. What the command line and `bench.run` call.

What cannot work at all (an unknown name, a setting out of range, missing weights of a model) fails before any work.
What fails on the way (one clip, one metric) is a row, and the rest goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench import (
    checkpoints,
    clips,
    evaluators,
    files,
    models,
    results,
    runs,
    settings,
    suites,
    weights,
)
from bench.errors import Unavailable, UnknownName, UsageError
from bench.evaluation import Evaluation
from bench.evaluators import Evaluator, SetEvaluator
from bench.generation import generate
from bench.models import Model
from bench.progress import Progress
from bench.runs import RunFolder
from bench.types import Case, Checkpoint, ClipRecord, Fit, Run, Runtime, Suite

if TYPE_CHECKING:
    import pandas as pd

NULL_MODELS = ("still", "drift", "noise", "reference")
"""What runs when nobody names a model: the floors and ceilings, which need no weights."""


@dataclass(frozen=True)
class Entrants:
    """Which models: names, for one model several checkpoints, and settings as 'name=value'."""

    models: tuple[str, ...] = NULL_MODELS
    checkpoints: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Selection:
    """Which cases of which suite, and which seeds."""

    suite: str = "demo"
    cases: tuple[str, ...] = ()
    limit: int | None = None
    seeds: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Metrics:
    """Which metrics: names of evaluators or of their metrics, none for all; settings as 'evaluator.name=value'.

    Attributes:
        download: whether weights that are not here may be fetched.
    """

    names: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    download: bool = True


@dataclass(frozen=True)
class Workplace:
    """Where: the folder of runs, device, dtype and memory mode; and whether failures are tried again."""

    out: Path = Path("runs")
    runtime: Runtime = field(default_factory=Runtime)
    retry_failed: bool = False


@dataclass(frozen=True)
class Source:
    """Clips that somebody already has.

    Attributes:
        path: of a CSV or a folder (see bench.clips).
        label: what tables call them.
        suite: whose cases they animate; None to make a suite of what is found.
        fit: how the input images were brought to the clips' size.
    """

    path: Path
    label: str
    suite: str | None = None
    fit: Fit = "cover"


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
    """

    folders: tuple[RunFolder, ...]
    rows: pd.DataFrame
    unavailable: dict[str, str]
    made: int = 0
    kept: int = 0
    measured: int = 0
    lost: int = 0

    @property
    def failed(self) -> int:
        """Rows without a value because something broke; not those of clips that have no such value to give."""
        return int((self.rows["status"] == "failed").sum())


def run(
    entrants: Entrants, selection: Selection, metrics: Metrics, workplace: Workplace, progress: Progress
) -> Report:
    """Animates the suite with each model, measures the clips, folds the rows.

    Raises:
        UsageError, Unavailable: nothing was started, or a model's weights cannot be loaded.
    """
    work = _entrants(entrants, selection, workplace)
    suite, samples = _samples(selection)
    usable, unavailable = _usable(_evaluators(metrics, workplace), suite, metrics.download, progress)
    suites.prepare(suite, progress)
    made = kept = measured = 0
    for model, identity in work:
        folder = RunFolder(workplace.out / identity.id)
        with folder.working(identity, suite):
            generated = generate(model, samples, folder, progress, workplace.retry_failed)
            evaluated = Evaluation(identity, suite, folder, usable, progress).evaluate(workplace.retry_failed)
        made, kept, measured = made + generated.made, kept + generated.kept, measured + evaluated.measured
    folders = tuple(RunFolder(workplace.out / identity.id) for _, identity in work)
    return Report(folders, _rows(folders), unavailable, made, kept, measured)


def generate_only(
    entrants: Entrants, selection: Selection, workplace: Workplace, progress: Progress
) -> Report:
    """The first half of run: clips, no measurements."""
    work = _entrants(entrants, selection, workplace)
    suite, samples = _samples(selection)
    suites.prepare(suite, progress)
    made = kept = lost = 0
    for model, identity in work:
        folder = RunFolder(workplace.out / identity.id)
        with folder.working(identity, suite):
            generated = generate(model, samples, folder, progress, workplace.retry_failed)
        made, kept, lost = made + generated.made, kept + generated.kept, lost + generated.failed
    folders = tuple(RunFolder(workplace.out / identity.id) for _, identity in work)
    return Report(folders, _rows(folders), {}, made, kept, lost=lost)


def evaluate_clips(source: Source, metrics: Metrics, workplace: Workplace, progress: Progress) -> Report:
    """Measures clips that somebody already has.

    Raises:
        UsageError: the CSV or folder cannot be understood; nothing was started.
    """
    if not source.label.strip() or len(source.label) > 80:
        raise UsageError(f"a name is 1 to 80 characters, not '{source.label}'")
    found = clips.collect(source.path, suites.load(source.suite) if source.suite else None)
    if found.passed_over:
        names = ", ".join(found.passed_over)
        progress.say(f"{len(found.passed_over)} cases have no clip and are passed over: {names}")
    identity = _foreign_run(source.label, found.suite)
    usable, unavailable = _usable(_evaluators(metrics, workplace), found.suite, metrics.download, progress)
    suites.prepare(found.suite, progress)
    folder = RunFolder(workplace.out / identity.id)
    with folder.working(identity, found.suite):
        for clip in found.clips:
            folder.write_record(_foreign_record(clip, source.fit))
        evaluated = Evaluation(identity, found.suite, folder, usable, progress).evaluate(
            workplace.retry_failed
        )
    return Report((folder,), _rows([folder]), unavailable, kept=len(found.clips), measured=evaluated.measured)


def evaluate_runs(names: Sequence[str], metrics: Metrics, workplace: Workplace, progress: Progress) -> Report:
    """Measures again what is new or missing in runs that are on disk, without generating.

    Args:
        names: ids, their beginnings, or labels.
        metrics, workplace, progress: as for run.
    """
    folders = tuple(runs.named(workplace.out, name) for name in names)
    wanted = _evaluators(metrics, workplace)
    all_unavailable: dict[str, str] = {}
    measured = kept = 0
    for folder in folders:
        identity, suite = folder.run, folder.suite
        usable, unavailable = _usable(wanted, suite, metrics.download, progress)
        suites.prepare(suite, progress)
        all_unavailable |= unavailable
        with folder.working(identity, suite):
            measured += (
                Evaluation(identity, suite, folder, usable, progress)
                .evaluate(workplace.retry_failed)
                .measured
            )
        kept += len(folder.records())
    return Report(folders, _rows(folders), all_unavailable, kept=kept, measured=measured)


# Models


def _entrants(entrants: Entrants, selection: Selection, workplace: Workplace) -> list[tuple[Model, Run]]:
    if entrants.checkpoints and len(entrants.models) != 1:
        raise UsageError(f"--checkpoint needs exactly one --model, not {len(entrants.models)}")
    suite = suites.load(selection.suite)
    words = [(name, checkpoint) for name in entrants.models for checkpoint in entrants.checkpoints or (None,)]
    return [_entrant(name, checkpoint, entrants.settings, suite, workplace) for name, checkpoint in words]


def _entrant(
    name: str, checkpoint: str | None, assignments: tuple[str, ...], suite: Suite, workplace: Workplace
) -> tuple[Model, Run]:
    cls = models.registry[name]
    chosen = settings.parse(cls.Settings, assignments, what=f"model '{name}'")
    if cls.card.weights is None:
        if checkpoint:
            raise UsageError(f"model '{name}' has no weights, so --checkpoint means nothing to it")
        model = cls(chosen, workplace.runtime)
    else:
        found = checkpoints.resolve(checkpoint or cls.card.weights, is_default=checkpoint is None)
        model = cls(chosen, workplace.runtime, found)
    return model, _identity(model, suite)


def _identity(model: Model, suite: Suite) -> Run:
    """The run's identity: everything that decides its clips goes into the id, and nothing else does."""
    checkpoint = model.checkpoint
    label = f"{model.card.name}@{checkpoint.name}" if checkpoint and checkpoint.name else model.card.name
    run = Run(
        id="",
        label=label,
        model=model.card.name,
        checkpoint=_public_name(checkpoint),
        checkpoint_digest=checkpoint.digest if checkpoint else "",
        adapter_version=model.card.version,
        settings=asdict(model.settings),
        dtype=model.runtime.dtype if checkpoint else "",
        suite=suite.name,
        suite_version=suite.version,
        reads_text=model.card.reads_text,
    )
    decisive = {key: value for key, value in asdict(run).items() if key not in ("id", "label", "checkpoint")}
    return replace(run, id=runs.run_id(label, suite.name, decisive))


def _public_name(checkpoint: Checkpoint | None) -> str:
    """The hub id, or a folder's own name: where it lies is nobody's business, and its digest says what it is."""
    if checkpoint is None:
        return ""
    return Path(checkpoint.source).name if checkpoints.is_folder(checkpoint) else checkpoint.source


def _foreign_run(label: str, suite: Suite) -> Run:
    identity = {"clips": label, "suite": suite.name, "suite_version": suite.version}
    return Run(
        id=runs.run_id(label, suite.name, identity),
        label=label,
        model="clips",
        checkpoint="",
        checkpoint_digest="",
        adapter_version=0,
        settings={},
        dtype="",
        suite=suite.name,
        suite_version=suite.version,
        reads_text=None,
    )


def _foreign_record(clip: clips.FoundClip, fit: Fit) -> ClipRecord:
    if not clip.path.exists():
        return ClipRecord(clip.case, clip.seed, None, "", fit=fit, error=f"clip {clip.path} does not exist")
    path = clip.path.absolute()
    return ClipRecord(clip.case, clip.seed, str(path), files.sha256(path), size=path.stat().st_size, fit=fit)


# Cases and metrics


def _samples(selection: Selection) -> tuple[Suite, list[tuple[Case, int]]]:
    suite = suites.load(selection.suite)
    cases = {case.id: case for case in suite.cases}
    for name in selection.cases:
        if name not in cases:
            raise UnknownName("case", name, cases, hint=f"suite {suite.name}")
    chosen = [cases[name] for name in selection.cases or cases][: selection.limit]
    return suite, [(case, seed) for case in chosen for seed in dict.fromkeys(selection.seeds)]


def _evaluators(metrics: Metrics, workplace: Workplace) -> list[Evaluator]:
    """The evaluators that fill the metrics asked for, each with its settings."""
    owners = {card.name: name for name in evaluators.registry for card in evaluators.registry[name].cards}
    owners |= {name: name for name in evaluators.registry}
    for name in metrics.names:
        if name not in owners:
            raise UnknownName("metric", name, owners, hint="see bench ls metrics")
    assignments: dict[str, list[str]] = {}
    for words in metrics.settings:
        owner, dot, assignment = words.partition(".")
        if not dot or owner not in evaluators.registry:
            raise UsageError(f"a metric's setting is evaluator.name=value, not '{words}'")
        assignments.setdefault(owner, []).append(assignment)
    wanted = dict.fromkeys(owners[name] for name in metrics.names or evaluators.registry)
    return [_evaluator(name, assignments.get(name, []), workplace) for name in wanted]


def _evaluator(name: str, assignments: Sequence[str], workplace: Workplace) -> Evaluator:
    cls = evaluators.registry[name]
    return cls(settings.parse(cls.Settings, assignments, what=f"metric '{name}'"), workplace.runtime.device)


def _usable(
    wanted: Sequence[Evaluator], suite: Suite, download: bool, progress: Progress
) -> tuple[list[Evaluator], dict[str, str]]:
    """The evaluators that can work here, and why the others cannot."""
    usable: list[Evaluator] = []
    unavailable: dict[str, str] = {}
    for evaluator in wanted:
        try:
            _check(evaluator, suite, download, progress)
            usable.append(evaluator)
        except Unavailable as error:
            unavailable[evaluator.name] = str(error)
    return usable, unavailable


def _check(evaluator: Evaluator, suite: Suite, download: bool, progress: Progress) -> None:
    if isinstance(evaluator, SetEvaluator) and not any(case.reference for case in suite.cases):
        raise Unavailable(
            f"suite {suite.name} has no reference clips", "a 'reference' column in the CSV names them"
        )
    for file in evaluator.weights():
        if weights.path(file) is None:
            _fetch(file, evaluator.name, download, progress)


def _fetch(file: weights.Weights, evaluator: str, download: bool, progress: Progress) -> None:
    if not download:
        size = f"{file.size / 1e6:.0f} MB"
        raise Unavailable(
            f"its weights {file.name} ({size}) are not here", f"--metrics {evaluator} fetches them"
        )
    with progress.bar(f"fetch {file.name}, MB", 1) as bar:
        weights.fetch(file, lambda done, total: bar.step(done // 10**6, total // 10**6))


def _rows(folders: Sequence[RunFolder]) -> pd.DataFrame:
    return results.frame([row for folder in folders for row in folder.measurements()])
