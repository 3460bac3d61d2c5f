"""What measures one clip, in this process or another: decodes it once, shows it to every evaluator that lacks it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from bench.base import reading
from bench.engine.one_pass import Passes, show_file_in_views
from bench.engine.run_metrics import RunMetrics
from bench.errors import BadClip
from bench.evaluators import Evaluator
from bench.media.clip_view import ClipView
from bench.runs import RunFolder, is_external
from bench.types import Case, ClipRecord, Measurement


class _OtherClip(BadClip):
    """The file of a clip has other content, whose digest is sha256."""

    def __init__(self, path: Path, sha256: str) -> None:
        super().__init__(f"clip {path} has changed since it was made; the command that made it makes it anew")
        self.sha256 = sha256


class PendingClip(NamedTuple):
    """A clip, and the numbers of the metrics, as places in the evaluation's, that have yet to see it."""

    record: ClipRecord
    missing: Sequence[int]

    def __str__(self) -> str:
        return f"{self.record.case}, seed {self.record.seed}"


@dataclass(frozen=True)
class ClipWorker:
    """Measures clips of a run, in this process or another: shows each to evaluators, stores features, gives the rows.

    Attributes:
        cases: of the suite, by id.
        folder: of the run; clips are read there, features written.
        metrics: all of the evaluation's.
    """

    cases: Mapping[str, Case]
    folder: RunFolder
    metrics: tuple[RunMetrics, ...]

    def measure(self, pending: PendingClip) -> list[Measurement]:
        """The rows about one clip of some evaluators; a clip that cannot be decoded fails them all.

        Raises:
            StorageFailed: the disk failed, which says nothing about the clip.
        """
        record, missing = pending
        try:
            seen = self._show_again(record, missing)
        except _OtherClip as other:  # these rows are about the other content: stale once the clip is back
            return self.failures(replace(record, sha256=other.sha256), missing, other)
        except BadClip as error:
            reading.refuse(error)
            return self.failures(record, missing, error)
        metrics = [self.metrics[number] for number in missing]
        return [row for each in metrics for row in each.store(record, seen[each.view])]

    def failures(self, record: ClipRecord, missing: Sequence[int], error: Exception) -> list[Measurement]:
        """The rows about one clip that say why these metrics have no value for it.

        Args:
            record: of the clip.
            missing: numbers of metrics, as places in `metrics`.
            error: what went wrong; metrics of sets store it instead of a row.
        """
        return [row for number in missing for row in self.metrics[number].fail(record, error)]

    def _show_again(self, record: ClipRecord, missing: Sequence[int]) -> Passes:
        """As _show, tried twice before the clip is called bad: libav takes a failed read for the end of the file."""
        try:
            return self._show(record, missing)
        except BadClip as error:
            reading.refuse(error)
            return self._show(record, missing)

    def _show(self, record: ClipRecord, missing: Sequence[int]) -> Passes:
        if record.error:
            raise BadClip(f"no clip: {record.error}")
        path, digest = self.folder.locate(record), self.folder.digest(record)
        if digest != record.sha256:
            if not is_external(record):
                self.folder.doubt(record)
            raise _OtherClip(path, digest)
        wanted: dict[ClipView | None, list[Evaluator]] = {}
        for number in missing:
            wanted.setdefault(self.metrics[number].view, []).append(self.metrics[number].evaluator)
        return show_file_in_views(path, wanted, self.cases[record.case], record)
