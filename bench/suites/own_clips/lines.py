"""What a line of a CSV and a clip of a folder have in common: a case, a seed, a clip, and a place for messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.errors import UnknownName, UsageError
from bench.suites import cases
from bench.suites.scenes import Camera
from bench.suites.suite_files import Entry, KeyframeEntry
from bench.types import Case, Suite


@dataclass(frozen=True)
class Line:
    """A line of a CSV, or a clip of a folder.

    Attributes:
        where: for messages: file and line, or the clip's path.
        case: that the clip animates; without a digest unless it is a suite's.
        seed: of the clip.
        clip: its file or folder of frames; None for a case without a clip.
        fps: frames per second of a folder of frames; None where nobody states it.
        name: of the case, as the CSV or the folder has it.
        has_name_as_prompt: whether the case's prompt is its name, for want of another.
        prompt_sent: that the clip was made with, where it is not the case's.
    """

    where: str
    case: Case
    seed: int
    clip: Path | None
    fps: float | None = None
    name: str = ""
    has_name_as_prompt: bool = False
    prompt_sent: str = ""


@dataclass(frozen=True)
class Asked:
    """What a line asks of the clip besides its prompt; see the fields of the same names in Case."""

    keyframes: tuple[KeyframeEntry, ...] = ()
    camera: Camera | None = None
    trajectory: tuple[tuple[float, float], ...] | None = None


def known_case(where: str, case_id: str, suite: Suite) -> Case:
    """The case of a suite that a line is about.

    Args:
        where: for messages: file and line, or the clip's path.
        case_id: as the line names it.
        suite: that should have the case.

    Raises:
        UnknownName: the suite has no such case.
    """
    known = {case.id: case for case in suite.cases}
    if case_id not in known:
        raise UnknownName("case", case_id, known, hint=f"{where}, suite {suite.name}")
    return known[case_id]


def own_case(where: str, folder: Path, texts: Mapping[str, str], asked: Asked | None = None) -> Case:
    """The case that a line itself describes.

    Args:
        where: for messages.
        folder: that its paths start from.
        texts: column -> text, 'case' (already an id) and 'image' at least.
        asked: of the clip; None for nothing.

    Returns:
        The case, without a digest.

    Raises:
        UsageError: no image.
    """
    if not texts["image"]:
        raise UsageError(f"{where}: case '{texts['case']}' has no image")
    asked = asked or Asked()
    entry = Entry(
        id=texts["case"],
        image=texts["image"],
        prompt=texts.get("prompt", ""),
        category=texts.get("category", ""),
        reference=texts.get("reference") or None,
        camera=asked.camera,
        trajectory=asked.trajectory,
        keyframes=asked.keyframes,
        keep=texts.get("keep") or None,
    )
    return cases.of_entry(entry, folder)
