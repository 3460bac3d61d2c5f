"""Placeholders in a program's texts: '{prompt}', '{prompt:json}', '{env:NAME=default}', and '{{' for a brace.

No shell ever sees a prompt: a value is put into one argument, or one staged file, in one pass, and is not searched for
placeholders again; arguments and files that are code themselves take none (`injection`).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from bench.errors import Unavailable

Values: TypeAlias = Mapping[str, str]
"""Placeholder -> its value."""

OF_A_CLIP = frozenset({"image", "prompt", "negative_prompt", "seed", "trajectory"})
OF_A_START = frozenset({"frames", "width", "height", "fps", "output", "workdir", "request", "here"})
OF_A_STEP = frozenset({"input", "multiple", "fps", "width", "height", "output", "workdir", "here"})
"""Placeholders of a program that makes a clip, of every program, and of one that treats a finished clip."""

ENVIRONMENT = re.compile(r"env:(\w+)(?:=(.*))?", re.DOTALL)
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")

FILTERS: Mapping[str, Callable[[str], str]] = {
    "json": json.dumps,  # YAML reads this as well
    "inner": lambda text: json.dumps(text)[1:-1],  # to stand between double quotes with other words
    "csv": lambda text: '"' + text.replace('"', '""') + '"',
    "line": lambda text: " ".join(text.split()),  # for files with one prompt per line
}
"""{prompt:json} and the like: how a value is written where a file has a syntax of its own."""


def filled(template: str, values: Values) -> str:
    """The template with its placeholders replaced, once: values are not searched again.

    Raises:
        Unavailable: it needs a variable of the environment that is not set.
    """
    return _PLACEHOLDER.sub(lambda found: _value(found, values), template)


def names(template: str) -> list[str]:
    """The placeholders of a template, without filters; those of the environment as 'env:NAME'."""
    return [text if ENVIRONMENT.fullmatch(text) else text.partition(":")[0] for text in _inner(template)]


def parts(template: str) -> list[tuple[str, str]]:
    """Name and filter of each placeholder; '' for none."""
    return [(name, how) for name, _, how in (text.partition(":") for text in _inner(template))]


def variables(template: str) -> list[str]:
    """Names of the variables of the environment that a template asks for."""
    return [found[1] for text in _inner(template) if (found := ENVIRONMENT.fullmatch(text))]


def unknown(template: str, known: frozenset[str]) -> Iterator[str]:
    """Each placeholder of a template that is not known, or whose filter does not exist, with its braces."""
    for text in _inner(template):
        name, _, how = text.partition(":")
        if not ENVIRONMENT.fullmatch(text) and (name not in known or (how and how not in FILTERS)):
            yield f"{{{text}}}"


def _inner(template: str) -> list[str]:
    return [found[1] for found in _PLACEHOLDER.finditer(template) if found[1] is not None]


def _value(found: re.Match[str], values: Values) -> str:
    if found[1] is None:
        return found[0][0]  # {{ or }}
    from_environment = ENVIRONMENT.fullmatch(found[1])
    if from_environment:
        return _variable(from_environment[1], from_environment[2])
    name, _, how = found[1].partition(":")
    return FILTERS[how](values[name]) if how else values[name]


def _variable(name: str, default: str | None) -> str:
    value = os.environ.get(name) or default
    if value is None:
        reason = f"variable {name} is not set, and the program's file asks for it"
        raise Unavailable(reason, f"export {name}=…")
    return value
