"""The result that a program leaves in a clip's folder."""

from __future__ import annotations

from pathlib import Path

from bench.errors import BadClip, ProgramFailed
from bench.media import opening, pictures
from bench.models.programs import Program


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


def _others(program: Program, workdir: Path) -> str:
    """The videos and pictures that it wrote instead, for the message."""
    suffixes = (*opening.DEMUXERS, *pictures.SUFFIXES)
    seen = [
        path.relative_to(workdir).as_posix() for path in workdir.rglob("*") if path.suffix.lower() in suffixes
    ]
    others = sorted(set(seen) - {program.image})
    return f"; there are {', '.join(others[:5])}" if others else ""
