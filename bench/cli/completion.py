"""Names that a shell completes: after `bench --install-completion`, TAB lists models, metrics, suites and runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import typer


def _last_of(names: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """Completes the last word of 'a,b,…'."""

    def completed(incomplete: str) -> list[str]:
        before, comma, word = incomplete.rpartition(",")
        return [f"{before}{comma}{name}" for name in names() if name.startswith(word.lower())]

    return completed


def _models() -> list[str]:
    from bench import models

    return list(models.registry)


def _metrics() -> list[str]:
    from bench.evaluators import catalogue

    return sorted(catalogue.registered().names())


def _suites() -> list[str]:
    from bench import suites

    return suites.names()


models, metrics, suites = _last_of(_models), _last_of(_metrics), _last_of(_suites)


def runs(context: typer.Context, incomplete: str) -> list[str]:
    """Ids and labels of the runs in the folder of --out."""
    from bench.runs import finding

    out = Path(context.params.get("out") or "runs")
    found = {name for folder in finding.find(out) for name in (folder.path.name, folder.run.label)}
    return sorted(name for name in found if name.startswith(incomplete))


def beginnings(incomplete: str) -> list[str]:
    """What bench new begins."""
    from bench.scaffold import KINDS

    return [kind for kind in KINDS if kind.startswith(incomplete)]


def importers(incomplete: str) -> list[str]:
    """Suites that bench suite import can make."""
    from bench.suites import importing

    return [name for name in importing.names() if name.startswith(incomplete)]


def protocols(incomplete: str) -> list[str]:
    """Protocols of papers."""
    from bench.engine.protocols import PROTOCOLS

    return [name for name in PROTOCOLS if name.startswith(incomplete)]


def kinds(incomplete: str) -> list[str]:
    """What bench ls lists."""
    from bench.cli.listings import KINDS

    return [kind for kind in KINDS if kind.startswith(incomplete)]
