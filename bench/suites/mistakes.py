"""Mistakes in a suite's files: found by pydantic, reported in our words, with file, line and field."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path
from textwrap import shorten
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from bench.base import documents, files
from bench.errors import UsageError, nearest
from bench.suites import text_files

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from pydantic_core import ErrorDetails

MOST_MISTAKES = 10
"""How many mistakes of a file are listed; the others are counted."""

T = TypeVar("T")


def validated(
    shape: type[T], content: str | Mapping[str, Any], parts: Mapping[str, type[Any]] = MappingProxyType({})
) -> tuple[T | None, list[tuple[str, str]]]:
    """Content as a value of a shape.

    Args:
        shape: a dataclass.
        content: a line of JSON, or a table.
        parts: fields of the shape that have fields of their own.

    Returns:
        The value and no mistakes, or None and the mistakes: pairs of field and text.
    """
    from pydantic import ValidationError

    adapter = _adapter(shape)  # type: ignore[arg-type]  # mypy does not know that every class is hashable
    try:
        if not isinstance(content, str):
            return adapter.validate_python(content), []
        value = adapter.validate_json(content)
    except ValidationError as error:
        return None, [
            (str(each["loc"][0]) if each["loc"] else "", _said(each, shape, parts)) for each in error.errors()
        ]
    except UsageError as error:  # a scene that contradicts itself
        return None, [("scene", f"'scene': {error}")]
    try:
        documents.json_value(content)  # pydantic lets the last of two equal names win
    except ValueError as error:
        return None, [("", str(error))]
    return value, []


@cache
def _adapter(shape: type[T]) -> TypeAdapter[T]:
    """pydantic's checker; building it takes longer than checking a whole suite."""
    from pydantic import TypeAdapter

    return TypeAdapter(shape)


def _said(error: ErrorDetails, shape: type[Any], parts: Mapping[str, type[Any]]) -> str:
    """pydantic's finding in our words."""
    where, got = ".".join(str(part) for part in error["loc"]), shorten(repr(error["input"]), 80)
    match error["type"]:
        case "json_invalid":
            return f"not JSON: {error['ctx']['error']}"
        case "missing":
            return f"'{where}' is missing"
        case "unexpected_keyword_argument":
            parent = parts.get(str(error["loc"][0]), shape)
            return f"unknown field '{where}'{_hint(str(error['loc'][-1]), [f.name for f in fields(parent)])}"
        case "string_type":
            return f"'{where}' must be text, got {got}"
        case "literal_error":
            known = re.findall(r"'(\w+)'", error["ctx"]["expected"])
            return (
                f"'{where}' must be one of {', '.join(known)}, got {got}{_hint(str(error['input']), known)}"
            )
        case _:
            subject = f"'{where}'" if where else "the line"
            return f"{subject} {re.sub('^[A-Za-z]+ should', 'must', error['msg'])}, got {got}"


def _hint(name: str, known: Sequence[str]) -> str:
    near = nearest(name, known, most=1)
    return f"; did you mean '{near[0]}'?" if near else f"; there are {', '.join(known)}"


def refuse(mistakes: Sequence[str]) -> None:
    """Raises one error for all mistakes of a file; returns if there are none.

    Raises:
        UsageError: there are some.
    """
    if mistakes:
        rest = len(mistakes) - MOST_MISTAKES
        more = [f"and {rest} more"] if rest > 0 else []
        raise UsageError("\n".join([*mistakes[:MOST_MISTAKES], *more]))


def file_text(path: Path) -> str:
    """What a file of a suite says.

    Raises:
        UsageError: it is missing, or not UTF-8.
    """
    try:
        content = files.content(path)
        return text_files.decoded(content).replace("\r\n", "\n").replace("\r", "\n")
    except FileNotFoundError:
        raise UsageError(
            f"{shown(path)} is missing: a suite is a folder with suite.toml and cases.jsonl"
        ) from None
    except UnicodeDecodeError as error:
        line = text_files.line_of(content, error.start)
        raise UsageError(f"{shown(path)}:{line}: not UTF-8 text: save it as UTF-8") from None


def line_named_by(message: str, text: str) -> int:
    """The line in tomllib's message, which says either '(at line 3, column 5)' or '(at end of document)'."""
    found = re.search(r"at line (\d+)", message)
    return int(found[1]) if found else text.count("\n") + 1


def shown(path: Path) -> str:
    """The path as people would type it: relative to the current folder, if it is below it."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
