"""How long and how often a service is waited for."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.errors import UsageError
from bench.models.hosted.http_errors import HttpProblem

LIMIT = "BENCH_TASK_SECONDS"
"""The environment variable that says how long a clip is waited for. Not a setting: a run that is resumed with a longer
limit is the same run, and its tasks are paid for."""


def _limit() -> float:
    words = os.environ.get(LIMIT, "1800")
    try:
        seconds = float(words)
    except ValueError:
        seconds = 0.0
    if not 0.0 < seconds < float("inf"):
        raise UsageError(f"{LIMIT} is a number of seconds above 0, not '{words}'")
    return seconds


@dataclass(frozen=True)
class Timing:
    """The clock, and how long and how often to wait; tests bring their own.

    Attributes:
        now: seconds of a clock that never goes back.
        sleep: waits so many seconds.
        jitter: in [0, 1): keeps many clients from coming back at once.
        interval: seconds between two polls of a task.
        timeout: seconds without a byte after which a connection is given up.
        limit: seconds that a clip is waited for.
        attempts: per request.
    """

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = field(default_factory=lambda: random.Random().random)
    interval: float = 5.0
    timeout: float = 60.0
    limit: float = field(default_factory=_limit)
    attempts: int = 6

    def pause(self, attempt: int, problem: HttpProblem | None) -> float:
        """Seconds before the next attempt: what the server asks for, else 2^attempt up to 60, and jitter."""
        if problem is not None and problem.retry_after is not None:
            return problem.retry_after
        return min(60.0, 2.0**attempt) * (1.0 + 0.5 * self.jitter())
