"""Every error that this package raises on purpose.

BenchError                 ours: the command line prints it in one line, without a traceback
├── UsageError             wrong use: unknown name, bad setting, a suite with a mistake (exit 2)
│   └── UnknownName        … with the names that may have been meant
├── Unavailable            needs something that this machine lacks: a package, weights, a device; with the remedy
│   ├── InUse              a run that other processes work in, and that one alone must change
│   ├── OutOfMemory        a model does not fit, or a clip does not
│   └── StorageFailed      a disk is full, or cannot be read or written now; what lies on it may be sound
├── BadImage               an image file that cannot be read
├── BadClip                a video file, or an array of frames, that is not a clip
├── BadResults             a parquet or JSON file that is not ours or is broken
│   └── OtherSchema        a sound one, written by another version of this package
├── NotMeasurable          a sound clip that has no value of this metric; becomes a failure row
├── NotFinite              a network of a metric gave NaN or infinity
├── ProgramFailed          a user's program crashed, hung, or did not make what it should; a plug-in called sys.exit
├── RemoteFailed           a service refused a task, ended it without a clip, or stopped answering
│   └── Forgotten          … or no longer knows a task that it had accepted
├── WorkerDied             a worker process was killed, or crashed, on a task
└── Cancelled              a generation was asked to stop
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

__all__ = [
    "BadClip", "BadImage", "BadResults", "BenchError", "Cancelled", "Forgotten", "InUse", "NotFinite", "NotMeasurable",
    "OtherSchema", "OutOfMemory", "ProgramFailed", "RemoteFailed", "StorageFailed", "Unavailable", "UnknownName",
    "UsageError", "WorkerDied",
]  # fmt: skip


class BenchError(Exception):
    """The root of the tree above: one line that says what was expected, what came and what to do."""


class UsageError(BenchError):
    """Wrong use: nothing was started."""


class UnknownName(UsageError):
    """A model, metric, suite, case or setting that does not exist."""

    def __init__(self, kind: str, name: str, known: Iterable[str], hint: str = "") -> None:
        known = sorted(known)
        near = nearest(name, known)
        if near:
            remedy = "did you mean " + " or ".join(near) + "?"
        else:
            remedy = "there are " + ", ".join(known) if known else "there are none"
        super().__init__(f"unknown {kind} '{name}': {remedy}" + (f" ({hint})" if hint else ""))


class Unavailable(BenchError):
    """Cannot work on this machine as it is.

    Args:
        reason: what is missing.
        remedy: the line that fixes it.
    """

    def __init__(self, reason: str, remedy: str = "") -> None:
        self.reason, self.remedy = reason, remedy
        super().__init__(f"{reason}; {remedy}" if remedy else reason)


class InUse(Unavailable):
    """Other processes work in a run, and what is to be done there takes one that is alone."""


class OutOfMemory(Unavailable):
    """The memory does not suffice for a model, or for a clip of the size that was asked for."""


class StorageFailed(Unavailable):
    """A disk is full, or cannot be read or written now: nothing is known to be wrong with what lies on it."""


class BadImage(BenchError):
    """An image file that cannot be read."""


class BadClip(BenchError):
    """A video file, or an array of frames, that is not a clip."""


class BadResults(BenchError):
    """A parquet or JSON file that is not ours or is broken."""


class OtherSchema(BadResults):
    """A sound parquet file that another version of this package wrote."""


class NotMeasurable(BenchError):
    """This metric has no value on this clip; the text is the failure row's reason."""


class NotFinite(BenchError):
    """A network of a metric gave NaN or infinity.

    Args:
        frame: for which, counted from 0.
    """

    def __init__(self, frame: int) -> None:
        self.frame = frame
        super().__init__(f"the network gave NaN or infinity for frame {frame}")


class ProgramFailed(BenchError):
    """A user's program crashed, hung, or did not make what it should; or a plug-in called sys.exit."""


class RemoteFailed(BenchError):
    """A service refused a task, ended it without a clip, or stopped answering."""


class Forgotten(RemoteFailed):
    """A service no longer knows a task that it had accepted."""


class WorkerDied(BenchError):
    """A worker process was killed, or crashed, on a task."""


class Cancelled(BenchError):
    """A generation was asked to stop and did."""


def folded(name: str) -> str:
    """A name as names are compared: in any case, with '-' and '_' alike."""
    return name.casefold().replace("-", "_")


def nearest(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """The names that may have been meant, the nearest first.

    Args:
        name: as somebody wrote it.
        known: the names that there are.
        most: how many are given.
    """
    by_form: dict[str, list[str]] = {}
    for each in known:
        by_form.setdefault(folded(each), []).append(each)
    near = difflib.get_close_matches(folded(name), by_form, n=most, cutoff=0.5)
    return [each for form in near for each in by_form[form]][:most]


def meant(kind: str, name: str, known: Iterable[str], hint: str = "") -> str:
    """The name that a user means: exactly that one, or else the only one that reads alike.

    Args:
        kind: the noun in the message: 'model', 'case'.
        name: as it was written; case does not count, and '-' and '_' are alike.
        known: all names.
        hint: what the message says last.

    Raises:
        UnknownName: there is none, or there are several.
    """
    known = list(known)
    alike = [name] if name in known else [each for each in known if folded(each) == folded(name)]
    if len(alike) != 1:
        raise UnknownName(kind, name, known, hint)
    return alike[0]


@contextmanager
def no_exit(caller: str) -> Iterator[None]:
    """Around code of others, such as a plug-in's: it may fail, but not end the whole program.

    Args:
        caller: whose code it is, as in "model 'svd'".

    Raises:
        ProgramFailed: it called sys.exit.
    """
    try:
        yield
    except SystemExit as error:
        code = "" if error.code is None else repr(error.code)
        raise ProgramFailed(f"{caller} called sys.exit({code}): it should raise an error instead") from error


def reason(error: Exception) -> str:
    """One line for a failure row: our errors as they are, others with their type."""
    try:
        words = " ".join(str(error).split()) or "no message"
        text = "".join(letter if letter.isprintable() else "�" for letter in words)  # it reaches terminals
    except Exception:  # an error's class may be a plug-in's
        text = "no message"
    return text if isinstance(error, BenchError) else f"{type(error).__name__}: {text}"
