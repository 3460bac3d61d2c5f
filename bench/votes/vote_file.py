"""The file of votes: one per line; several servers may append to it.

A vote is appended under a lock and flushed to disk before it is confirmed. If a server is killed in the middle of a
line, only that line is lost, which was not confirmed: the next vote begins a new line, and the incomplete one is set
aside by its number.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

from bench.base import documents, files
from bench.errors import BadResults, Unavailable
from bench.types import LARGEST_SEED
from bench.votes.vote import Choice, Vote

LONGEST_TEXT = 500
"""Characters of an id; no run or case has more."""

MOST_SECONDS = 1e9
"""Thirty years: longer than anyone looks at two clips; and an integer of 400 digits is no float."""


@dataclass(frozen=True)
class VoteFile:
    """Votes on disk, one JSON object per line.

    Attributes:
        path: of the file; made with the first vote.
    """

    path: Path

    def append(self, vote: Vote) -> None:
        """Adds a vote, whole or not at all; on return it is on the disk.

        Raises:
            Unavailable: it could not be written, and is not in the file.
        """
        line = json.dumps(asdict(vote), allow_nan=False).encode() + b"\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                is_first = os.fstat(handle).st_size == 0
                _write(handle, line if is_first or _ends_a_line(handle) else b"\n" + line)
                os.fsync(handle)
            finally:
                os.close(handle)
            if is_first:
                files.flush(self.path.parent)
        except OSError as error:
            raise Unavailable(
                f"the vote could not be written to {self.path}: {files.why(error)}",
                "repair that and vote again",
            ) from error

    def read(self) -> tuple[list[Vote], list[BadResults]]:
        """Every vote in the order of the file, and why lines were set aside; none where there is no file.

        Raises:
            BadResults: the file is there and cannot be read.
        """
        votes: list[Vote] = []
        problems: list[BadResults] = []
        for number, line in enumerate(self._content().split(b"\n"), start=1):
            try:
                votes += [_vote(line)] if line.strip() else []
            except ValueError as error:
                problems.append(BadResults(f"{self.path}, line {number}: {files.short(str(error))}"))
        return votes, problems

    def _content(self) -> bytes:
        try:
            with self.path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH)  # not while a server is writing
                return file.read()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise BadResults(f"{self.path} cannot be read: {files.why(error)}") from error


def _ends_a_line(handle: int) -> bool:
    return os.pread(handle, 1, os.fstat(handle).st_size - 1) == b"\n"


def _write(handle: int, line: bytes) -> None:
    """All of line, or nothing of it where the disk is full: we hold the lock, so the end of the file is ours."""
    size, left = os.fstat(handle).st_size, line
    try:
        while left:
            left = left[os.write(handle, left) :]
    except OSError:
        os.ftruncate(handle, size)
        raise


def _vote(line: bytes) -> Vote:
    """A line as a vote; fields that a later version may have added are ignored.

    Raises:
        ValueError: why it is none.
    """
    try:
        content = documents.json_value(line)
    except ValueError as error:
        raise ValueError(f"not JSON: {error}") from error
    if not isinstance(content, dict):
        raise ValueError("not a JSON object")
    missing = [field.name for field in fields(Vote) if field.name not in content]
    if missing:
        raise ValueError(f"no {', '.join(missing)}")
    vote = Vote(**{field.name: content[field.name] for field in fields(Vote)})
    for name, reason in _mistakes(vote):
        raise ValueError(f"{name} is {reason}, not {json.dumps(content[name])}")
    return vote


def _mistakes(vote: Vote) -> Iterator[tuple[str, str]]:
    """Fields with a wrong value, and what they should hold."""
    for name, is_sound, expected in RULES:
        if not is_sound(getattr(vote, name)):
            yield name, expected
    if vote.left == vote.right:
        yield "right", "another run than the left one"


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_TEXT and value.isprintable()


def _is_name(value: Any) -> bool:
    return _is_text(value) and value != ""


def _is_seed(value: Any) -> bool:
    return type(value) is int and 0 <= value <= LARGEST_SEED


def _is_duration(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value <= MOST_SECONDS


def _is_time(value: Any) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False


NAME, DIGEST = f"a text of 1 to {LONGEST_TEXT} printable characters", "a digest, or empty"

RULES: Sequence[tuple[str, Callable[[Any], bool], str]] = (
    ("created", _is_time, "a time in ISO 8601, with its zone"),
    *((name, _is_name, NAME) for name in ("voter", "suite", "suite_version", "case", "left", "right")),
    *((name, _is_text, DIGEST) for name in ("left_clip", "right_clip")),
    ("seed", _is_seed, "a whole number from 0"),
    ("choice", get_args(Choice).__contains__, "left, right or tie"),
    ("seconds", _is_duration, f"a number from 0 to {MOST_SECONDS:.0e}"),
)
"""Field, its test, and what it must be: the file may come from strangers."""
