"""Which models: a request -> models with their settings and checkpoints, and the run that each makes of a suite."""

from __future__ import annotations

import logging
from collections.abc import Callable

from bench import models
from bench.base import packages, settings
from bench.engine.identity import run_of
from bench.engine.requests import ModelRequest
from bench.errors import Unavailable, UsageError
from bench.models import Model, checkpoints, processing
from bench.models.processing.processed_model import Processed
from bench.types import Checkpoint, ModelCard, Run, Runtime, Suite


def resolve(request: ModelRequest, suite: Suite, runtime: Runtime) -> list[tuple[Model, Run]]:
    """The models, not yet loaded, each with the run that it makes of the suite.

    Args:
        request: which models and checkpoints; one model per name and checkpoint.
        suite: what they animate.
        runtime: where and how they compute.

    Returns:
        Each run once, in the order asked for.

    Raises:
        UnknownName: there is no such model or setting.
        UsageError: a setting is out of range, or --checkpoint makes no sense.
        Unavailable: weights are neither here nor to be had.
    """
    if request.at_hand is not None:
        return [(request.at_hand, run_of(request.at_hand, suite))]
    sketched(request, runtime)  # checks all names, settings and forms before any weights are looked for
    found = [
        _model(name, request, runtime, _finder(request, checkpoint))
        for name in request.names
        for checkpoint in request.checkpoints or (None,)
    ]
    work = {run.id: (model, run) for model in found for run in (run_of(model, suite),)}
    for run_id, (_, run) in work.items():
        weights = ", ".join(f"{each}" for each in (run.checkpoint, run.checkpoint_digest) if each) or "none"
        logging.getLogger(__name__).info("model %s: run %s, weights %s", run.label, run_id, weights)
    return list(work.values())


def unloaded(request: ModelRequest, runtime: Runtime) -> list[Model]:
    """The models with their settings, without looking for their weights: enough to plan.

    Raises:
        UnknownName, UsageError: as resolve.
    """
    if request.at_hand is not None:
        return [request.at_hand]
    return [_model(name, request, runtime, lambda card: None) for name in dict.fromkeys(request.names)]


def sketched(request: ModelRequest, runtime: Runtime) -> list[Model]:
    """The models with what was asked for as weights, if it has the form of some; no byte of them is read or fetched.

    Args:
        request, runtime: as in resolve.

    Raises:
        UnknownName, UsageError, Unavailable: as resolve, where that can be told without the hub.
    """
    if request.at_hand is not None:
        return [request.at_hand]
    _check_one_model(request)
    return [
        _model(name, request, runtime, _finder(request, checkpoint, is_sketch=True))
        for name in dict.fromkeys(request.names)
        for checkpoint in request.checkpoints or (None,)
    ]


def _check_one_model(request: ModelRequest) -> None:
    """Refuses weights that are for one model where there are several."""
    for option, words in (
        ("--checkpoint", request.checkpoints), ("--component", request.components), ("--lora", request.loras),
    ):  # fmt: skip
        if words and len(request.names) != 1:
            raise UsageError(f"{option} needs exactly one --model, not {len(request.names)}")


def _finder(
    request: ModelRequest, checkpoint: str | None, is_sketch: bool = False
) -> Callable[[ModelCard], Checkpoint | None]:
    """What finds the weights of a model's card."""

    def find(card: ModelCard) -> Checkpoint | None:
        if card.weights is not None:
            return checkpoints.of_card(card, checkpoint, request.components, request.loras, is_sketch)
        if checkpoint or request.components or request.loras:
            raise UsageError(f"model '{card.name}' has no weights, so --checkpoint means nothing to it")
        return None

    return find


def _model(
    name: str, request: ModelRequest, runtime: Runtime, find: Callable[[ModelCard], Checkpoint | None]
) -> Model:
    """The model of a name, with the processing of its clips; find gives its weights."""
    name, words = processing.split(name)
    cls = models.registry[name]
    treatments, own = processing.chain(words, request.settings, runtime.device)
    with models.registry.using(cls):
        chosen = settings.parse(cls.Settings, own, what=f"model '{name}'")
        try:
            model = cls(chosen, runtime, find(cls.card))
        except Unavailable:
            packages.check(*cls.packages)  # a missing package is reported before missing weights
            raise
    return Processed(model, treatments) if treatments else model
