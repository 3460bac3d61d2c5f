"""Drafts -> a suite's folder. Pictures first, under names that say what they hold; cases.jsonl and suite.toml last.

So a killed import goes on by the same command, and a suite that can be loaded is a whole one. A folder that something
else wrote is refused.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import suites
from bench.base import files
from bench.base.progress import Progress
from bench.errors import BadImage, UsageError
from bench.media import encoding, picture_files, pictures
from bench.suites import suite_files
from bench.suites.importing import excerpts
from bench.suites.importing.drafts import Draft, Excerpt, Importer, Options, Picture
from bench.suites.own_clips import names
from bench.types import Suite

PICTURES, CLIPS = "images", "references"
"""Folders of a suite that the importer wrote."""


def write(
    importer: Importer, drafts: Sequence[Draft], folder: Path, options: Options, progress: Progress
) -> Suite:
    """Writes the suite's folder, and loads it.

    Args:
        importer: whose suite.
        drafts: its cases, at least one.
        folder: of the suite; its name is the suite's.
        options: that the drafts were made with.
        progress: is told about cases.

    Raises:
        UsageError: another suite is there, or a picture or clip of the owners' cannot be read.
    """
    command = " ".join(
        ["bench suite import", importer.name, *(f"--{key} {value}" for key, value in options.given().items())]
    )
    _check_place(folder, command)
    written = _Files(folder)
    ids = _ids(drafts)
    lines = []
    with progress.bar(f"import {importer.name}", len(drafts)) as bar:
        for case, draft in zip(ids, drafts, strict=True):
            lines.append(_line(case, draft, written))
            bar.advance()
    with files.storing(folder):
        written.drop_others()
    files.write_text(
        folder / "cases.jsonl", "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
    )
    facts = {
        "title": importer.title,
        "reference_note": importer.reference_note if any(draft.reference for draft in drafts) else "",
        "seeds": list(importer.seeds),
        "licence": importer.licence,
        "source": importer.source,
        "made_by": f"{command}, from files with digest {written.digest()}",
    }
    files.write_text(
        folder / "suite.toml",
        "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in facts.items()),
    )
    return suites.load(folder)


def _check_place(folder: Path, command: str) -> None:
    """Refuses a folder that the same command did not write."""
    if not (folder / "suite.toml").exists():
        others = [path.name for path in folder.iterdir()] if folder.is_dir() else []
        if set(others) - {PICTURES, CLIPS, "cases.jsonl"}:
            raise UsageError(f"{folder} is not empty, and no suite: choose another --name or --to")
        return
    made_by = suite_files.read_facts(folder / "suite.toml").made_by.partition(", from ")[0]
    if made_by != command:
        by = f"by `{made_by}`" if made_by else "by hand"
        raise UsageError(f"{folder} is a suite that was made {by}: choose another --name, or delete it")


def _ids(drafts: Sequence[Draft]) -> list[str]:
    """An id for each draft; two names that differ only in capitals, or not even in that, are told apart.

    Raises:
        UsageError: two drafts have one name.
    """
    if not drafts:
        raise UsageError("there is no case in these files: download them again")
    found: dict[str, str] = {}
    ids = []
    for draft in drafts:
        case = names.case_id(draft.name)
        if found.setdefault(case.casefold(), draft.name) != draft.name:
            case = f"{case[: names.READABLE]}-{files.digest(draft.name)[:8]}"
            found[case.casefold()] = draft.name
        ids.append(case)
    if len(set(ids)) < len(ids):
        twice = next(draft.name for number, draft in enumerate(drafts) if ids[number] in ids[:number])
        raise UsageError(f"two cases are called {files.short(repr(twice))}")
    return ids


def _line(case: str, draft: Draft, written: _Files) -> dict[str, Any]:
    """The line of cases.jsonl; what says nothing is left out."""
    line = {
        "id": case,
        "image": written.picture(draft.picture),
        "prompt": draft.prompt,
        "category": draft.category,
        "camera": draft.camera,
        "dimensions": list(draft.dimensions),
        "reference": written.clip(case, draft.reference) if draft.reference else None,
    }
    return {key: value for key, value in line.items() if value}


class _Files:
    """The pictures and clips of a suite's folder, each written once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._digests: dict[Path, str] = {}
        self._names: set[str] = set()

    def picture(self, picture: Picture) -> str:
        """The relative path of a case's image."""
        suffix = ".png" if picture.frame is not None else picture.path.suffix.lower()
        made = files.digest([self._sha256(picture.path), picture.box, picture.frame])[:10]
        name = f"{PICTURES}/{names.case_id(picture.path.stem)[: names.READABLE]}-{made}{suffix}"
        if name not in self._names and not (self.folder / name).is_file():
            _write_picture(self.folder / name, picture)
        self._names.add(name)
        return name

    def clip(self, case: str, reference: Path | Excerpt) -> str:
        """The relative path of a reference clip."""
        return self._cut(case, reference) if isinstance(reference, Excerpt) else self._linked(case, reference)

    def _cut(self, case: str, excerpt: Excerpt) -> str:
        """The relative path of a few frames of a clip, written without loss."""
        made = files.digest([self._sha256(excerpt.path), excerpt.first, excerpt.step, excerpt.frames])
        name = f"{CLIPS}/{case[: names.READABLE]}-{made[:10]}.mkv"
        if not (self.folder / name).is_file():
            encoding.write_clip(self.folder / name, excerpts.read(excerpt))
        self._names.add(name)
        return name

    def _linked(self, case: str, path: Path) -> str:
        """The relative path of a whole clip: a hard link to it, or a copy where the file system has no such links."""
        name = f"{CLIPS}/{case[: names.READABLE]}-{self._sha256(path)[:10]}{path.suffix.lower()}"
        if not (self.folder / name).is_file():
            excerpts.frame(path, 0)  # a clip of a kind that is read
            files.write(self.folder / name, lambda temporary: _link(path, temporary))
        self._names.add(name)
        return name

    def drop_others(self) -> None:
        """Deletes what an earlier import wrote and this one does not name."""
        for place in (PICTURES, CLIPS):
            for path in (self.folder / place).glob("*"):
                if path.relative_to(self.folder).as_posix() not in self._names and path.is_file():
                    path.unlink()

    def digest(self) -> str:
        """16 hex digits, of the content of all files of the owners' that were read."""
        return files.digest(sorted(self._digests.values()))[:16]

    def _sha256(self, path: Path) -> str:
        if path not in self._digests:
            try:
                self._digests[path] = files.sha256(path)
            except OSError as error:
                raise UsageError(f"{path} cannot be read: {files.why(error)}") from None
        return self._digests[path]


def _write_picture(target: Path, picture: Picture) -> None:
    try:
        if picture.frame is not None:
            pictures.write(target, excerpts.frame(picture.path, picture.frame))
        elif picture.box is None:
            with picture_files.opened(picture.path):
                pass  # a picture of a kind that is read
            files.write(target, lambda temporary: shutil.copyfile(picture.path, temporary))
        else:
            _write_crop(target, picture)
    except BadImage as error:
        raise UsageError(f"{error}: download it again") from None


def _write_crop(target: Path, picture: Picture) -> None:
    """Cuts the box out, and saves it in the picture's own format with Pillow's defaults, as VBench's script does."""
    assert picture.box is not None
    x, y, width, height = picture.box
    with picture_files.opened(picture.path) as image:
        if not (0 <= x < x + width <= image.width and 0 <= y < y + height <= image.height):
            raise UsageError(
                f"{picture.path} is {image.width} x {image.height}, and the box {list(picture.box)} lies outside:"
                " the boxes are those of other pictures"
            )
        cut, kind = image.crop((x, y, x + width, y + height)), image.format
        files.write(target, lambda temporary: cut.save(temporary, format=kind))


def _link(path: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    try:
        os.link(path.resolve(), target)
    except OSError:  # another disk, or a file system without links
        shutil.copyfile(path, target)
