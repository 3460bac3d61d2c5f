"""Clips by a folder: which file is which case and seed, and where images and prompts lie."""

from __future__ import annotations

import re
import stat
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.base import files
from bench.errors import UsageError
from bench.media import opening, pictures
from bench.suites import mistakes, text_files
from bench.suites.own_clips import lines, names
from bench.suites.own_clips.lines import Line
from bench.types import LARGEST_SEED, Case, Suite

SOUND = "-audio"
"""At the end of the name of a film that VideoHelperSuite writes once more, with sound."""

INPUTS = ("images", "reference")
"""Folders beside clips that are no clips."""


@dataclass(frozen=True)
class Found:
    """What a folder holds.

    Attributes:
        lines: the clips, sorted by name.
        twins: names of films that are others with sound.
        refused: why other clips are not among them, one sentence each.
    """

    lines: Sequence[Line]
    twins: Sequence[str] = ()
    refused: Sequence[str] = ()


def read(path: Path, suite: Suite | None) -> Found:
    """The clips in a folder.

    Raises:
        UsageError: it cannot be read, or it holds clips and none of a known case, with an image and a legible prompt.
    """
    folder = _Folder(path, suite)
    twins = [clip for clip in folder.clips if folder.is_twin(clip)]
    found, refused = [], []
    for clip in folder.clips:
        if clip not in twins:
            try:
                found.append(folder.line(clip))
            except UsageError as error:
                refused.append(str(error))
    if not found:
        mistakes.refuse(refused)
    return Found(found, [clip.name for clip in twins], refused)


class _Folder:
    """The folder of clips, listed once."""

    def __init__(self, path: Path, suite: Suite | None) -> None:
        self.path, self.suite = path, suite
        beside = _visible(path)
        self.clips = [each for each in beside if opening.is_film(each) or _is_clip_folder(each)]
        inside = [each for each in beside if each.name.casefold() == "images" and each.is_dir()]
        self._prompts = _by_name(beside, (".txt",))
        films = set(self.clips)  # animated pictures among them
        self._images = _by_name([each for each in beside if each not in films], pictures.SUFFIXES)
        for folder in inside:
            for name, images in _by_name(_visible(folder), pictures.SUFFIXES).items():
                self._images.setdefault(name, []).extend(images)
        self._cases = _names_of_cases(suite.cases) if suite else {}
        self._films = {names.composed(each.stem) for each in self.clips if opening.is_film(each)}

    def is_twin(self, clip: Path) -> bool:
        """Whether a clip is another one with sound."""
        name = _name(clip)
        return name.removesuffix(SOUND) in self._films - {name} and not self._is_case(name)

    def line(self, clip: Path) -> Line:
        """The line of a clip.

        Raises:
            UsageError: its case is unknown, or has no image or no legible prompt.
        """
        if not names.is_legible(clip.name):
            raise UsageError(
                f"clip {clip.name!a} has a name that is no UTF-8 text without control characters: rename it"
            )
        name, seed = self._case_and_seed(_name(clip))
        if self.suite:
            case = lines.known_case(str(clip), self._cases.get(name, name), self.suite)
            return Line(str(clip), case, seed or 0, clip)
        return self._line_of_own_case(clip, name, seed)

    def _line_of_own_case(self, clip: Path, name: str, seed: int | None) -> Line:
        image = self._image(name)
        if image is None:
            raise UsageError(
                f"clip {clip} has no image: put {name}.png or .jpg beside it or in images/, or name a --suite"
            )
        name = names.composed(image.stem)
        prompt = _of_name(self._prompts, name)
        is_prompt = prompt is None and seed is not None and name.count(" ") > 1  # VBench's {prompt}-0.mp4
        text = name if is_prompt else text_files.text(prompt, "a prompt").strip() if prompt else ""
        texts = {"case": names.case_id(name), "image": str(image.relative_to(self.path)), "prompt": text}
        asked = lines.Asked(camera=names.camera_named_by(name)) if is_prompt else None
        case = lines.own_case(str(clip), self.path, texts, asked)
        return Line(str(clip), case, seed or 0, clip, name=name, has_name_as_prompt=is_prompt)

    def _case_and_seed(self, name: str) -> tuple[str, int | None]:
        """'duck-3' is case 'duck-3' if there is one, else seed 3 of case 'duck'; None where no seed is named."""
        if not self._is_case(name):
            name = name.removesuffix(SOUND)
        matched = re.fullmatch(r"(.+)-([0-9]{1,20})", name)
        is_seeded = matched and not self._is_case(name) and int(matched[2]) <= LARGEST_SEED
        return (matched[1], int(matched[2])) if matched and is_seeded else (name, None)

    def _is_case(self, name: str) -> bool:
        return name in self._cases if self.suite else self._image(name) is not None

    def _image(self, name: str) -> Path | None:
        return _of_name(self._images, name)


def _names_of_cases(cases: Sequence[Case]) -> dict[str, str]:
    """What clips of a suite's cases may be called -> the case: its id, or its prompt, if no other case has that."""
    prompts = Counter(case.prompt for case in cases)
    of_prompts = {names.composed(case.prompt): case.id for case in cases if prompts[case.prompt] == 1}
    return of_prompts | {case.id: case.id for case in cases}


def _by_name(paths: Sequence[Path], suffixes: Sequence[str]) -> dict[str, list[Path]]:
    """Name without suffix, in whatever case -> the files with one of the suffixes, in the order of these."""
    found: dict[str, list[Path]] = {}
    for suffix in suffixes:
        for path in paths:
            if path.suffix.lower() == suffix and stat.S_ISREG(files.mode(path)):
                found.setdefault(names.folded(path.stem), []).append(path)
    return found


def _of_name(found: Mapping[str, list[Path]], name: str) -> Path | None:
    """The file of a name; where none has just that name, one that differs in case."""
    known = found.get(names.folded(name), [])
    exact = [path for path in known if names.composed(path.stem) == names.composed(name)]
    return next(iter(exact or known), None)


def _name(clip: Path) -> str:
    return names.composed(clip.name if clip.is_dir() else clip.stem)


def _is_clip_folder(path: Path) -> bool:
    is_candidate = stat.S_ISDIR(files.mode(path)) and path.name.casefold() not in INPUTS
    return is_candidate and any(file.suffix.lower() in pictures.SUFFIXES for file in _visible(path))


def _visible(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise UsageError(f"{folder} cannot be read: {files.why(error)}") from None
