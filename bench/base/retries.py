"""Requests that are tried again where that helps, until a deadline; Timing says how long and how often.

By tenacity. httpx-retries 0.6 retries inside the transport, where a request for a new clip and a poll look alike (both
may be POST), and where an answer whose body breaks off has already counted as one; stamina 26.1 waits by the clock of
the process alone. Either would pay twice, or give up too early, or make the tests wait.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from bench.base.http_errors import HttpProblem, problem_of

if TYPE_CHECKING:
    from tenacity import RetryCallState

T = TypeVar("T")


@dataclass(frozen=True)
class Timing:
    """The clock, and how long and how often to wait; tests bring their own.

    Attributes:
        now: seconds of a clock that never goes back.
        sleep: waits so many seconds.
        jitter: in [0, 1): keeps many clients from coming back at once.
        timeout: seconds without a byte after which a connection is given up.
        limit: seconds that the whole is waited for.
        attempts: per request.
    """

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = field(default_factory=lambda: random.Random().random)
    timeout: float = 60.0
    limit: float = 1800.0
    attempts: int = 6

    def pause(self, attempt: int, problem: HttpProblem | None) -> float:
        """Seconds before the next attempt: what the server asks for, else 2^attempt up to 60, and jitter."""
        if problem is not None and problem.retry_after is not None:
            return problem.retry_after
        return min(60.0, 2.0**attempt) * (1.0 + 0.5 * self.jitter())


class GivenUp(Exception):
    """A request that failed.

    Attributes:
        problem: the last one.
        attempts: how often it was tried; 0 for one that is not tried again.
    """

    def __init__(self, problem: HttpProblem, attempts: int) -> None:
        super().__init__(problem, attempts)
        self.problem, self.attempts = problem, attempts


def result(request: Callable[[], T], timing: Timing, is_creating: bool, end: float) -> T:
    """What a request gives, in the end.

    Args:
        request: raises what its client library raises.
        timing: the clock, pauses, and the number of attempts.
        is_creating: it asks for a new clip; see HttpProblem.is_transient.
        end: by the clock of timing, after which nothing is tried again.

    Raises:
        GivenUp: a problem of HTTP that does not pass, or has not by the last attempt.
        Exception: whatever else the request raises.
    """
    from tenacity import Retrying, retry_if_exception, stop_after_attempt

    def is_transient(error: BaseException) -> bool:
        problem = problem_of(error)
        return problem is not None and problem.is_transient(is_creating)

    def pause(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        return timing.pause(state.attempt_number, problem_of(error))

    last = stop_after_attempt(timing.attempts)

    def is_over(state: RetryCallState) -> bool:
        return last(state) or timing.now() + state.upcoming_sleep > end

    retrying = Retrying(
        retry=retry_if_exception(is_transient), wait=pause, stop=is_over, sleep=timing.sleep, reraise=True
    )
    try:
        return retrying(request)
    except Exception as error:
        problem = problem_of(error)
        if problem is None:
            raise
        attempts = retrying.statistics["attempt_number"] if problem.is_transient(is_creating) else 0
        raise GivenUp(problem, attempts) from error
