"""Runs, suites and records of clips as JSON files, and back; names of files that carry a case and a seed."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from dataclasses import asdict
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from bench.base import documents, files, reading, sealed
from bench.errors import BadResults
from bench.types import ClipRecord, Run, Suite

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T")

MOST_KEPT = 1 << 15
"""Values that are kept in memory: records are two kilobytes each."""


def write(path: Path, value: Run | Suite | ClipRecord) -> None:
    """Writes a value as JSON, its paths as absolute text, with the digest of the file at its end."""
    files.write_text(path, sealed.text(_plain(asdict(value))))


def read_run(path: Path) -> Run:
    """The run in a file; see read."""
    return _read_once(Run, path)


def read_suite(path: Path) -> Suite:
    """The suite in a file, with its cases; see read."""
    return _read_once(Suite, path)


def read_record(path: Path) -> ClipRecord:
    """The record in a file; see read."""
    return _read_once(ClipRecord, path)


def _read_once(kind: type[T], path: Path) -> T:
    """As read; parsed again only when the file's stamp differs: a job looks at its records several times."""
    try:
        with reading.of(path):
            stamp = files.stamp(path)
    except reading.ABSENT:
        return read(kind, path)  # says so
    found: T = _parsed(kind, path, stamp)  # type: ignore[arg-type]
    return found


@lru_cache(maxsize=MOST_KEPT)
def _parsed(kind: Hashable, path: Path, stamp: tuple[int, ...]) -> Any:
    return read(kind, path)  # type: ignore[arg-type]


def case_and_seed(path: Path) -> tuple[str, int] | None:
    """'duck-3-0.json' is seed 0 of case 'duck-3'; None for any other file."""
    case, dash, seed = path.stem.rpartition("-")
    return (case, int(seed)) if dash and seed.isdecimal() and not path.name.startswith(".") else None


def read(kind: type[T], path: Path) -> T:
    """The value in a file, every field of its type.

    Fields that a later version of this package added keep their defaults; those it took away are ignored.

    Args:
        kind: what the file holds: a dataclass, or a tuple of them.
        path: of the file.

    Raises:
        BadResults: it is missing or broken, or is something else.
        StorageFailed: it cannot be read now.
    """
    try:
        return parsed(kind, reading.content(path), path)
    except reading.ABSENT as error:
        raise BadResults(f"{path} cannot be read: {error}") from error


def parsed(kind: type[T], content: bytes, path: Path) -> T:
    """The value in the content of a file; see read.

    Args:
        kind: as for read.
        content: of the file.
        path: of the file, for messages.

    Raises:
        BadResults: it is broken, or is something else.
    """
    try:
        sealed.check(content)
        found = json.dumps(documents.json_value(content))
        value: T = _adapter(kind).validate_json(found, strict=True)  # type: ignore[arg-type]
    except ValueError as error:
        raise BadResults(f"{path} cannot be read: {_why(error)}") from error
    return value


@cache
def _adapter(kind: type[T]) -> TypeAdapter[T]:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def _why(error: Exception) -> str:
    """One line; of pydantic's findings, the first."""
    from pydantic import ValidationError

    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_url=False)[0]
    place = ".".join(map(str, first["loc"])) or "it"
    return f"{place}: {first['msg'].lower()}, got {files.short(repr(first['input']))}"


def _plain(content: Any) -> Any:
    """JSON-like content of a dataclass: paths as absolute text."""
    if isinstance(content, Mapping):
        return {key: _plain(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_plain(value) for value in content]
    return str(content.absolute()) if isinstance(content, Path) else content
