"""Reads and checks files of published numbers: one TOML file per benchmark, possibly written by a stranger."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from annotated_types import MinLen

from bench.base.files import short
from bench.errors import BadResults
from bench.scoring.reported.numbers import CHECKED, Metric, Reported, Source, Text
from bench.scoring.reported.tables import TAKEN

if TYPE_CHECKING:
    from pydantic import TypeAdapter

FOLDER = "reported"
"""Name of their folder, in the folder of published results."""

MOST_BYTES = 1_000_000
"""Limit for one file; ours have some ten thousand."""

LARGEST = sys.float_info.max
"""Limit for one number: an integer of 400 digits is finite, but is no float."""

_LINK = re.compile(r"https?://[^\s<>\"'\\]+")


def read(folder: Path) -> tuple[list[Reported], list[BadResults]]:
    """All numbers of a folder's TOML files, in the files' order, and one error per file that was passed over."""
    found: list[Reported] = []
    problems: list[BadResults] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            numbers = read_file(path)
            _check_new(path, numbers, found)
            found += numbers
        except BadResults as problem:
            problems.append(problem)
    return found, problems


def read_file(path: Path) -> list[Reported]:
    """The numbers of one file, model by model.

    Raises:
        BadResults: it cannot be read, a field is missing, unknown or of the wrong type, a number is not finite, a link
            is not http(s), a metric's name is undeclared or is a column's, or a model occurs twice.
    """
    content = _content(path)
    problems = list(_problems(content))
    if problems:
        raise BadResults(f"{path}: {'; '.join(problems)}")
    return [
        Reported(
            content.benchmark, content.about, row.model, metric, float(row.values[metric.name]),
            content.source[row.source], row.note, row.is_doubtful,
        )
        for row in content.row
        for metric in content.metric
        if metric.name in row.values
    ]  # fmt: skip


# What a file holds


@dataclass(frozen=True)
class _Row:
    model: Text
    source: str
    values: Annotated[dict[str, Any], MinLen(1)]  # numbers, but pydantic would accept the text "1.5"
    note: str = ""
    is_doubtful: bool = False

    __pydantic_config__: ClassVar[dict[str, Any]] = CHECKED


@dataclass(frozen=True)
class _File:
    benchmark: Text
    metric: Annotated[list[Metric], MinLen(1)]
    row: Annotated[list[_Row], MinLen(1)]
    source: dict[str, Source] = field(default_factory=dict)
    about: str = ""

    __pydantic_config__: ClassVar[dict[str, Any]] = CHECKED


def _content(path: Path) -> _File:
    from pydantic import ValidationError

    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadResults(f"{path} has {path.stat().st_size} bytes, over the limit of {MOST_BYTES}")
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        return _adapter().validate_python(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadResults(f"{path}: {place}: {first['msg']}, got {short(repr(first['input']))}") from None
    except (OSError, ValueError, RecursionError) as error:  # a number of 5,000 digits is a bare ValueError
        raise BadResults(f"{path} is not TOML: {error}") from error


@cache
def _adapter() -> TypeAdapter[_File]:
    from pydantic import TypeAdapter

    return TypeAdapter(_File)


def _problems(content: _File) -> Iterator[str]:
    """What is wrong with a file whose types are right."""
    for key, source in content.source.items():
        if source.link and not _LINK.fullmatch(source.link):
            yield f"source {short(key)}: a link is http(s)://…, not {short(repr(source.link))}"
    names = [metric.name for metric in content.metric]
    titles, models = [metric.title for metric in content.metric], [row.model for row in content.row]
    for noun, words in (("metric", names), ("title", titles), ("model", models)):
        twice = sorted({word for word in words if words.count(word) > 1})
        yield from (f"{noun} {short(word)} occurs twice" for word in twice)
    yield from (f"no metric is called {name}: a column of the table is" for name in names if name in TAKEN)
    for row in content.row:
        yield from (f"model {short(row.model)}: {each}" for each in _row_problems(row, content.source, names))


def _row_problems(row: _Row, sources: Collection[str], names: Collection[str]) -> Iterator[str]:
    if row.source not in sources:
        yield f"no [source.{short(row.source)}]"
    for name, value in row.values.items():
        if name not in names:
            yield f"no [[metric]] is called {short(name)}"
        if type(value) not in (int, float) or not abs(value) <= LARGEST:
            yield f"{short(name)} is a finite number, not {short(repr(value))}"


def _check_new(path: Path, numbers: Sequence[Reported], before: Sequence[Reported]) -> None:
    taken = {each.benchmark for each in before}
    for each in numbers[:1]:
        if each.benchmark in taken:
            raise BadResults(
                f"{path}: another file has the benchmark {short(each.benchmark)}: use one file per benchmark"
            )
