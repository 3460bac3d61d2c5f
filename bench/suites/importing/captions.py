"""Lists of captions: JSON, JSON Lines or CSV below a folder, whatever they call their columns -> text by clip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.base import documents
from bench.errors import UsageError
from bench.suites import text_files
from bench.suites.importing import owners_files
from bench.suites.own_clips import csv_tables, names

CLIPS = (
    "video", "video_path", "path", "file", "file_name", "filename", "video_name", "videoid", "video_id", "id", "name",
)  # fmt: skip
TEXTS = ("caption", "prompt", "text", "description", "prompt_en", "name")
"""What columns are called, the likeliest first; 'name' is WebVid's word for a caption."""

SUFFIXES = (".json", ".jsonl", ".csv")


def below(folder: Path) -> dict[str, str]:
    """Name of a clip without its suffix, in small letters -> what lists in a folder and its subfolders say of it.

    Raises:
        UsageError: a list is broken, or says two things of one clip.
    """
    found: dict[str, str] = {}
    for path in (each for each in owners_files.below(folder) if each.suffix.lower() in SUFFIXES):
        for name, text in _listed(path):
            key = names.folded(name)
            if found.setdefault(key, text) != text:
                raise UsageError(f"{path}: there are two texts for {name}")
    return found


def _listed(path: Path) -> Iterator[tuple[str, str]]:
    for entry in _entries(path):
        clip, text = _of(entry, CLIPS), _of(entry, TEXTS)
        if clip and text:
            yield Path(clip.replace("\\", "/")).stem, text


def _of(entry: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    values = {str(key).strip().casefold(): value for key, value in entry.items()}
    return next((str(values[key]).strip() for key in keys if isinstance(values.get(key), (str, int))), "")


def _entries(path: Path) -> Iterator[Mapping[str, Any]]:
    if path.suffix.lower() == ".csv":
        yield from (texts for _, texts in csv_tables.read(path, (*CLIPS, *TEXTS), ()).rows)
    elif path.suffix.lower() == ".jsonl":
        lines = text_files.text(path, "a list of captions").split("\n")
        yield from (_object(path, number, line) for number, line in enumerate(lines, 1) if line.strip())
    else:
        content = owners_files.json_of(path)
        if isinstance(content, Mapping) and all(isinstance(value, str) for value in content.values()):
            yield from ({"file": name, "caption": said} for name, said in content.items())
        else:
            yield from owners_files.objects(content, path)


def _object(path: Path, number: int, line: str) -> Mapping[str, Any]:
    try:
        found = documents.json_value(line)
    except ValueError as error:
        raise UsageError(f"{path}:{number} is not JSON: {error}") from None
    if not isinstance(found, Mapping):
        raise UsageError(f"{path}:{number} is no JSON object")
    return found
