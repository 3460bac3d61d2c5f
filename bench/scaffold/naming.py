"""What a name becomes in code, and which names are taken."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec

from bench.errors import UsageError

LONGEST = 40
"""Characters of a name, which is shown in tables and becomes part of the names of files."""

_NAME = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")


@dataclass(frozen=True)
class Names:
    """One name in every form that code needs.

    Attributes:
        own: the name as models, metrics or suites are called: 'slow-zoom', or of a metric 'slow_zoom'.
        package: as the package index would call it, and its folder: 'slow-zoom'.
        module: 'slow_zoom'.
        cls: 'SlowZoom'.
        title: for people: 'Slow zoom'.
    """

    own: str
    package: str
    module: str
    cls: str
    title: str


def of(kind: str, name: str) -> Names:
    """The forms of a name that is free.

    Args:
        kind: a key of TAKEN.
        name: lower case, words joined by '-' or '_'.

    Raises:
        UsageError: the name cannot be one, or something is called that already.
    """
    if not _NAME.fullmatch(name) or len(name) > LONGEST:
        raise UsageError(
            f"a name has lower-case letters, digits, '-' and '_', begins with a letter and has at most {LONGEST}"
            f" characters, as slow-zoom; not '{name}'"
        )
    words = re.split("[-_]", name)
    names = Names(
        own=("_" if kind == "metric" else "-").join(words),
        package="-".join(words),
        module="_".join(words),
        cls="".join(word.capitalize() for word in words),
        title=" ".join(words).capitalize(),
    )
    if names.own in TAKEN[kind]():
        raise UsageError(f"there is a {kind} '{names.own}' already: choose another name")
    if keyword.iskeyword(names.module) or find_spec(names.module) is not None:
        raise UsageError(f"Python has a module '{names.module}' here already: choose another name")
    return names


def _models() -> Iterable[str]:
    from bench import models

    return models.registry


def _metrics() -> Iterable[str]:
    from bench.evaluators import catalogue

    return catalogue.registered().names()


def _suites() -> Iterable[str]:
    from bench import suites

    return suites.names()


TAKEN: Mapping[str, Callable[[], Iterable[str]]] = {"model": _models, "metric": _metrics, "suite": _suites}
"""Kind -> the names that are taken."""
