"""Runs, suites and records of clips as JSON files, and back; names of files that carry a case and a seed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from bench.base import files
from bench.errors import BadResults
from bench.types import Case, ClipRecord, Keyframe, Run, Suite, WeightSource

T = TypeVar("T")


def write(path: Path, value: Run | Suite | ClipRecord) -> None:
    """Writes a value as JSON, its paths as absolute text."""
    files.write_json(path, _plain(asdict(value)))


def read_run(path: Path) -> Run:
    """The run in a file.

    Raises:
        BadResults: it is missing or broken.
    """
    run = _read(Run, path)
    try:
        return replace(run, weights=tuple(_made(WeightSource, dict(each)) for each in run.weights))  # type: ignore[call-overload]
    except (TypeError, ValueError) as error:
        raise BadResults(f"{path} cannot be read: {error}") from error


def read_suite(path: Path) -> Suite:
    """The suite in a file, with its cases.

    Raises:
        BadResults: it is missing or broken.
    """
    suite = _read(Suite, path)
    cases = tuple(_case(dict(case)) for case in suite.cases)  # type: ignore[call-overload]
    return replace(suite, cases=cases, folder=suite.folder and Path(suite.folder))


def read_record(path: Path) -> ClipRecord:
    """The record in a file.

    Raises:
        BadResults: it is missing or broken.
    """
    return _read(ClipRecord, path)


def case_and_seed(path: Path) -> tuple[str, int] | None:
    """'duck-3-0.json' is seed 0 of case 'duck-3'; None for any other file."""
    case, dash, seed = path.stem.rpartition("-")
    return (case, int(seed)) if dash and seed.isdecimal() and not path.name.startswith(".") else None


def _read(kind: type[T], path: Path) -> T:
    """Fields that a later version of this package added keep their defaults; those it took away are ignored."""
    try:
        return _made(kind, json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise BadResults(f"{path} cannot be read: {error}") from error


def _made(kind: type[T], content: Mapping[str, Any]) -> T:
    return kind(**{field.name: content[field.name] for field in fields(kind) if field.name in content})  # type: ignore[arg-type]


def _plain(content: Any) -> Any:
    """JSON-like content of a dataclass: paths as absolute text."""
    if isinstance(content, Mapping):
        return {key: _plain(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_plain(value) for value in content]
    return str(content.absolute()) if isinstance(content, Path) else content


def _case(content: dict[str, Any]) -> Case:
    reference, trajectory = content.pop("reference"), content.pop("trajectory")
    keep, keyframes = content.pop("keep", None), content.pop("keyframes", ())
    return Case(
        **{**content, "image": Path(content["image"])},
        reference=reference and Path(reference),
        trajectory=None if trajectory is None else tuple((x, y) for x, y in trajectory),
        keyframes=tuple(Keyframe(Path(each["image"]), each["frame"]) for each in keyframes),
        keep=keep and Path(keep),
    )
