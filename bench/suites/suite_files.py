"""What a suite's files may say, checked: every mistake of a file is reported at once, with file, line and field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, ClassVar

from annotated_types import Ge, Le, MinLen

from bench.base import documents
from bench.errors import UsageError
from bench.suites.mistakes import file_text, line_named_by, refuse, shown, validated
from bench.suites.scenes import Camera, Scene
from bench.types import LARGEST_SEED

LONGEST_ID = 100
"""An id becomes a file name, with a seed and a suffix added; most file systems stop at 255 bytes."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_STRICT: dict[str, Any] = {"strict": True, "extra": "forbid", "allow_inf_nan": False}


@dataclass(frozen=True)
class SuiteFacts:
    """suite.toml. It has no name: the suite's name is its folder's."""

    title: Annotated[str, MinLen(1)]
    reference_note: str = ""
    seeds: Annotated[tuple[Annotated[int, Ge(0), Le(LARGEST_SEED)], ...], MinLen(1)] = (0,)
    licence: str = ""
    source: str = ""
    made_by: str = ""

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
    dimensions: tuple[str, ...] = ()

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT


def read_facts(path: Path) -> SuiteFacts:
    """What suite.toml says.

    Raises:
        UsageError: its mistakes.
    """
    text = file_text(path)
    try:
        content = documents.toml_table(text)
    except ValueError as error:
        raise UsageError(f"{shown(path)}:{line_named_by(str(error), text)}: not TOML: {error}") from None
    facts, mistakes = validated(SuiteFacts, content)
    refuse([f"{shown(path)}:{documents.line_of(field, text)}: {mistake}" for field, mistake in mistakes])
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
    home = path.parent.resolve()
    for number, line in enumerate(file_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        entry, found = validated(Entry, line, parts={"scene": Scene, "keyframes": KeyframeEntry})
        texts = [text for _, text in found]
        if entry is not None:
            texts += _mistakes(entry, home, lines)
            lines.setdefault(entry.id.casefold(), number)
            entries.append(entry)
        mistakes += [f"{shown(path)}:{number}: {text}" for text in texts]
    refuse(mistakes)
    if not entries:
        raise UsageError(f"{shown(path)}:1: a suite has at least one case, this file has none")
    return entries


def is_case_id(text: str) -> bool:
    """Whether text may name a case: a letter or digit, then letters, digits, '.', '_' or '-', LONGEST_ID at most."""
    return len(text) <= LONGEST_ID and _ID.fullmatch(text) is not None


def are_ascending(frames: Sequence[int]) -> bool:
    """Whether each frame comes after the one before it; true of one frame or none."""
    return all(after > before for before, after in pairwise(frames))


def _mistakes(entry: Entry, home: Path, lines: Mapping[str, int]) -> Iterator[str]:
    """What is wrong with an entry whose types are right; home has no links, lines maps earlier ids to their lines."""
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
        yield f"'keyframes' must stand in the order of their frames, one per frame, got frames {frames}"
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
    elif not all(path.resolve().is_relative_to(home) for path in _with_frames(field, home / name)):
        yield f"'{field}' {name!r} is a link that leaves the suite's folder, or has one in it"
    elif not (home / name).is_file() and not (field == "reference" and (home / name).is_dir()):
        yield f"'{field}' names a file that does not exist: {name!r}"


def _with_frames(field: str, path: Path) -> Iterator[Path]:
    """A path and, of a folder of frames, the files in it."""
    yield path
    if field == "reference" and path.is_dir() and not path.is_symlink():
        yield from path.rglob("*")
