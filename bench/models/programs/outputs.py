"""The result that a program leaves in a clip's folder."""

from __future__ import annotations

from pathlib import Path

from bench.base import files
from bench.errors import BadClip, ProgramFailed
from bench.media import opening, pictures
from bench.models.programs import Program

SENT = "prompt_sent.txt"
"""What a program that rewrites its prompt leaves beside its clip."""

MOST_BYTES = 20_000


def found(program: Program, workdir: Path) -> Path:
    """The one result below workdir.

    Raises:
        ProgramFailed: there is none, or there are several and `pick` is "only".
        BadClip: it is a link that leads out of workdir.
    """
    own = {workdir / program.image}
    places = sorted(set(workdir.glob(program.output)) - own, key=lambda path: path.stat().st_mtime_ns)
    if not places:
        raise ProgramFailed(
            f"program '{program.name}' ends well, but wrote no {program.output}{_others(program, workdir)}"
        )
    if len(places) > 1 and program.pick == "only":
        names = ", ".join(sorted(path.relative_to(workdir).as_posix() for path in places))
        raise ProgramFailed(
            f"program '{program.name}' wrote {len(places)} of {program.output}: {names}; narrow 'output', or say"
            ' pick = "newest"'
        )
    if not places[-1].resolve().is_relative_to(workdir):
        raise BadClip(
            f"program '{program.name}' wrote a link that leads out of its folder: {places[-1].name}"
        )
    return places[-1]


def prompt_sent(workdir: Path) -> str:
    """The prompt that a program says it used, in prompt_sent.txt; '' if it does not.

    Raises:
        ProgramFailed: the file is no text, or a very long one.
    """
    path = workdir / SENT
    if not path.is_file() or path.is_symlink():
        return ""
    try:
        text = files.content(path)[: MOST_BYTES + 1].decode().strip()
    except UnicodeDecodeError:
        text = ""
    if not 0 < len(text) <= MOST_BYTES:
        raise ProgramFailed(f"{SENT} is UTF-8 text of up to {MOST_BYTES} bytes: the prompt that was used")
    return text


def _others(program: Program, workdir: Path) -> str:
    """The videos and pictures that it wrote instead, for the message."""
    suffixes = (*opening.DEMUXERS, *pictures.SUFFIXES)
    seen = [
        path.relative_to(workdir).as_posix() for path in workdir.rglob("*") if path.suffix.lower() in suffixes
    ]
    others = sorted(set(seen) - {program.image})
    return f"; there are {', '.join(others[:5])}" if others else ""
