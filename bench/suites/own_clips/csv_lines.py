"""Clips by a CSV file: a header, and one line per clip; `bench.suites.own_clips` describes the columns."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

from bench.base import files
from bench.errors import UnknownName, UsageError
from bench.suites import suite_files
from bench.suites.own_clips import csv_tables, lines, names
from bench.suites.own_clips.lines import Line
from bench.suites.scenes import Camera
from bench.suites.suite_files import KeyframeEntry
from bench.types import LARGEST_SEED, Suite

COLUMNS = (
    "case", "image", "clip", "prompt", "seed", "category", "reference", "keep", "keyframes", "camera", "trajectory",
    "fps", "prompt_sent",
)  # fmt: skip
FILE_COLUMNS = ("image", "clip", "reference", "keep")
NUMBER_COLUMNS = ("seed", "trajectory", "fps")

LARGEST_EXACT = 2**53
"""Whole numbers beyond it are rounded in a column of floats."""


def read(path: Path, suite: Suite | None) -> Iterator[Line]:
    """The lines of a CSV file.

    Raises:
        UsageError: a line that cannot be understood.
    """
    table = csv_tables.read(path, COLUMNS, NUMBER_COLUMNS)
    _check_header(table.where, table.names, suite)
    spelling = names.Spelling()
    for where, texts in table.rows:
        _check_texts(where, path.parent, texts)
        paths = {name: spelling.of(path.parent, texts.get(name, "")) for name in FILE_COLUMNS}
        yield _line(path.parent, where, {**texts, **paths}, suite, spelling)


def _check_header(where: str, columns: Sequence[str], suite: Suite | None) -> None:
    for name in columns:
        if name not in COLUMNS:
            raise UnknownName("column", files.short(name), COLUMNS, hint=where)
        if columns.count(name) > 1:
            raise UsageError(f"{where}: column '{name}' stands there twice")
    needed = ("case", "clip") if suite else ("case", "image", "clip")
    missing = [name for name in needed if name not in columns]
    if missing:
        raise UsageError(
            f"{where}: the header lacks {', '.join(missing)}; it has {', '.join(columns) or 'nothing'}"
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


def _line(
    folder: Path, where: str, texts: Mapping[str, str], suite: Suite | None, spelling: names.Spelling
) -> Line:
    if suite:
        case = lines.known_case(where, texts["case"], suite)
    else:
        asked = lines.Asked(
            tuple(
                replace(each, image=spelling.of(folder, each.image))
                for each in _keyframes(where, texts.get("keyframes", ""))
            ),
            _camera(where, texts.get("camera", "")),
            _trajectory(where, texts.get("trajectory", "")),
        )
        case = lines.own_case(where, folder, {**texts, "case": _case_id(where, texts["case"])}, asked)
    clip = folder / texts["clip"] if texts["clip"] else None
    seed = _seed(where, texts.get("seed") or "0")
    fps, sent = _fps(where, texts.get("fps", ""), clip), texts.get("prompt_sent", "")
    return Line(where, case, seed, clip, fps, texts["case"], prompt_sent="" if sent == case.prompt else sent)


def _case_id(where: str, name: str) -> str:
    if not names.is_name(name):
        raise UsageError(
            f"{where}: case '{files.short(name)}' is not a letter or digit, then letters, digits, "
            f"'.', '_' or '-', at most {suite_files.LONGEST_ID} in all"
        )
    return names.case_id(name)


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
    """A whole number, also as pandas writes one in a column with gaps: 3.0."""
    found = re.fullmatch(r"([0-9]{1,20})(\.0*)?", text)
    number = int(found[1]) if found else -1
    if found and (number <= LARGEST_EXACT or not found[2]) and number <= LARGEST_SEED:
        return number
    is_rounded = (found and found[2]) or re.fullmatch(r"[0-9.]+e\+?[0-9]+", text, re.IGNORECASE)
    why = ", or was rounded where it was stored as a float: write seeds as text" if is_rounded else ""
    raise UsageError(
        f"{where}: seed '{files.short(text)}' is not a whole number from 0 to {LARGEST_SEED}{why}"
    )
