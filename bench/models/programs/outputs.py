"""What somebody's program leaves behind: the one result of one start, or the results of a batch as they come."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

from bench.errors import BadClip, ProgramFailed
from bench.media import pictures, video
from bench.models import programs
from bench.models.programs import processes
from bench.models.programs.processes import Process


def found(program: programs.Program, workdir: Path) -> Path:
    """The one result below workdir.

    Raises:
        ProgramFailed: there is none, or there are several and any may be meant.
    """
    own = {workdir / program.image}
    places = sorted(set(workdir.glob(program.output)) - own, key=lambda path: path.stat().st_mtime_ns)
    if not places:
        raise ProgramFailed(
            f"program '{program.name}' ends well, but wrote no {program.output}{_instead(program, workdir)}"
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


def _instead(program: programs.Program, workdir: Path) -> str:
    suffixes = (*video.DEMUXERS, *pictures.SUFFIXES)
    seen = [
        path.relative_to(workdir).as_posix() for path in workdir.rglob("*") if path.suffix.lower() in suffixes
    ]
    others = sorted(set(seen) - {program.image})
    return f"; there are {', '.join(others[:5])}" if others else ""


@dataclass
class Batch:
    """A program at work on several clips, in the order in which it was told of them.

    A clip is finished once the next one has been begun, or the program has ended: a file that is there may still grow.

    Attributes:
        workdir: deleted at the end.
        places: name of a clip -> where it is written.
        due: names that nobody has asked for yet.
        made: how many clips there were.
        is_over: whether the program has ended.
    """

    program: str
    workdir: Path
    places: dict[str, Path]
    process: Process
    made: int = 0
    is_over: bool = False
    due: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.due = list(self.places)

    def is_due(self, name: str) -> bool:
        """Whether the clip was asked of this start, and not handed out yet."""
        return name in self.due

    def result(self, name: str, timeout: float, watch: processes.Watch) -> Path:
        """Waits for a clip.

        Raises:
            ProgramFailed: there is none, for a reason of the clip's own, or since the program has ended.
        """
        later = self.due[self.due.index(name) + 1 :]
        self.due = later
        code, end = self.process.code(), time.monotonic() + timeout
        while code is None and not any(self._has_begun(each) for each in later):
            if time.monotonic() > end:
                self._end()
                raise ProgramFailed(
                    f"program '{self.program}' made no clip in {timeout:g} seconds; it said: {self.process.call.tail()}"
                )
            watch()
            code = self.process.code(processes.POLL_SECONDS)
        return self._outcome(name, code)

    def close(self) -> None:
        """Ends the program and deletes its folder."""
        self._end()
        shutil.rmtree(self.workdir, ignore_errors=True)

    def _outcome(self, name: str, code: int | None) -> Path:
        place = self.places[name]
        if place.exists():
            self.made += 1
            return place
        if (said := _error_file(place)).exists():
            self.made += 1  # it is alive
            raise ProgramFailed(
                f"program '{self.program}': {said.read_text(encoding='utf-8', errors='replace')[:600]}"
            )
        if code is not None and not any(self._has_begun(each) for each in self.due):
            self._end()
            if code:
                raise processes.failed(self.process.call, code)
        raise ProgramFailed(
            f"program '{self.program}' wrote no {place.name}; it said: {self.process.call.tail()}"
        )

    def _has_begun(self, name: str) -> bool:
        return self.places[name].exists() or _error_file(self.places[name]).exists()

    def _end(self) -> None:
        self.process.end()
        self.is_over = True


def _error_file(place: Path) -> Path:
    """Where a batch program says why it made no clip."""
    return place.with_name(f"{place.name}.error")
