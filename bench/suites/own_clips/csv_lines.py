"""Clips by a CSV file: a header, and one line per clip; `bench.suites.own_clips` describes the columns."""

from __future__ import annotations

import csv
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import get_args

from bench.base import files
from bench.errors import UnknownName, UsageError
from bench.suites import suite_files
from bench.suites.own_clips import lines
from bench.suites.own_clips.lines import Line
from bench.suites.scenes import Camera
from bench.suites.suite_files import KeyframeEntry
from bench.types import Suite

COLUMNS = (
    "case", "image", "clip", "prompt", "seed", "category", "reference", "keep", "keyframes", "camera", "trajectory",
    "fps",
)  # fmt: skip
FILE_COLUMNS = ("image", "clip", "reference", "keep")


def read(path: Path, suite: Suite | None) -> Iterator[Line]:
    """The lines of a CSV file.

    Raises:
        UsageError: a line that cannot be understood.
    """
    rows = _rows(path, lines.text(path, "a CSV of case, image, clip, prompt"))
    number, names = next(rows, (1, []))
    _check_header(f"{path}:{number}", names, suite)
    for number, fields in rows:
        where = f"{path}:{number}"
        if len(fields) != len(names):
            raise UsageError(
                f"{where}: the line has not as many fields as the header: {len(fields)}, not {len(names)}"
            )
        texts = dict(zip(names, (field.strip() for field in fields), strict=True))
        _check_texts(where, path.parent, texts)
        yield _line(path.parent, where, texts, suite)


def _rows(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not empty and the line where it begins: a quoted field may span several."""
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    begin = 1
    try:
        for row in reader:
            if row:
                yield begin, row
            begin = reader.line_num + 1
    except csv.Error as error:
        raise UsageError(f"{path}:{begin}: not CSV: {error}") from None


def _check_header(where: str, names: Sequence[str], suite: Suite | None) -> None:
    for name in names:
        if name not in COLUMNS:
            raise UnknownName("column", files.short(name), COLUMNS, hint=where)
        if names.count(name) > 1:
            raise UsageError(f"{where}: column '{name}' stands there twice")
    needed = ("case", "clip") if suite else ("case", "image", "clip")
    missing = [name for name in needed if name not in names]
    if missing:
        raise UsageError(
            f"{where}: the header lacks {', '.join(missing)}; it has {', '.join(names) or 'nothing'}"
        )


def _check_texts(where: str, folder: Path, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        if "\0" in text:
            raise UsageError(f"{where}: {name} {files.short(text)!r} holds a NUL byte")
    for name, text in _paths(where, texts):
        try:
            (folder / text).stat()
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            pass  # a failure of this clip or image alone, reported when it is read
        except OSError as error:
            raise UsageError(f"{where}: {name} '{files.short(text)}': {files.why(error)}") from None


def _paths(where: str, texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Column and path of every file that a line names."""
    yield from ((name, texts.get(name, "")) for name in FILE_COLUMNS)
    yield from (("keyframes", each.image) for each in _keyframes(where, texts.get("keyframes", "")))


def _keyframes(where: str, text: str) -> tuple[KeyframeEntry, ...]:
    """The keyframes of 'a.png@0;b.png@40'; none of ''."""
    found = [re.fullmatch(r"\s*(.+)@(\d{1,9})\s*", part) for part in text.split(";")] if text else []
    named = tuple(KeyframeEntry(each[1], int(each[2])) for each in found if each)
    if len(named) < len(found) or not suite_files.are_ascending([each.frame for each in named]):
        raise UsageError(
            f"{where}: keyframes '{files.short(text)}' is not path@frame;path@frame, in the order of the frames"
        )
    return named


def _camera(where: str, text: str) -> Camera | None:
    """The camera move that the prompt asks for; None of ''."""
    moves: dict[str, Camera] = {move: move for move in get_args(Camera)}
    if text and text not in moves:
        raise UnknownName("camera move", files.short(text), moves, hint=where)
    return moves.get(text)


def _trajectory(where: str, text: str) -> tuple[tuple[float, float], ...] | None:
    """The points of '12 40;15.5 38', pixels of the image; None of ''."""
    number = r"-?\d{1,6}(?:\.\d{0,9})?"
    found = [re.fullmatch(rf"\s*({number})\s+({number})\s*", part) for part in text.split(";")]
    points = tuple((float(each[1]), float(each[2])) for each in found if each)
    if text and (len(points) < len(found) or len(points) < 2):
        raise UsageError(
            f"{where}: trajectory '{files.short(text)}' is not x y;x y, two points or more in pixels of the image"
        )
    return points or None


def _line(folder: Path, where: str, texts: Mapping[str, str], suite: Suite | None) -> Line:
    if suite:
        case = lines.known_case(where, texts["case"], suite)
    else:
        asked = lines.Asked(
            _keyframes(where, texts.get("keyframes", "")),
            _camera(where, texts.get("camera", "")),
            _trajectory(where, texts.get("trajectory", "")),
        )
        case = lines.own_case(where, folder, texts, asked)
    clip = folder / texts["clip"] if texts["clip"] else None
    return Line(
        where, case, _seed(where, texts.get("seed") or "0"), clip, _fps(where, texts.get("fps", ""), clip)
    )


def _fps(where: str, text: str, clip: Path | None) -> float | None:
    """The frame rate that is stated for a folder of frames; None of ''."""
    if text and not (re.fullmatch(r"\d{1,4}(?:\.\d{1,9})?", text) and float(text) > 0):
        raise UsageError(f"{where}: fps '{files.short(text)}' is no number of frames per second")
    if text and clip and stat.S_ISREG(files.mode(clip)):
        raise UsageError(
            f"{where}: fps is for folders of frames; {clip.name} states its own rate: leave it empty"
        )
    return float(text) if text else None


def _seed(where: str, text: str) -> int:
    if not re.fullmatch(r"\d{1,18}", text):
        raise UsageError(f"{where}: seed '{files.short(text)}' is not a whole number")
    return int(text)
