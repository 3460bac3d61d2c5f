"""Which evaluators: a request for metrics -> evaluators with their settings, and which of them can work here."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from bench import evaluators
from bench.base import packages, settings, weights
from bench.base.progress import Progress
from bench.engine.requests import MetricRequest
from bench.errors import Unavailable, UsageError, meant
from bench.evaluators import Evaluator, catalogue
from bench.types import Suite


def resolve(
    request: MetricRequest, device: str, suites: Iterable[Suite] = ()
) -> tuple[list[Evaluator], dict[str, str]]:
    """The evaluators of the metrics asked for, each with its settings, not yet loaded.

    Args:
        request: where it names no metric, it asks for all that need not be named, and for those that cases name as
            their dimensions.
        device: where networks are to run.
        suites: whose cases those are.

    Returns:
        Those that can be used; name -> why not, of the others: plug-ins that are broken, where no metric was named,
        or where one of theirs was.

    Raises:
        UnknownName: there is no such metric, evaluator or setting.
        UsageError: a setting is out of range.
    """
    named = {metric for suite in suites for case in suite.cases for metric in case.dimensions}
    wanted = _wanted(request, named)
    able: list[Evaluator] = []
    unable = {} if request.names else dict(evaluators.registry.broken)
    for name, assignments in wanted.items():
        try:
            able.append(_evaluator(name, assignments, device))
        except Unavailable as error:
            unable[name] = str(error)
    return able, unable


def _wanted(request: MetricRequest, named: Collection[str]) -> dict[str, list[str]]:
    """Evaluator -> the settings of it that were asked for; named are metrics that a suite's cases name."""
    owners = {**catalogue.registered().owners, **{name: name for name in evaluators.registry}}
    for name in request.names:
        if name in evaluators.registry.broken:
            evaluators.registry[name]  # raises, and says why
    names = [meant("metric", name, owners, hint="see bench ls metrics") for name in request.names]
    by_cases = {owners[metric] for metric in named if metric in owners}
    unasked = [
        name for name in evaluators.registry if not evaluators.registry[name].opt_in or name in by_cases
    ]
    wanted: dict[str, list[str]] = {owners[name]: [] for name in names or unasked}
    for words in request.settings:
        written, dot, assignment = words.partition(".")
        if not dot:
            raise UsageError(f"a metric's setting is evaluator.name=value, not '{words}'")
        owner = meant("evaluator", written, evaluators.registry, hint=f"of --metric-set {words}")
        if owner not in wanted:
            raise UsageError(f"{owner} is set, but not among the metrics asked for: {', '.join(wanted)}")
        wanted[owner].append(assignment)
    return wanted


def _evaluator(name: str, assignments: Sequence[str], device: str) -> Evaluator:
    """The evaluator, once it has said all that is asked of it before a clip is measured.

    Raises:
        UsageError: an unknown setting, or one that is out of range.
        Unavailable: it is a plug-in, and broken.
    """
    cls = evaluators.registry[name]
    with evaluators.registry.using(cls):
        made = cls(settings.parse(cls.Settings, assignments, what=f"metric '{name}'"), device)
        for card in made.cards:
            catalogue.full_name(card, made), catalogue.full_version(card, made)
        made.by_level(of_clips=lambda _: {}, of_sets=lambda found: found.protocol())
        return made


def usable(
    wanted: Sequence[Evaluator], suite: Suite, may_fetch: bool, progress: Progress
) -> tuple[list[Evaluator], dict[str, str]]:
    """The evaluators that can work here, and why the others cannot.

    Args:
        wanted: not yet loaded.
        suite: whose clips they would measure.
        may_fetch: whether missing weights may be fetched.
        progress: is told about downloads.

    Returns:
        Those that can, in the order given; name -> reason and remedy of the others.
    """
    able: list[Evaluator] = []
    unavailable: dict[str, str] = {}
    log = logging.getLogger(__name__)
    for evaluator in wanted:
        try:
            with evaluators.registry.using(type(evaluator)):
                for file in lacking(evaluator, suite):
                    _fetch_if_allowed(file, may_fetch, progress)
            able.append(evaluator)
            for file in evaluator.weights():
                log.info("metric %s: weights %s", evaluator.name, weights.path(file))
        except Unavailable as error:
            unavailable[evaluator.name] = str(error)
            log.info("not measured: %s: %s", evaluator.name, error)
    log.info("metrics measured: %s", ", ".join(each.name for each in able) or "none")
    return able, unavailable


def lacking(evaluator: Evaluator, suite: Suite) -> list[weights.Weights]:
    """The files of weights that the evaluator needs for clips of a suite, and that are not here.

    Raises:
        Unavailable: no weights would make it work here.
    """
    packages.check(*evaluator.packages)
    evaluator.check()
    needs_references = evaluator.by_level(of_clips=lambda _: False, of_sets=lambda _: True)
    if needs_references and not any(case.reference for case in suite.cases):
        raise Unavailable(
            f"suite {suite.name} has no reference clips", "a 'reference' column in the CSV names them"
        )
    return [file for file in evaluator.weights() if weights.path(file) is None]


def _fetch_if_allowed(file: weights.Weights, may_fetch: bool, progress: Progress) -> None:
    weights.refuse_terms(file)
    if not may_fetch:
        raise Unavailable(f"its weights {file.name} ({file.amount}) are not here", "--download fetches them")
    fetch(file, progress)


def fetch(file: weights.Weights, progress: Progress) -> Path:
    """The verified file, downloaded under a progress bar if it is not here.

    Raises:
        Unavailable: see weights.fetch.
    """
    if weights.path(file) is not None or not weights.is_worth_a_try(file):
        return weights.fetch(file)  # it is here, or this raises and says why
    with progress.bar(f"fetch {file.name}, {file.amount}", 1) as bar:
        return weights.fetch(file, lambda done, total: bar.step(done // 10**6, total // 10**6 or 1))
