"""Weights of metrics fetched ahead of time, for machines and containers that will be offline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bench import evaluators, models
from bench.base import licences, weights
from bench.base.weights import Weights
from bench.engine import resolve_metrics
from bench.engine.requests import MetricRequest
from bench.errors import Unavailable, UsageError, meant
from bench.evaluators import catalogue


@dataclass(frozen=True)
class WantedFile:
    """A file of weights.

    Attributes:
        file: as it is declared.
        users: the evaluators that use it.
    """

    file: Weights
    users: tuple[str, ...]

    @property
    def path(self) -> Path | None:
        """Where it, or a twin of it, lies; None if it is not here."""
        return weights.path(self.file)

    def as_json(self) -> dict[str, object]:
        """For machines."""
        return {
            "file": self.file.name,
            "for": list(self.users),
            "bytes": self.file.size or None,
            "licence": self.file.licence,
            "path": str(self.path) if self.path else None,
        }


def wanted(names: Sequence[str], settings: Sequence[str] = ()) -> list[WantedFile]:
    """The files of weights that metrics use, each once.

    Args:
        names: of metrics, evaluators or files of weights; empty for all metrics that are measured by default.
        settings: as 'evaluator.name=value'.

    Raises:
        UnknownName: there is no such name.
        UsageError: it is a model's, or a setting is wrong.
    """
    declared = list(_declared())
    of_files = {form.name for _, file in declared for form in file.forms}
    known = {*catalogue.registered().names(), *of_files}
    for name in names:
        _refuse_model(name, known)
    found = [meant("metric", name, known, hint="see bench ls metrics") for name in names]
    of_metrics = tuple(name for name in found if name not in of_files)
    users: dict[Weights, list[str]] = {}
    if of_metrics or not found:
        for evaluator in resolve_metrics.resolve(MetricRequest(of_metrics, tuple(settings)), "cpu")[0]:
            for file in evaluator.weights():
                users.setdefault(file, []).append(evaluator.name)
    for name, file in declared:
        if {form.name for form in file.forms} & set(found):
            users.setdefault(file, []).append(name)
    return [WantedFile(file, tuple(dict.fromkeys(names))) for file, names in users.items()]


def _declared() -> Iterator[tuple[str, Weights]]:
    """Each evaluator with each of its files, as they are by default; not plug-ins that are broken."""
    for name in evaluators.registry:
        with suppress(Unavailable):
            for file in evaluators.weights_of(name):
                yield name, file


def _refuse_model(name: str, known: set[str]) -> None:
    if name in models.registry and name not in known:
        hub_id = models.registry[name].card.weights
        remedy = f"hf download {hub_id}, or bench generate {name}" if hub_id else f"bench doctor {name}"
        raise UsageError(f"'{name}' is a model, and bench fetch brings the weights of metrics: {remedy}")


def accept(names: Sequence[str], files: Sequence[WantedFile]) -> None:
    """Remembers that somebody accepts licences.

    Args:
        names: of the licences.
        files: that are wanted.

    Raises:
        UnknownName: none of the files is under one of them.
    """
    there = {each.file.licence for each in files}
    for licence in [meant("licence", name, there) for name in names]:
        licences.accept(licence)


def unaccepted(files: Sequence[WantedFile]) -> dict[str, list[WantedFile]]:
    """Licence -> the files that are missing and under terms of it that nobody has accepted here."""
    found: dict[str, list[WantedFile]] = {}
    for each in files:
        if each.file.terms and each.path is None and not licences.is_accepted(each.file.licence):
            found.setdefault(each.file.licence, []).append(each)
    return found
