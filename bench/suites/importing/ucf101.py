"""UCF-101 as papers on video generation use it: 2048 real clips by the classes' shares, animated from a random frame.

The owners ship folders of .avi by class, and lists of a training and a test part. The rules, where papers differ or
say nothing: clips are drawn from trainlist01, as many per class as its share asks for (largest remainders), in an order
that chance chose once; those that are too short for the window are passed over. The window is 16 frames at 8 per
second, in whole steps; its first frame is the image, and the window is the reference clip.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.errors import UsageError
from bench.suites import text_files
from bench.suites.importing import excerpts, owners_files
from bench.suites.importing.drafts import Draft, Importer, Options, Picture
from bench.suites.importing.excerpts import Window

CLIPS = 2048
"""The number of clips drawn in all: as many as StyleGAN-V and ConsistI2V compare."""

LIST = "trainlist01.txt"
WINDOW = Window(frames=16, fps=8.0)
KEY = "ucf101@1"
"""A part of every key of chance; another version draws anew."""


def drafts(folder: Path, options: Options) -> list[Draft]:
    """The clips that are drawn, by class and name.

    Raises:
        UsageError: the files are laid out otherwise, missing or broken, or there are too few.
    """
    by_class = _listed(folder)
    prompts = _prompts(folder, options, sorted(by_class))
    found: list[Draft] = []
    for category, count in shares({name: len(clips) for name, clips in by_class.items()}, CLIPS).items():
        found += _drawn(category, by_class[category], count, prompts[category])
    return found


def shares(sizes: Mapping[str, int], total: int) -> dict[str, int]:
    """How many of each class are drawn: its share of the total, rounded by largest remainders.

    >>> shares({"a": 5, "b": 3, "c": 2}, 4)
    {'a': 2, 'b': 1, 'c': 1}
    """
    whole = sum(sizes.values())
    counts = {name: total * size // whole for name, size in sorted(sizes.items())}
    by_remainder = sorted(counts, key=lambda name: -(total * sizes[name] % whole))
    for name in by_remainder[: total - sum(counts.values())]:
        counts[name] += 1
    return counts


def words(category: str) -> str:
    """'apply eye makeup' of 'ApplyEyeMakeup', 'yo yo' of 'YoYo'."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", category).lower()


def _drawn(category: str, clips: Sequence[Path], count: int, prompt: str) -> list[Draft]:
    by_name = {path.stem: path for path in clips}
    found: list[Draft] = []
    for name in excerpts.shuffled(by_name, KEY):
        if len(found) == count:
            break
        if excerpt := excerpts.drawn(by_name[name], WINDOW, f"{KEY} {name}"):
            picture = Picture(excerpt.path, frame=excerpt.first)
            found.append(Draft(name, picture, prompt, category, reference=excerpt))
    if len(found) < count:
        raise UsageError(
            f"{category} has {len(found)} clips of {WINDOW.frames} frames at {WINDOW.fps:g} fps in {LIST}, and {count} "
            "are drawn: download UCF-101 again"
        )
    return sorted(found, key=lambda draft: draft.name)


def _listed(folder: Path) -> dict[str, list[Path]]:
    """Class -> its clips that the list names, all of which are there."""
    here = owners_files.below(folder)
    lists = [path for path in here if path.name == LIST]
    if not lists:
        raise UsageError(
            f"{folder} has no {LIST}: give the folder that holds UCF-101/ with its classes and ucfTrainTestlist/"
        )
    text = text_files.text(lists[0], "a list of clips")
    names = [line.split()[0] for line in text.splitlines() if line.strip()]
    if len(names) < CLIPS:
        raise UsageError(f"{lists[0]} names {len(names)} clips, and {CLIPS} are drawn: download it again")
    there = {f"{path.parent.name}/{path.name}": path for path in here if path.suffix == ".avi"}
    owners_files.check_present([there.get(name, folder / name) for name in names], f"clips of {LIST}")
    by_class: dict[str, list[Path]] = defaultdict(list)
    for name in names:
        by_class[there[name].parent.name].append(there[name])
    return by_class


def _prompts(folder: Path, options: Options, categories: Sequence[str]) -> Mapping[str, str]:
    """Class -> its prompt: from the user's file, or the class's name as words."""
    if not options.prompts:
        return {category: words(category) for category in categories}
    path = owners_files.file_in(folder, options.prompts, "--prompts")
    found = owners_files.json_of(path)
    if not isinstance(found, Mapping):
        raise UsageError(f'{path} is a JSON object of class names and prompts, as {{"YoYo": "…"}}')
    lacking = [category for category in categories if category not in found]
    if lacking:
        raise UsageError(f"{path} has no prompt for {len(lacking)} classes, such as {lacking[0]}")
    return {category: owners_files.text_in(found, category, str(path)) for category in categories}


IMPORTER = Importer(
    name="ucf101",
    title=f"UCF-101: {CLIPS} real clips of actions by the classes' shares, from a random frame on",
    files="UCF-101/ with one folder per class, and ucfTrainTestlist/",
    licence="not stated; the clips are their YouTube owners'",
    source="crcv.ucf.edu/data/UCF101.php; Soomro et al. 2012 (arXiv 1212.0402)",
    drafts=drafts,
    takes=("prompts",),
    reference_note="the real clips from the image on: 16 frames at 8 per second, in whole steps",
)
