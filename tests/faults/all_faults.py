"""The faults that runs, boards and metrics are tried with, one module of tests each: test_<number>_<name>.py."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """A kind of fault.

    Attributes:
        number: in the name of its module of tests.
        title: what happens.
        mark: what must hold.
        least: how many times it is tried in the long run, at least.
    """

    number: int
    title: str
    mark: str
    least: int


FAULTS = (
    Fault(1, "SIGKILL at system calls of the store", "nothing lost, doubled or unreadable after resuming", 60),
    Fault(2, "SIGKILL of `bench run` as rows come", "the table of a run that was not killed", 50),
    Fault(3, "SIGINT, SIGTERM and SIGUSR1", "ends within 10 s, resumes, leaves no temporary file", 40),
    Fault(4, "full disk, I/O errors, read-only folder", "a clear message, no corrupt file, resumes", 40),
    Fault(5, "four processes on one store", "every row once", 1000),
    Fault(6, "racing writers and failing requests of a bucket", "one winner per key, every row", 160),
    Fault(7, "dying workers and nodes of a Ray cluster", "every row", 11),
    Fault(8, "hosted APIs that throttle, hang or lie", "recovered or recorded, attempts bounded", 100),
    Fault(9, "clips and metrics that fail", "the run ends, a row with the reason, coverage below 100 %, exit 1", 10),
    Fault(10, "malformed clips", "refused or read with the right number of frames, no crash, none over 10 s", 200),
    Fault(11, "bombs", "refused within 2 s below 1 GB", 6),
    Fault(12, "names that lead elsewhere", "nothing outside is read or written", 30),
    Fault(13, "hostile texts in names, prompts, links and notes", "nothing runs, nobody is asked", 40),
    Fault(14, "inputs that change", "exactly what depends on them is made anew", 12),
    Fault(15, "tampered files", "`bench verify` names each", 20),
    Fault(16, "broken parts, other schemas", "the rest is read, each is named", 1000),
    Fault(17, "results that change under the board, or are odd", "the right page; within 5 s once read", 6),
    Fault(18, "mistakes in configuration", "exit 2, one line that names the key", 10),
    Fault(19, "no network, no access, no GPU", "cause and remedy in one line", 5),
    Fault(20, "samples of a known truth", "intervals hold 93 to 97 %, 6 % false alarms; ± 3 standard errors", 1000),
)  # fmt: skip


@dataclass
class Figures:
    """What tests of a fault counted; None where a fault cannot have it.

    Attributes:
        tried: times.
        lost: what was finished before and is not there afterwards.
        duplicated: what is there twice.
        unreadable: what is there and cannot be read.
        refused: times that it was answered with a message or a failure row instead of a result.
        slowest: seconds.
    """

    tried: int = 0
    lost: int | None = None
    duplicated: int | None = None
    unreadable: int | None = None
    refused: int | None = None
    slowest: float | None = None
