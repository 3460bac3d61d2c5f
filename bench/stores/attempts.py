"""A request to a store, tried until it succeeds or until trying does not help."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from bench.base import credentials
from bench.base.retries import Timing
from bench.errors import BadResults, BenchError, StorageFailed, Unavailable, reason
from bench.stores import failures
from bench.stores.failures import Damaged, Failure

if TYPE_CHECKING:
    from tenacity import RetryCallState

T = TypeVar("T")

MENDED = "repeat the command once the store answers; what is finished is kept"


def answer(request: Callable[[], T], what: str, timing: Timing) -> T:
    """What a request gives, in the end.

    Args:
        request: raises what its library raises.
        what: is asked for, for messages: the address of an object.
        timing: pauses, which jitter keeps from meeting, and the number of attempts.

    Raises:
        FileExistsError: an object is created, and there is one.
        FileNotFoundError: there is no such object.
        Unavailable: the store refuses access.
        BadResults: an object does not have the digest that it should have, at any attempt.
        StorageFailed: the store does not do it: it cannot be reached, fails, or cannot do such a thing.
    """
    from tenacity import Retrying, retry_if_exception, stop_after_attempt

    def pause(state: RetryCallState) -> float:
        return timing.pause(state.attempt_number, None)

    retrying = Retrying(
        retry=retry_if_exception(_may_pass),
        wait=pause,
        stop=stop_after_attempt(timing.attempts),
        sleep=timing.sleep,
        reraise=True,
    )
    try:
        return retrying(request)
    except BenchError:
        raise
    except Exception as error:  # of whichever library
        raise _plain(error, what, retrying.statistics["attempt_number"]) from error


def _may_pass(error: BaseException) -> bool:
    return not isinstance(error, BenchError) and failures.kind(error) is Failure.TRANSIENT


def _plain(error: Exception, what: str, attempts: int) -> Exception:
    """The error as one of ours; a mistake in the code stays what it is."""
    kind = failures.kind(error)
    if kind is Failure.EXISTS:
        return FileExistsError(what)
    if kind is Failure.MISSING:
        return FileNotFoundError(what)
    if isinstance(error, Damaged):
        return BadResults(
            f"{what} is not as it was written: its digest is another, at each of {attempts} attempts"
        )
    if isinstance(error, (TypeError, NotImplementedError)):
        return error
    why = credentials.redacted(reason(error))
    if kind is Failure.REFUSED:
        return Unavailable(f"{what}: access is refused ({why})", "check the credentials of the store")
    return StorageFailed(f"{what} cannot be read or written now: {why} (attempt {attempts})", MENDED)
