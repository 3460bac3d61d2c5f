"""Numbers that papers and boards published, each with its source: to see the landscape, never to be ranked with ours.

One TOML file a benchmark, in `results/reported/`. A number here was not measured here; it is another type than a
measurement, in another folder, so that nothing which ranks runs can take it.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeAlias

from annotated_types import MinLen

from bench.base.files import short
from bench.errors import BadResults
from bench.scoring.recipes import Recipe
from bench.types import Direction

if TYPE_CHECKING:
    import pandas as pd
    from pydantic import TypeAdapter

FOLDER = "reported"
"""Its name in the folder of published results."""

MOST_BYTES = 1_000_000
"""Of a file; ours have some ten thousand."""

LARGEST = sys.float_info.max
"""Of a number: a whole one of 400 digits is finite, but no float."""

FACTS = ("evidence", "citation", "link", "date", "note", "is_doubtful")
"""Columns of a table that say where a row is from."""

ADDED = ("Recomputed total", "Difference")
"""Columns that a page puts beside those of a table: what a recipe makes of a row, and that less what was published."""

TAKEN = frozenset({"model", *FACTS, *ADDED})
"""Names that no metric may have: the table has columns of these names."""

Evidence: TypeAlias = Literal["paper", "repository", "transcription", "recomputed"]
"""How a number came here: see EVIDENCE."""

EVIDENCE: Mapping[Evidence, str] = {
    "paper": "read in the paper",
    "repository": "read in the authors' repository",
    "transcription": "somebody else's transcription, not checked against the original",
    "recomputed": "transcribed, and its total recomputed from its parts by the published formula",
}
"""Mark -> what it says."""

_LINK = re.compile(r"https?://[^\s<>\"'\\]+")
_CONFIG: dict[str, Any] = {"extra": "forbid", "allow_inf_nan": False}
_Text: TypeAlias = Annotated[str, MinLen(1)]


@dataclass(frozen=True)
class Source:
    """Who says so.

    Attributes:
        citation: for people.
        link: http(s); '' where none is known.
        date: of the source, or of the look at it: ISO, as far as known.
        evidence: how the numbers came here.
    """

    citation: _Text
    link: str = ""
    date: str = ""
    evidence: Evidence = "paper"

    __pydantic_config__: ClassVar[dict[str, Any]] = _CONFIG


@dataclass(frozen=True)
class Metric:
    """What a column of a benchmark means.

    Attributes:
        name: unlike any of ours, unless it is the same number.
        title: what the source calls it.
        unit: '' for a pure number.
        direction: which way the source calls better.
        protocol: on what, how many, at which size and length, where the source says.
    """

    name: _Text
    title: _Text
    unit: str = ""
    direction: Direction = "none"
    protocol: str = ""

    __pydantic_config__: ClassVar[dict[str, Any]] = _CONFIG


@dataclass(frozen=True)
class Reported:
    """One number that somebody else published.

    Attributes:
        benchmark: its name, with its version or date.
        about: what a reader of the benchmark's numbers must know.
        model: as the source calls it.
        metric: what the number means.
        value: finite.
        source: who says so.
        note: what is odd about this model's row; '' mostly.
        is_doubtful: whether the source's row is broken: shown, but neither plotted nor counted.
    """

    benchmark: str
    about: str
    model: str
    metric: Metric
    value: float
    source: Source
    note: str = ""
    is_doubtful: bool = False


@dataclass(frozen=True)
class Recomputed:
    """A total beside what a recipe makes of the same row.

    Attributes:
        model: whose.
        published: by the source; None where it has none.
        total: by the recipe; None where the row lacks a metric.
        missing: the metrics that it lacks.
    """

    model: str
    published: float | None
    total: float | None
    missing: tuple[str, ...]

    @property
    def difference(self) -> float | None:
        """Recomputed less published."""
        return None if self.published is None or self.total is None else self.total - self.published


def read(folder: Path) -> tuple[list[Reported], list[BadResults]]:
    """All numbers of a folder's TOML files, in the files' order, and the files that had to be set aside."""
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
            is not http(s), a name is not declared or taken, or a model stands there twice.
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


def benchmarks(reported: Sequence[Reported]) -> list[str]:
    """Their names, the one of the most models first."""
    models: dict[str, set[str]] = {}
    for each in reported:
        models.setdefault(each.benchmark, set()).add(each.model)
    return sorted(models, key=lambda name: -len(models[name]))


def metrics(reported: Sequence[Reported], benchmark: str) -> list[Metric]:
    """The columns of a benchmark that some model has a number of; in the order of the most complete model."""
    of_model: dict[str, list[Metric]] = {}
    for each in reported:
        if each.benchmark == benchmark:
            of_model.setdefault(each.model, []).append(each.metric)
    most_first = sorted(of_model.values(), key=len, reverse=True)
    return list(dict.fromkeys(metric for own in most_first for metric in own))


def table(reported: Sequence[Reported], benchmark: str) -> pd.DataFrame:
    """A row a model, in the file's order.

    Returns:
        model; a column a metric, by its name, NaN where there is no number; then evidence, citation, link, date, note
        and is_doubtful.
    """
    import pandas as pd

    rows: dict[str, dict[str, Any]] = {}
    names = [metric.name for metric in metrics(reported, benchmark)]
    for each in reported:
        if each.benchmark == benchmark:
            row = rows.setdefault(each.model, {"model": each.model, **dict.fromkeys(names, float("nan"))})
            row[each.metric.name] = each.value
            row |= {**vars(each.source), "note": each.note, "is_doubtful": each.is_doubtful}
    return pd.DataFrame(list(rows.values()), columns=["model", *names, *FACTS])


def totals(reported: Sequence[Reported], benchmark: str, recipe: Recipe) -> list[Recomputed]:
    """What a recipe makes of each model of a benchmark, beside the total that was published.

    The published one is the metric of the recipe's name and '_total'.
    """
    values: dict[str, dict[str, float]] = {}
    for each in reported:
        if each.benchmark == benchmark:
            values.setdefault(each.model, {})[each.metric.name] = each.value
    published = f"{recipe.name}_total"
    return [
        Recomputed(model, row.get(published), recipe.total(row), recipe.missing(row))
        for model, row in values.items()
    ]


# One file


@dataclass(frozen=True)
class _Row:
    model: _Text
    source: str
    values: Annotated[dict[str, Any], MinLen(1)]  # numbers: pydantic would take "1.5" for one
    note: str = ""
    is_doubtful: bool = False

    __pydantic_config__: ClassVar[dict[str, Any]] = _CONFIG


@dataclass(frozen=True)
class _File:
    benchmark: _Text
    metric: Annotated[list[Metric], MinLen(1)]
    row: Annotated[list[_Row], MinLen(1)]
    source: dict[str, Source] = field(default_factory=dict)
    about: str = ""

    __pydantic_config__: ClassVar[dict[str, Any]] = _CONFIG


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
        yield from (f"{noun} {short(word)} stands there twice" for word in twice)
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
                f"{path}: another file has the benchmark {short(each.benchmark)}: one file a benchmark"
            )
