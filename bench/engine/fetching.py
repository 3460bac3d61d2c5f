"""The one rule for downloads: what would be fetched is said, with its size, before the first clip is made or measured.

Then a person is asked, where there is one; what may not or cannot be fetched is refused at once: a model by an error, a
metric among those that are not measured. A fetch that failed is not tried again for some minutes (bench.base.network).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bench import evaluators
from bench.base import network, weights, wording
from bench.base.progress import Progress
from bench.engine import resolve_metrics
from bench.engine.requests import MetricRequest, RunConfig
from bench.errors import Unavailable
from bench.evaluators import Evaluator
from bench.models import Model, hub, stored_weights
from bench.models.requirements import Need
from bench.types import Suite


@dataclass(frozen=True)
class Fetch:
    """Something that a run needs and that would be fetched.

    Attributes:
        name: of a file, or a repository of the hub.
        size: bytes; None if unknown.
        user: the model or metric that needs it.
        remedy: the line that fetches it by hand, for a model; '' for a metric, which is left out.
    """

    name: str
    size: int | None
    user: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({wording.size(self.size)}) for {self.user}"


def settled(
    config: RunConfig,
    progress: Progress,
    metrics: MetricRequest | None,
    suites: Sequence[Suite],
    models: Sequence[Model] = (),
) -> RunConfig:
    """The config with an answer to whether missing weights may be fetched.

    Args:
        config: asked for.
        progress: is told what would be fetched, and asks.
        metrics: that would be measured; None for none.
        suites: whose clips they would measure.
        models: that have clips to make.

    Raises:
        Unavailable: a model needs what may not be fetched, or a service that may not be asked.
    """
    for model in models:
        _refuse_service(model)
    of_models = [fetch for model in models for fetch in of_model(model)]
    _refuse(of_models, _obstacle(config) if of_models else "")
    fetches = [*of_models, *of_metrics(metrics, suites, config.runtime.device)]
    if config.download == "no" or not fetches:
        return config
    progress.say(f"to be fetched: {'; '.join(map(str, fetches))}")
    if config.download == "yes" or progress.agrees(
        "Fetch that now? --download answers yes, --no-download no."
    ):
        return replace(config, download="yes")
    _refuse(of_models, "shall not be fetched")
    return replace(config, download="no")


def of_model(model: Model) -> Iterator[Fetch]:
    """What a model would fetch when it is loaded, as far as is known before.

    Raises:
        Unavailable: the hub says that there is no such thing.
    """
    for need in model.needs():
        if need.kind == "weights" and need.address and not need.is_met:
            yield Fetch(need.address, _size(need, model.runtime.is_half), model.label, need.remedy)


def _size(need: Need, is_half: bool) -> int | None:
    if hub.is_silent():
        return None
    try:
        return stored_weights.size_to_fetch(need, hub.told(need.address).sizes, is_half)
    except Unavailable as error:
        if hub.is_answer(error):  # there is no such repository
            raise
        return None


def of_metrics(metrics: MetricRequest | None, suites: Sequence[Suite], device: str) -> list[Fetch]:
    """What metrics would fetch, each file once; not what failed some minutes ago, or is forbidden.

    Args:
        metrics: asked for; None for none.
        suites: whose clips they would measure.
        device: where they would compute.
    """
    wanted, _ = resolve_metrics.resolve(metrics, device, suites) if metrics is not None else ([], {})
    users: dict[weights.Weights, list[str]] = {}
    for evaluator in wanted:
        for file in dict.fromkeys(file for suite in suites for file in _lacking(evaluator, suite)):
            users.setdefault(file, []).append(evaluator.name)
    return [
        Fetch(file.name, file.size or None, ", ".join(names))
        for file, names in users.items()
        if weights.is_worth_a_try(file)
    ]


def _lacking(evaluator: Evaluator, suite: Suite) -> list[weights.Weights]:
    try:
        with evaluators.registry.using(type(evaluator)):
            return resolve_metrics.lacking(evaluator, suite)
    except Unavailable:  # it is not measured, for another reason
        return []


def _refuse_service(model: Model) -> None:
    if model.is_remote and network.is_offline():
        raise Unavailable(
            f"model '{model.label}' is a service, and --offline forbids asking it", "leave --offline out"
        )


def _obstacle(config: RunConfig) -> str:
    """Why nothing can be fetched from the hub; '' where it can."""
    if why := network.forbidden_by() or ("--no-download" if config.download == "no" else ""):
        return f"{why} forbids fetching them"
    failure = hub.recent_failure()
    return f"the hub does not answer ({failure}; {network.AGAIN})" if failure else ""


def _refuse(fetches: Sequence[Fetch], why: str) -> None:
    """Raises Unavailable for what a model needs, where something is in the way of fetching it."""
    if why and fetches:
        raise Unavailable(f"weights {fetches[0]} are not here, and {why}", fetches[0].remedy)
