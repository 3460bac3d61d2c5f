"""Clips by a folder: which file is which case and seed, and where images and prompts lie."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path

from bench.base import files
from bench.errors import UsageError
from bench.media import pictures, video
from bench.suites.own_clips import lines
from bench.suites.own_clips.lines import Line
from bench.types import Case, Suite


def read(path: Path, suite: Suite | None) -> Iterator[Line]:
    """The clips in a folder, sorted by name.

    Raises:
        UsageError: a clip of an unknown case, or without an image.
    """
    for clip in _visible(path):
        if clip.suffix.lower() in video.DEMUXERS or _is_clip_folder(clip):
            name = clip.name if clip.is_dir() else clip.stem
            case_id, seed = _case_and_seed(name, suite, path)
            case = lines.known_case(str(clip), case_id, suite) if suite else _case_beside(path, case_id, clip)
            yield Line(str(clip), case, seed, clip)


def _is_clip_folder(path: Path) -> bool:
    is_candidate = stat.S_ISDIR(files.mode(path)) and path.name not in ("images", "reference")
    return is_candidate and any(file.suffix.lower() in pictures.SUFFIXES for file in _visible(path))


def _visible(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise UsageError(f"{folder} cannot be read: {files.why(error)}") from None


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
    text = lines.text(prompt, "a prompt").strip() if stat.S_ISREG(files.mode(prompt)) else ""
    texts = {"case": case_id, "image": str(image.relative_to(folder)), "prompt": text}
    return lines.own_case(str(clip), folder, texts)


def _image_beside(folder: Path, case_id: str) -> Path | None:
    candidates = [
        place / f"{case_id}{suffix}" for place in (folder, folder / "images") for suffix in pictures.SUFFIXES
    ]
    return next((candidate for candidate in candidates if stat.S_ISREG(files.mode(candidate))), None)
