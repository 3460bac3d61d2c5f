"""Who runs: words -> models with their settings and checkpoints, and the identity of the run that each makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bench import models, runs
from bench.base import settings
from bench.errors import BadClip, UsageError
from bench.media import digests
from bench.models import Model, checkpoints, processing
from bench.models.processing.processed_model import Processed
from bench.suites.own_clips import FoundClip
from bench.types import Checkpoint, ClipRecord, Fit, ModelCard, Run, Runtime, Suite

NULL_MODELS = ("still", "drift", "noise", "shuffled", "reversed", "cut", "reference")
"""What runs when nobody names a model: the floors and ceilings, which need no weights."""


@dataclass(frozen=True)
class Entrants:
    """Which models.

    Attributes:
        models: names, each with what is done to its clips: 'svd', 'svd+minterpolate@16'.
        checkpoints: of one model: folders, or hub ids.
        settings: as 'name=value'.
        components: parts of the pipeline from elsewhere, as 'transformer=path'; on each checkpoint.
        loras: on top, as 'path' or 'path:scale'; all of them on each checkpoint.
    """

    models: tuple[str, ...] = NULL_MODELS
    checkpoints: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    loras: tuple[str, ...] = ()


def resolve(entrants: Entrants, suite: Suite, runtime: Runtime) -> list[tuple[Model, Run]]:
    """The models, not yet loaded, each with the run that it makes of the suite.

    Raises:
        UnknownName: there is no such model or setting.
        UsageError: a setting is out of range, or --checkpoint makes no sense.
        Unavailable: weights are neither here nor to be had.
    """
    for option, words in (
        ("--checkpoint", entrants.checkpoints), ("--component", entrants.components), ("--lora", entrants.loras),
    ):  # fmt: skip
        if words and len(entrants.models) != 1:
            raise UsageError(f"{option} needs exactly one --model, not {len(entrants.models)}")
    found = [
        _entrant(name, checkpoint, entrants, suite, runtime)
        for name in entrants.models
        for checkpoint in entrants.checkpoints or (None,)
    ]
    return list({run.id: (model, run) for model, run in found}.values())


def unloaded(entrants: Entrants, runtime: Runtime) -> list[Model]:
    """The models with their settings, without looking for their weights: enough to plan.

    Raises:
        UnknownName, UsageError: as resolve.
    """
    return [_model(name, entrants, runtime, lambda card: None) for name in dict.fromkeys(entrants.models)]


def _entrant(
    name: str, checkpoint: str | None, entrants: Entrants, suite: Suite, runtime: Runtime
) -> tuple[Model, Run]:
    def find(card: ModelCard) -> Checkpoint | None:
        if card.weights is not None:
            return checkpoints.of_card(card, checkpoint, entrants.components, entrants.loras)
        if checkpoint or entrants.components or entrants.loras:
            raise UsageError(f"model '{card.name}' has no weights, so --checkpoint means nothing to it")
        return None

    model = _model(name, entrants, runtime, find)
    return model, _identity(model, suite)


def _model(
    name: str, entrants: Entrants, runtime: Runtime, find: Callable[[ModelCard], Checkpoint | None]
) -> Model:
    """The model of a name, with what is done to its clips; find gives its weights."""
    name, words = processing.split(name)
    cls = models.registry[name]
    treatments, own = processing.chain(words, entrants.settings, runtime.device)
    model = cls(settings.parse(cls.Settings, own, what=f"model '{name}'"), runtime, find(cls.card))
    return Processed(model, treatments) if treatments else model


def _identity(model: Model, suite: Suite) -> Run:
    """The run's identity: everything that decides its clips goes into the id, and nothing else does."""
    checkpoint = model.checkpoint
    run = Run(
        id="",
        label=model.label,
        model=model.card.name,
        checkpoint=_public_name(checkpoint),
        checkpoint_digest=checkpoint.digest if checkpoint else "",
        adapter_version=model.card.version,
        settings=model.decisive_settings(),
        dtype=model.runtime.dtype if model.card.weights is not None else "",
        suite=suite.name,
        suite_version=suite.version,
        reads_text=model.card.reads_text,
    )
    decisive = {key: value for key, value in asdict(run).items() if key not in ("id", "label", "checkpoint")}
    return replace(run, id=runs.run_id(model.label, suite.name, decisive))


def _public_name(checkpoint: Checkpoint | None) -> str:
    """The hub id, or a folder's own name: where it lies is nobody's business, and its digest says what it is."""
    if checkpoint is None:
        return ""
    return Path(checkpoint.source).name if checkpoints.is_folder(checkpoint) else checkpoint.source


def foreign_run(label: str, suite: Suite) -> Run:
    """The run of clips that somebody else made: its identity is their name and the suite."""
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


def foreign_record(clip: FoundClip, fit: Fit) -> ClipRecord:
    """What is known of a clip that somebody else made; a file that is no clip is a failure of its own."""
    path = clip.path.absolute()
    try:
        return ClipRecord(clip.case, clip.seed, str(path), digests.clip_digest(path), fit=fit)
    except BadClip as error:
        return ClipRecord(clip.case, clip.seed, str(path), "", fit=fit, error=str(error))
