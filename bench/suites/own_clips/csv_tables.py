"""Tables as pandas and spreadsheets write them, read as what is meant.

Separated by commas, semicolons (Excel where the decimal sign is a comma), tabs or bars; numbers of rows in a column
without a name (pandas); empty rows and fields at the end (Excel); spaces and capitals in the header.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from bench.base import files
from bench.errors import UsageError
from bench.suites import text_files

SEPARATORS = (",", ";", "\t", "|")

Row = tuple[str, Mapping[str, str]]
"""File and line, for messages; column -> text."""


@dataclass(frozen=True)
class Table:
    """A header and what follows it.

    Attributes:
        where: file and line of the header, for messages.
        names: of the columns, those without a name left out.
        rows: without empty ones.
    """

    where: str
    names: tuple[str, ...]
    rows: Iterator[Row]


def read(path: Path, columns: Sequence[str], numbers: Sequence[str]) -> Table:
    """The table in a file.

    Args:
        path: of the file.
        columns: that a header may name, by which the separator is known.
        numbers: columns of numbers, where a decimal comma becomes a point if commas do not separate.

    Raises:
        UsageError: it cannot be read; while its rows are read, one that cannot be understood.
    """
    text = text_files.text(path, f"a CSV of {', '.join(columns[:4])}")
    separator, first, text = _separated(text, columns)
    lines = _lines(path, text, separator, first)
    begin, header = next(lines, (first, []))
    names = [_name(field) for field in header]
    points = () if separator == "," else numbers
    return Table(f"{path}:{begin}", tuple(filter(None, names)), _rows(path, lines, names, points))


def _separated(text: str, columns: Sequence[str]) -> tuple[str, int, str]:
    """What separates fields, the number of the first line of the table, and the text from there."""
    stated = re.match(r'"?sep=(.)"?[ \t]*\r?\n', text, re.IGNORECASE)  # Excel's own line
    if stated:
        return stated[1], 2, text[stated.end() :]
    header = text.lstrip().partition("\n")[0]
    found = max(SEPARATORS, key=lambda each: sum(_name(name) in columns for name in header.split(each)))
    return found, 1, text


def _name(field: str) -> str:
    """A column's name; '' of one that has none, which pandas calls 'Unnamed: 0' when it reads it again."""
    name = field.strip().strip('"').strip().casefold()
    return "" if re.fullmatch(r"unnamed: [\d.]+", name) else name


def _lines(path: Path, text: str, separator: str, begin: int) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not empty and the line where it begins: a quoted field may span several."""
    first = begin
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True, skipinitialspace=True)
    try:
        for row in reader:
            if any(field.strip() for field in row):
                yield begin, [field.strip() for field in row]
            begin = reader.line_num + first
    except csv.Error as error:
        raise UsageError(f"{path}:{begin}: not CSV: {error}") from None


def _rows(
    path: Path, lines: Iterator[tuple[int, list[str]]], names: Sequence[str], points: Sequence[str]
) -> Iterator[Row]:
    for number, fields in lines:
        where = f"{path}:{number}"
        _check_unnamed(where, fields, names)
        texts = {name: field for name, field in zip(names, fields, strict=False) if name}
        if any(texts.values()):
            yield where, texts | {name: texts[name].replace(",", ".") for name in points if name in texts}


def _check_unnamed(where: str, fields: Sequence[str], names: Sequence[str]) -> None:
    """Refuses what stands in a column without a name, unless it is a row's number before those that have one."""
    if len(fields) < len(names) or any(fields[len(names) :]):
        raise UsageError(
            f"{where}: the line has not as many fields as the header: {len(fields)}, not {len(names)}"
        )
    for place, (name, field) in enumerate(zip(names, fields, strict=False)):
        if field and not name and (any(names[:place]) or not re.fullmatch(r"\d+", field)):
            raise UsageError(
                f"{where}: '{files.short(field)}' stands in column {place + 1}, which has no name in the header: "
                "name it, or delete it"
            )
