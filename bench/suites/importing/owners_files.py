"""Files of a suite's owners, read with one clear line for whatever is wrong with them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.base import documents, files
from bench.errors import UsageError
from bench.suites import text_files
from bench.suites.own_clips import names

MOST_CHARACTERS = 20_000
"""Longer texts are refused: they are no prompts."""


def below(folder: Path) -> list[Path]:
    """Every file below a folder, sorted, without hidden ones; folders that cannot be read are passed over."""
    found = (Path(place) / name for place, _, names_there in os.walk(folder) for name in names_there)
    return sorted(path for path in found if not path.name.startswith("."))


def entries(path: Path) -> list[Mapping[str, Any]]:
    """The objects of a JSON file that is a list of objects, or one object.

    Raises:
        UsageError: it is missing, no JSON, or something else.
    """
    return objects(json_of(path), path)


def objects(content: object, path: Path) -> list[Mapping[str, Any]]:
    """The objects of a list of objects, or one object.

    Args:
        content: of a JSON file.
        path: of that file, for the message.

    Raises:
        UsageError: it is something else.
    """
    listed = [content] if isinstance(content, Mapping) else content
    if not isinstance(listed, list) or not all(isinstance(each, Mapping) for each in listed):
        raise UsageError(f"{path} is a list of JSON objects, not {files.short(repr(content))}")
    if not listed:
        raise UsageError(f"{path} is an empty list: download it again")
    return listed


def json_of(path: Path) -> Any:
    """What a JSON file holds.

    Raises:
        UsageError: it is missing, or no JSON.
    """
    try:
        return documents.json_value(text_files.text(path, "JSON"))
    except ValueError as error:
        raise UsageError(f"{path} is not JSON: {error}: download it again") from None


def text_in(entry: Mapping[str, Any], key: str, where: str, needed: bool = True) -> str:
    """A text of an entry, without spaces around it.

    Args:
        entry: of a JSON file.
        key: of the text.
        where: for the message: file and place.
        needed: whether it must be there and say something.

    Raises:
        UsageError: it is missing, no text, very long, or illegible.
    """
    text = entry.get(key, "")
    if not isinstance(text, str) or (needed and not text.strip()):
        raise UsageError(f"{where}: '{key}' is text, not {files.short(repr(entry.get(key)))}")
    if len(text) > MOST_CHARACTERS or not names.is_legible(text.replace("\n", " ").replace("\t", " ")):
        raise UsageError(f"{where}: '{key}' is {len(text)} characters or has control characters in it")
    return text.strip()


def file_in(folder: Path, name: str, where: str) -> Path:
    """The path of a file that an entry names, relative to a folder.

    Args:
        folder: that it is in.
        name: as the entry has it.
        where: for the message: file and place.

    Raises:
        UsageError: the name leads out of the folder.
    """
    parts = Path(name.replace("\\", "/")).parts
    if not parts or not all(files.is_name(part) for part in parts) or not names.is_legible(name):
        raise UsageError(f"{where}: {files.short(repr(name))} is no path inside of {folder.name}/")
    return folder.joinpath(*parts)


def check_present(paths: Sequence[Path], whose: str) -> None:
    """Refuses files that are missing, all of them in one line.

    Args:
        paths: that must be files.
        whose: what they are, for the message: 'images of VBench-I2V'.

    Raises:
        UsageError: some are missing.
    """
    needed = list(dict.fromkeys(paths))
    missing = [path for path in needed if not path.is_file()]
    if missing:
        raise UsageError(
            f"{len(missing)} of {len(needed)} {whose} are missing, such as {missing[0]}: download them again"
        )


def first_place(places: Sequence[Path], message: str) -> Path:
    """The first of several paths that exists.

    Raises:
        UsageError: none does; with the message.
    """
    for place in places:
        if place.exists():
            return place
    raise UsageError(message)
