"""Everything that can go wrong on purpose.

BenchError                 ours: the command line prints it in one line, without a traceback
├── UsageError             the words were wrong: unknown name, bad setting, a suite with a mistake (exit 2)
│   └── UnknownName        … and here is what you may have meant
├── Unavailable            needs something this machine has not: a package, weights, a device; says the remedy
│   └── OutOfMemory        a model does not fit, or a clip does not
├── BadImage               an image file that cannot be read
├── BadClip                a video file, or an array of frames, that is not a clip
├── BadResults             a parquet or JSON file that is not ours or is broken
│   └── OtherSchema        a sound one that another version of this package wrote
├── NotMeasurable          a sound clip that this metric cannot say anything about; becomes a failure row
├── ProgramFailed          somebody's program crashed, hung, or did not make what it should
├── RemoteFailed           a service refused a task, ended it without a clip, or went silent
│   └── Forgotten          … or does not know a task that it was asked for
├── WorkerDied             a worker process was killed, or crashed, on a task
└── Cancelled              somebody asked a generation to stop
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class BenchError(Exception):
    """The root of the tree above: one line that says what was expected, what came and what to do."""


class UsageError(BenchError):
    """Wrong use: nothing was started."""


class UnknownName(UsageError):
    """A model, metric, suite, case or setting that does not exist."""

    def __init__(self, kind: str, name: str, known: Iterable[str], hint: str = "") -> None:
        known = sorted(known)
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
        if near:
            remedy = "did you mean " + " or ".join(near) + "?"
        else:
            remedy = "there are " + ", ".join(known) if known else "there are none"
        super().__init__(f"unknown {kind} '{name}': {remedy}" + (f" ({hint})" if hint else ""))


class Unavailable(BenchError):
    """Cannot work on this machine as it is.

    Args:
        reason: what is missing.
        remedy: the line that mends it.
    """

    def __init__(self, reason: str, remedy: str = "") -> None:
        self.reason, self.remedy = reason, remedy
        super().__init__(f"{reason}; {remedy}" if remedy else reason)


class OutOfMemory(Unavailable):
    """The memory does not suffice for a model, or for a clip of the size that was asked for."""


class BadImage(BenchError):
    """An image file that cannot be read."""


class BadClip(BenchError):
    """A video file, or an array of frames, that is not a clip."""


class BadResults(BenchError):
    """A parquet file that is not ours or is broken."""


class OtherSchema(BadResults):
    """A sound parquet file that another version of this package wrote."""


class NotMeasurable(BenchError):
    """This metric has no value on this clip; the text becomes the failure row's reason."""


class ProgramFailed(BenchError):
    """Somebody's program crashed, hung, or did not make what it should."""


class RemoteFailed(BenchError):
    """A service refused a task, ended it without a clip, or went silent."""


class Forgotten(RemoteFailed):
    """A service does not know a task that it was asked for."""


class WorkerDied(BenchError):
    """A worker process was killed, or crashed, on a task, and again when the task was tried alone."""


class Cancelled(BenchError):
    """A generation was asked to stop and did."""


def reason(error: Exception) -> str:
    """One line for a failure row: our errors as they are, others with their type."""
    text = " ".join(str(error).split()) or "no message"
    return text if isinstance(error, BenchError) else f"{type(error).__name__}: {text}"
