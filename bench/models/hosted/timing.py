"""How long and how often a service is waited for."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from bench.base import retries
from bench.errors import UsageError

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
class Timing(retries.Timing):
    """As for any request; limit is the seconds that a clip is waited for.

    Attributes:
        interval: seconds between two polls of a task.
    """

    limit: float = field(default_factory=_limit)
    interval: float = 5.0
