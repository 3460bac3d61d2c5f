"""What is tracked: for each run of a job a point of its curve, with all scores and a contact sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.base import reading
from bench.base.isolation import isolated
from bench.base.json_values import records
from bench.base.progress import Progress
from bench.errors import UsageError, no_exit, reason
from bench.media import clip_view
from bench.runs import RunFolder
from bench.scoring import summary, views
from bench.tracking import sheets, trackers
from bench.tracking.steps import point
from bench.tracking.trackers import PROJECT, Entry, Tracker
from bench.types import NATIVE, Run

if TYPE_CHECKING:
    import pandas as pd

FOLDER = "tracked"
"""Below the folder of runs: what trackers write that write files."""


@dataclass(frozen=True)
class TrackRequest:
    """Where scores are logged.

    Attributes:
        trackers: names, or a training's own.
        step: of the training; None for the one that each run's label names, which of several runs counts first.
    """

    trackers: tuple[Tracker, ...] = ()
    step: int | None = None

    @isolated()
    def log(
        self, folders: Sequence[RunFolder], rows: pd.DataFrame, out: Path, progress: Progress
    ) -> dict[str, str]:
        """Logs the runs of a job; what a tracker refuses is said, and does not undo the job.

        Args:
            folders: of the runs.
            rows: of these runs.
            out: the folder of runs; trackers that write files get one in it.
            progress: is told where what was logged, or why not.

        Returns:
            Tracker -> why it has nothing, of those that failed.
        """
        failed: dict[str, str] = {}
        for folder in folders if self.trackers else ():
            entry = _entry(folder, rows, self.step, len(folders) > 1)
            for tracker in self.trackers:
                name = tracker if isinstance(tracker, str) else str(getattr(tracker, "name", "tracker"))
                try:
                    with no_exit(f"tracker '{name}'"):
                        trackers.log(tracker, entry, out / FOLDER)
                except Exception as error:  # of a library or its server: the rows are worth more
                    reading.refuse(error)
                    failed[name] = reason(error)
                    progress.say(f"not logged to {name}: {failed[name]}")
                    continue
                progress.say(_said(tracker, name, entry, out))
        return failed


def request(track: str | Sequence[Tracker] | Tracker = (), step: int | None = None) -> TrackRequest:
    """Checked before any work.

    Args:
        track: names, separated by commas or in a list, or trackers as of accelerate's `accelerator.trackers`.
        step: see TrackRequest.

    Raises:
        UnknownName, UsageError, Unavailable: a tracker that cannot be logged to; or a step, and none.
    """
    words = [word.strip() for word in track.split(",")] if isinstance(track, str) else track
    chosen = tuple(each for each in (words if isinstance(words, Sequence) else [words]) if each != "")
    if step is not None and not chosen:
        raise UsageError(f"step {step} is for trackers, and none is named: --track tensorboard")
    for each in chosen:
        trackers.check(each)
    return TrackRequest(tuple(dict.fromkeys(chosen)), step)


def _entry(folder: RunFolder, rows: pd.DataFrame, step: int | None, is_one_of_several: bool) -> Entry:
    run = folder.run
    own = rows[rows["run"] == run.id]
    cases = [str(case) for case in own["case"].dropna().unique()]
    at = point(run.label)
    if step is not None and (at.step is None or not is_one_of_several):
        at = replace(at, step=step)
    return Entry(_curve(run, at.curve), at.step, dict(_numbers(own)), sheets.contact_sheet(folder, cases))


def _curve(run: Run, name: str) -> str:
    """Scores of one suite make a curve."""
    return f"{name} on {run.suite}" if run.suite else name


def _numbers(rows: pd.DataFrame) -> Iterator[tuple[str, float]]:
    """Mean, and the ends of its interval, of each metric that has them; in the default view where there is one."""
    others = [str(view) for view in rows["view"].unique() if view not in (NATIVE, str(clip_view.DEFAULT))]
    has_default = str(clip_view.DEFAULT) in set(rows["view"])
    seen = views.chosen(rows, views.DEFAULT if has_default or not others else others[0])
    for score in records(summary.scores(seen.rows)):
        for column in ("mean", "low", "high"):
            if score[column] is not None:
                yield f"{PROJECT}/{score['metric']}/{column}", float(score[column])


def _said(tracker: Tracker, name: str, entry: Entry, out: Path) -> str:
    step = "without a step: --step says it" if entry.step is None else f"step {entry.step}"
    place = f": tensorboard --logdir {out / FOLDER}" if tracker == "tensorboard" else ""
    return f"logged to {name}, '{entry.curve}', {step}{place}"
