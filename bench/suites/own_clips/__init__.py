"""Clips that exist already: a CSV or a folder -> a suite of its own, and the file of each clip.

Imported from here: `collect` and what it gives. Knows `bench.suites`, `bench.media` and `bench.base`.

CSV: a header and one line per clip. `case` and `clip` are needed; `image` and `prompt` too, unless --suite names the
suite that the cases belong to; `seed`, `category`, `reference` (a clip of what does happen), `keep` (a picture, white
where the clip should stay as the image is), `keyframes` (path@frame;path@frame), `camera` (the move that the prompt
asks for: pan_left), `trajectory` (where a thing should go: x y;x y, pixels of the image), `fps` (of a folder of
frames, which states none) and `prompt_sent` (that the clip was made with, where a model rewrote it) may follow. Paths
are relative to the CSV. A line with an empty clip is a case without one:
it is passed over. A quoted field may hold commas and line breaks, which stay in the prompt. Tables of pandas and
spreadsheets are read as they are (see csv_tables).

Folder: `duck.mp4` (or a folder `duck/` of frames) is a clip of case `duck`, `duck-3.mp4` the one of seed 3 if there is
no case `duck-3`. Its image is `duck.png` (or .jpg, .webp, …) beside it or in `images/`, its prompt `duck.txt`, or the
name itself where that is a sentence with a seed, as VBench writes it; or both come from --suite. Hidden files and
VideoHelperSuite's `duck-audio.mp4` beside `duck.mp4` are passed over; a clip without image, or of no known case,
and two clips of one case and seed are set aside, unless all are.

A name that is no id (`a duck`, `Bär`) becomes one (see names). Seeds are whole numbers of 64 bits.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.base import files, wording
from bench.errors import UsageError
from bench.suites import cases, suite_files
from bench.suites.own_clips import conflicts, csv_lines, folder_lines
from bench.suites.own_clips.folder_lines import Found
from bench.suites.own_clips.lines import Line
from bench.types import Suite

MOST_NAMED = 5
"""How many names a remark has."""


@dataclass(frozen=True)
class FoundClip:
    """One clip: which case and seed it is, its file or folder of frames, the rate stated for it, the prompt sent."""

    case: str
    seed: int
    path: Path
    fps: float | None = None
    prompt_sent: str = ""


@dataclass(frozen=True)
class Collection:
    """Clips and the suite that they animate.

    Attributes:
        suite: the one that was named, or one made of the cases found.
        clips: in the order found.
        passed_over: ids of cases that have no clip.
        remarks: what a person should know of how names were read, and what was set aside; one line each.
    """

    suite: Suite
    clips: tuple[FoundClip, ...]
    passed_over: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def collect(path: Path, suite: Suite | None = None) -> Collection:
    """Reads a CSV or a folder.

    Args:
        path: of the CSV file or the folder.
        suite: whose cases the clips are; None to make a suite of what is found.

    Raises:
        UsageError: nothing there, or a line that cannot be understood, by file, line and field.
    """
    found = _found(path, suite)
    if not any(line.clip for line in found.lines):
        raise UsageError(f"{path} names no clip (see bench evaluate --help)")
    found = _settled(found, may_leave_out=stat.S_ISDIR(files.mode(path)))
    lines = found.lines
    clips = tuple(
        FoundClip(line.case.id, line.seed, line.clip, line.fps, line.prompt_sent)
        for line in lines
        if line.clip
    )
    passed_over = tuple(line.case.id for line in lines if not line.clip)
    return Collection(suite or _own_suite(path, lines), clips, passed_over, tuple(_remarks(found)))


def _found(path: Path, suite: Suite | None) -> Found:
    mode = files.mode(path)
    if stat.S_ISDIR(mode):
        return folder_lines.read(path, suite)
    if stat.S_ISREG(mode):
        return Found(list(csv_lines.read(path, suite)))
    raise UsageError(f"there are no clips at {files.short(str(path))}: give a CSV file or a folder")


def _settled(found: Found, may_leave_out: bool) -> Found:
    """What is found, without lines that contradict each other.

    Raises:
        UsageError: there are such, and nothing may be left out, or nothing else is left.
    """
    clashes = list(conflicts.among(found.lines))
    aside = {line.where for clash in clashes for line in clash.lines}
    kept = [line for line in found.lines if line.where not in aside]
    if clashes and not (may_leave_out and kept):
        raise UsageError(clashes[0].why)
    return replace(found, lines=kept, refused=[*found.refused, *(clash.why for clash in clashes)])


def _remarks(found: Found) -> Iterator[str]:
    yield from (f"set aside: {why}" for why in found.refused)
    ids = {line.name: line.case.id for line in found.lines if line.name}
    renamed = [f"'{name}' is case {case}" for name, case in ids.items() if name != case]
    prompts = [line.name for line in found.lines if line.has_name_as_prompt]
    if found.twins:
        yield f"films with sound whose twins without are read are passed over: {_some(found.twins)}"
    if renamed:
        yield f"names that are no ids: {_some(renamed)}"
    if prompts:
        yield f"names read as prompts, since no .txt says another: {_some(prompts)}"


def _some(words: Sequence[str]) -> str:
    return wording.some(list(dict.fromkeys(words)), MOST_NAMED)


def _own_suite(path: Path, lines: Sequence[Line]) -> Suite:
    """A suite of the cases found; its version is the digest of their texts and files."""
    first = {line.case.id: line.case for line in lines}
    found = tuple(replace(case, digest=cases.own_digest(case)) for case in first.values())
    return Suite(
        name=_suite_name(path),
        version=cases.suite_version(found),
        title=f"cases of {path.name}",
        cases=found,
        reference_note="clips named in the CSV" if any(case.reference for case in found) else "",
    )


def _suite_name(path: Path) -> str:
    """The name of the folder, or of the CSV; of its folder if it is called cases.csv, a name that says nothing."""
    whole = path.absolute()
    name = whole.name if stat.S_ISDIR(files.mode(whole)) else whole.stem
    name = whole.parent.name if whole.name == "cases.csv" else name
    return re.sub(r"[^A-Za-z0-9._]+", "_", name).strip("._")[: suite_files.LONGEST_ID] or "clips"
