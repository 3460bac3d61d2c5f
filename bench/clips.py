"""Clips that somebody already has: a CSV or a folder -> a suite of its own and where each clip lies.

CSV: a header and one line a clip. `case` and `clip` are needed; `image` and `prompt` too, unless --suite names the
suite that the cases belong to; `seed`, `category` and `reference` (a clip of what does happen) may follow. Paths are
relative to the CSV. A line with an empty clip is a case that nobody animated: it is passed over.

Folder: `duck.mp4` (or a folder `duck/` of frames) is a clip of case `duck`, `duck-3.mp4` the one of seed 3 if there is
no case `duck-3`. Its image is `duck.png` (or .jpg, .webp, …) beside it or in `images/`, its prompt `duck.txt`; or both
come from --suite.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench import files, video
from bench.errors import UnknownName, UsageError
from bench.types import Case, Suite

COLUMNS = ("case", "image", "clip", "prompt", "seed", "category", "reference")
CASE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class FoundClip:
    """One clip of somebody's: which case and seed it is, and its file or folder of frames."""

    case: str
    seed: int
    path: Path


@dataclass(frozen=True)
class Collection:
    """Somebody's clips and the suite that they animate.

    Attributes:
        suite: the one that was named, or one made of the cases found.
        clips: in the order found.
        passed_over: ids of cases that have no clip.
    """

    suite: Suite
    clips: tuple[FoundClip, ...]
    passed_over: tuple[str, ...] = ()


def collect(path: Path, suite: Suite | None = None) -> Collection:
    """Reads a CSV or a folder.

    Args:
        path: of the CSV file or the folder.
        suite: whose cases the clips are; None to make a suite of what is found.

    Raises:
        UsageError: nothing there, or a line that cannot be understood, by file, line and field.
    """
    if path.is_dir():
        lines = list(_folder_lines(path, suite))
    elif path.is_file():
        lines = list(_csv_lines(path, suite))
    else:
        raise UsageError(f"there are no clips at {path}: give a CSV file or a folder")
    clips = tuple(FoundClip(line.case.id, line.seed, line.clip) for line in lines if line.clip)
    if not clips:
        raise UsageError(f"{path} names no clip (see bench evaluate --help)")
    _check_unique(path, clips)
    passed_over = tuple(line.case.id for line in lines if not line.clip)
    return Collection(suite or _own_suite(path, lines), clips, passed_over)


@dataclass(frozen=True)
class _Line:
    case: Case
    seed: int
    clip: Path | None


# CSV


def _csv_lines(path: Path, suite: Suite | None) -> Iterator[_Line]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(
            f"{path} is not UTF-8 text; a CSV of case, image, clip, prompt was expected"
        ) from None
    reader = csv.DictReader(text.splitlines(), strict=True)
    try:
        _check_header(path, reader.fieldnames or (), suite)
        for line in reader:
            yield _csv_line(path, f"{path}:{reader.line_num}", line, suite)
    except csv.Error as error:
        raise UsageError(f"{path}:{reader.line_num}: {error}") from None


def _check_header(path: Path, names: object, suite: Suite | None) -> None:
    found = list(names) if isinstance(names, (list, tuple)) else []
    for name in found:
        if name not in COLUMNS:
            raise UnknownName("column", str(name), COLUMNS, hint=f"{path}:1")
    needed = ("case", "clip") if suite else ("case", "image", "clip")
    missing = [name for name in needed if name not in found]
    if missing:
        raise UsageError(
            f"{path}:1: the header lacks {', '.join(missing)}; it has {', '.join(found) or 'nothing'}"
        )


def _csv_line(path: Path, where: str, line: Mapping[str | None, str | None], suite: Suite | None) -> _Line:
    if None in line or None in line.values():
        raise UsageError(f"{where}: the line has not as many fields as the header")
    text = {str(name): str(value).strip() for name, value in line.items()}
    case = _known_case(where, text["case"], suite) if suite else _own_case(path.parent, where, text)
    clip = path.parent / text["clip"] if text["clip"] else None
    return _Line(case, _seed(where, text.get("seed") or "0"), clip)


def _own_case(folder: Path, where: str, text: Mapping[str, str]) -> Case:
    if not CASE_ID.fullmatch(text["case"]):
        raise UsageError(
            f"{where}: case '{text['case']}' is not letters, digits, '.', '_' and '-' (at most 100)"
        )
    if not text["image"]:
        raise UsageError(f"{where}: case '{text['case']}' has no image")
    reference = text.get("reference")
    return Case(
        id=text["case"],
        image=folder / text["image"],
        prompt=text.get("prompt", ""),
        category=text.get("category", ""),
        reference=folder / reference if reference else None,
    )


def _seed(where: str, text: str) -> int:
    if not re.fullmatch(r"\d{1,18}", text):
        raise UsageError(f"{where}: seed '{text}' is not a whole number")
    return int(text)


# Folder


def _folder_lines(path: Path, suite: Suite | None) -> Iterator[_Line]:
    for clip in sorted(path.iterdir()):
        if clip.suffix.lower() in video.DEMUXERS or _is_clip_folder(clip):
            name = clip.name if clip.is_dir() else clip.stem
            case_id, seed = _case_and_seed(name, suite, path)
            case = _known_case(str(clip), case_id, suite) if suite else _case_beside(path, case_id, clip)
            yield _Line(case, seed, clip)


def _is_clip_folder(path: Path) -> bool:
    is_candidate = path.is_dir() and path.name not in ("images", "reference")
    return is_candidate and any(file.suffix.lower() in video.IMAGE_SUFFIXES for file in path.iterdir())


def _case_and_seed(name: str, suite: Suite | None, folder: Path) -> tuple[str, int]:
    """'duck-3' is case 'duck-3' if there is one, else seed 3 of case 'duck'."""
    matched = re.fullmatch(r"(.+)-(\d{1,18})", name)
    is_case = name in {case.id for case in suite.cases} if suite else _image_beside(folder, name) is not None
    return (name, 0) if is_case or not matched else (matched[1], int(matched[2]))


def _case_beside(folder: Path, case_id: str, clip: Path) -> Case:
    image = _image_beside(folder, case_id)
    if image is None:
        raise UsageError(
            f"clip {clip} has no image: put {case_id}.png or .jpg beside it or in images/, or name a --suite"
        )
    prompt = folder / f"{case_id}.txt"
    text = prompt.read_text(encoding="utf-8").strip() if prompt.is_file() else ""
    return _own_case(
        folder, str(clip), {"case": case_id, "image": str(image.relative_to(folder)), "prompt": text}
    )


def _image_beside(folder: Path, case_id: str) -> Path | None:
    candidates = [
        place / f"{case_id}{suffix}"
        for place in (folder, folder / "images")
        for suffix in video.IMAGE_SUFFIXES
    ]
    return next((candidate for candidate in candidates if candidate.is_file()), None)


# Both


def _known_case(where: str, case_id: str, suite: Suite | None) -> Case:
    cases = {case.id: case for case in suite.cases} if suite else {}
    if case_id not in cases:
        raise UnknownName("case", case_id, cases, hint=f"{where}, suite {suite and suite.name}")
    return cases[case_id]


def _check_unique(path: Path, clips: tuple[FoundClip, ...]) -> None:
    seen: set[tuple[str, int]] = set()
    for clip in clips:
        if (clip.case, clip.seed) in seen:
            raise UsageError(
                f"{path} has two clips of case '{clip.case}', seed {clip.seed}: give them different seeds"
            )
        seen.add((clip.case, clip.seed))


def _own_suite(path: Path, lines: list[_Line]) -> Suite:
    """A suite of the cases found; its version is the digest of their texts and files."""
    cases = list({line.case.id: line.case for line in lines}.values())
    for line in lines:
        if line.case != next(case for case in cases if case.id == line.case.id):
            raise UsageError(
                f"{path}: case '{line.case.id}' stands there twice with different images or texts"
            )
    name = path.parent.name if path.stem == "cases" else path.stem
    content = [
        [case.id, case.prompt, case.category, _digest(case.image), case.reference and _digest(case.reference)]
        for case in cases
    ]
    note = "clips named in the CSV" if any(case.reference for case in cases) else ""
    slug = re.sub(r"[^A-Za-z0-9._]+", "_", name).strip("_") or "clips"
    return Suite(slug, files.digest(content)[:12], f"cases of {path.name}", tuple(cases), note)


def _digest(path: Path) -> str:
    return files.sha256(path) if path.exists() else "missing"
