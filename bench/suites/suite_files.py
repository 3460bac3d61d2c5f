"""What stands in a suite's files, checked: every mistake of a file is reported at once, with file, line and field."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from itertools import pairwise
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

from annotated_types import Ge, MinLen

from bench.errors import UsageError
from bench.suites.scenes import Camera, Scene

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from pydantic_core import ErrorDetails

MOST_MISTAKES = 10
"""How many mistakes of a file are listed; the rest is counted."""

LONGEST_ID = 100
"""An id becomes a file name, to which others add a seed and a suffix; most file systems stop at 255 bytes."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_STRICT: dict[str, Any] = {"strict": True, "extra": "forbid", "allow_inf_nan": False}


@dataclass(frozen=True)
class Facts:
    """suite.toml. The suite's name is its folder's: written twice, the two could differ."""

    title: Annotated[str, MinLen(1)]
    reference_note: str = ""

    # not strict: pydantic's strict dataclasses take JSON only, and TOML's text is never anything but text
    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}


@dataclass(frozen=True)
class KeyframeEntry:
    """A picture that the clip should pass through, and the frame at which it should, counted from 0."""

    image: str
    frame: Annotated[int, Ge(0)]

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT


@dataclass(frozen=True)
class Entry:
    """A line of cases.jsonl. Without an image it is rendered: image, reference, camera and trajectory."""

    id: str
    image: str | None = None
    prompt: str = ""
    category: str = ""
    camera: Camera | None = None
    trajectory: tuple[tuple[float, float], ...] | None = None
    reference: str | None = None
    scene: Scene | None = None
    keyframes: tuple[KeyframeEntry, ...] = ()
    keep: str | None = None

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT


def read_facts(path: Path) -> Facts:
    """What suite.toml says.

    Raises:
        UsageError: its mistakes.
    """
    text = _text(path)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{_shown(path)}:{_line_named_by(str(error), text)}: not TOML: {error}") from None
    facts, mistakes = _validated(Facts, content)
    _refuse([f"{_shown(path)}:{_line_of(field, text)}: {mistake}" for field, mistake in mistakes])
    assert facts is not None
    return facts


def read_entries(path: Path) -> list[Entry]:
    """What cases.jsonl says, in its order; the files that it names exist and lie in its folder.

    Raises:
        UsageError: its mistakes.
    """
    entries: list[Entry] = []
    lines: dict[str, int] = {}
    mistakes: list[str] = []
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        entry, found = _validated(Entry, line)
        texts = [text for _, text in found]
        if entry is not None:
            texts += _mistakes(entry, path.parent, lines)
            lines.setdefault(entry.id.casefold(), number)
            entries.append(entry)
        mistakes += [f"{_shown(path)}:{number}: {text}" for text in texts]
    _refuse(mistakes)
    if not entries:
        raise UsageError(f"{_shown(path)}:1: a suite has at least one case, this file has none")
    return entries


def is_case_id(text: str) -> bool:
    """Whether text may name a case: a letter or digit, then letters, digits, '.', '_' or '-', LONGEST_ID at most."""
    return len(text) <= LONGEST_ID and _ID.fullmatch(text) is not None


def are_ascending(frames: Sequence[int]) -> bool:
    """Whether each frame comes after the one before it; of one or none, yes."""
    return all(after > before for before, after in pairwise(frames))


def _mistakes(entry: Entry, home: Path, lines: Mapping[str, int]) -> Iterator[str]:
    """What is wrong with an entry whose types are right; lines says where the ids before it stand."""
    if not is_case_id(entry.id):
        yield (
            f"'id' must be a letter or digit, then letters, digits, '.', '_' or '-', at most {LONGEST_ID} in all, "
            f"since it becomes a file name, got {entry.id!r}"
        )
    if entry.id.casefold() in lines:  # cat and Cat are one file on some systems
        yield f"'id' {entry.id!r} is taken by line {lines[entry.id.casefold()]}"
    if entry.trajectory is not None and len(entry.trajectory) < 2:
        yield f"'trajectory' must have at least 2 points, got {len(entry.trajectory)}"
    frames = [each.frame for each in entry.keyframes]
    if not are_ascending(frames):
        yield f"'keyframes' must stand in the order of their frames, one a frame, got frames {frames}"
    if entry.image is None:
        yield from _mistakes_without_image(entry)
    if entry.scene and entry.reference is not None:
        yield "'reference' is rendered from the 'scene': leave out one of them"
    for field, name in _files(entry):
        yield from _mistakes_of_file(field, name, home)


def _mistakes_without_image(entry: Entry) -> Iterator[str]:
    if entry.scene is None:
        yield "'image' is missing, and there is no 'scene' to render it from"
        return
    for field in ("camera", "trajectory"):
        if getattr(entry, field) is not None:
            yield f"'{field}' is what the 'scene' says where there is no 'image': leave it out"


def _files(entry: Entry) -> Iterator[tuple[str, str]]:
    """Field and relative name of every file that an entry names."""
    scene = entry.scene
    named = {
        "image": entry.image,
        "reference": entry.reference,
        "scene.texture": scene and scene.texture,
        "scene.patch": scene and scene.patch,
        "keep": entry.keep,
        **{f"keyframes.{place}.image": each.image for place, each in enumerate(entry.keyframes)},
    }
    return ((field, str(name)) for field, name in named.items() if name is not None)


def _mistakes_of_file(field: str, name: str, home: Path) -> Iterator[str]:
    if Path(name).is_absolute() or ".." in Path(name).parts:
        yield f"'{field}' must be a path inside the suite's folder, got {name!r}"
    elif not (home / name).resolve().is_relative_to(home.resolve()):
        yield f"'{field}' {name!r} is a link that leaves the suite's folder"
    elif not (home / name).is_file() and not (field == "reference" and (home / name).is_dir()):
        yield f"'{field}' names a file that does not exist: {name!r}"


_PARTS: Mapping[str, type[Any]] = {"scene": Scene, "keyframes": KeyframeEntry}
"""Fields of an entry that have fields of their own."""

T = TypeVar("T")


def _validated(shape: type[T], content: str | Mapping[str, Any]) -> tuple[T | None, list[tuple[str, str]]]:
    """content (a line of JSON, or a table) as a shape, or else its mistakes: pairs of field and text."""
    from pydantic import ValidationError

    adapter = _adapter(shape)  # type: ignore[arg-type]  # mypy does not know that every class is hashable
    try:
        if isinstance(content, str):
            return adapter.validate_json(content), []
        return adapter.validate_python(content), []
    except ValidationError as error:
        return None, [
            (str(each["loc"][0]) if each["loc"] else "", _said(each, shape)) for each in error.errors()
        ]
    except UsageError as error:  # a scene that contradicts itself
        return None, [("scene", f"'scene': {error}")]


@cache
def _adapter(shape: type[T]) -> TypeAdapter[T]:
    """pydantic's checker, which takes longer to build than to use on a whole suite."""
    from pydantic import TypeAdapter

    return TypeAdapter(shape)


def _said(error: ErrorDetails, shape: type[Any]) -> str:
    """pydantic's finding in our words."""
    where, got = ".".join(str(part) for part in error["loc"]), shorten(repr(error["input"]), 80)
    match error["type"]:
        case "json_invalid":
            return f"not JSON: {error['ctx']['error']}"
        case "missing":
            return f"'{where}' is missing"
        case "unexpected_keyword_argument":
            parent = _PARTS.get(str(error["loc"][0]), shape)
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
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean '{near[0]}'?" if near else f"; there are {', '.join(known)}"


def _refuse(mistakes: Sequence[str]) -> None:
    if mistakes:
        rest = len(mistakes) - MOST_MISTAKES
        more = [f"and {rest} more"] if rest > 0 else []
        raise UsageError("\n".join([*mistakes[:MOST_MISTAKES], *more]))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UsageError(
            f"{_shown(path)} is missing: a suite is a folder with suite.toml and cases.jsonl"
        ) from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise UsageError(f"{_shown(path)}:{line}: not UTF-8 text") from None


def _line_named_by(message: str, text: str) -> int:
    """The line in tomllib's message, which says either '(at line 3, column 5)' or '(at end of document)'."""
    found = re.search(r"at line (\d+)", message)
    return int(found[1]) if found else text.count("\n") + 1


def _line_of(field: str, text: str) -> int:
    """Where a field of a TOML text stands; 1 where it does not."""
    found = re.search(rf"^[ \t]*{re.escape(field)}\s*=", text, re.MULTILINE) if field else None
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _shown(path: Path) -> str:
    """The path as people would type it: from the current folder, if it lies below."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
