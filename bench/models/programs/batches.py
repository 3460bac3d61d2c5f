"""Programs that are started once for many clips: waiting for each result, and starting again after a crash."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from bench.errors import ProgramFailed
from bench.models.programs import processes
from bench.models.programs.processes import Process
from bench.types import Case

Sample: TypeAlias = tuple[Case, int]
"""A case and a seed."""

MAX_BARREN = 2
"""How often in a row a program may start and make nothing, before the remaining clips fail with the same reason."""


def clip_name(case: Case, seed: int) -> str:
    """The name of a clip within its batch."""
    return f"{case.id}-{seed}"


class Batches:
    """The starts of a program in one run: each covers the clip that is wanted and all that are expected after it.

    Args:
        begin: starts the program for these clips, in a folder of its own.

    Attributes:
        expected: the clips of the run that are not made yet, in their order.
        current: the start at work; None before the first and after the last.
    """

    def __init__(self, begin: Callable[[Sequence[Sample], Path], Batch]) -> None:
        self.begin = begin
        self.expected: Sequence[Sample] = ()
        self.current: Batch | None = None
        self._barren: list[ProgramFailed] = []

    def result(self, sample: Sample, timeout: float, watch: processes.Watch) -> Path:
        """The file or folder of a clip.

        Args:
            sample: of which case and seed.
            timeout: seconds from the clip before.
            watch: called while waiting; may raise Cancelled.

        Raises:
            ProgramFailed: as Batch.result; also if the last MAX_BARREN starts made nothing.
        """
        name = clip_name(*sample)
        if self.current is None or not self.current.is_due(name):
            self.current = self._started(sample)
        batch = self.current
        try:
            path = batch.result(name, timeout, watch)
        except ProgramFailed as error:
            if batch.is_over:
                self._barren = [] if batch.made else [*self._barren, error]
                self.close()
            raise
        self._barren = []
        return path

    def close(self) -> None:
        """Ends the program and deletes its folder."""
        if self.current is not None:
            self.current.close()
            self.current = None

    def _started(self, sample: Sample) -> Batch:
        if len(self._barren) >= MAX_BARREN:
            raise self._barren[-1]
        self.close()
        names = [clip_name(*each) for each in self.expected]
        name = clip_name(*sample)
        samples = self.expected[names.index(name) :] if name in names else [sample]
        workdir = Path(tempfile.mkdtemp(prefix="bench-command-"))
        try:
            return self.begin(samples, workdir)
        except BaseException:
            shutil.rmtree(workdir, ignore_errors=True)
            raise


@dataclass
class Batch:
    """One start of a program for several clips, which it makes in their order.

    A clip is finished once the next one has been begun, or the program has ended: a file that exists may still grow.

    Attributes:
        program: its name, for messages.
        workdir: deleted at the end.
        places: name of a clip -> where it is written.
        process: the program at work.
        due: names of the clips that were not handed out yet.
        made: number of clips, or of reasons why there is none, so far.
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
        """Whether this start was given the clip, which was not handed out yet."""
        return name in self.due

    def result(self, name: str, timeout: float, watch: processes.Watch) -> Path:
        """Waits for a clip.

        Args:
            name: of the clip.
            timeout: seconds.
            watch: called while waiting; may raise Cancelled.

        Raises:
            ProgramFailed: there is none, for a reason of its own, or because the program has ended or takes too long.
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
            why = self.process.call.redacted(said.read_text(encoding="utf-8", errors="replace"))
            raise ProgramFailed(f"program '{self.program}': {why[:600]}")
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
    """The file in which a batch program says why it made no clip."""
    return place.with_name(f"{place.name}.error")
