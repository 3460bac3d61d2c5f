"""What went wrong between a server and us, whichever client library raised it, and whether a retry may help."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from bench.base import credentials
from bench.errors import BenchError

TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529})
"""Statuses of HTTP after which the same request may succeed: a busy server, a gateway without one behind it."""

MAX_CHARACTERS = 300
"""Length of a server's own words that a message repeats."""

READ_CHARACTERS = 100_000
"""Length of those that are searched for keys: one that the cut would halve must be found before."""


@dataclass(frozen=True)
class HttpProblem:
    """A request that failed.

    Attributes:
        status: of HTTP; None if there was no answer.
        text: what the server says, or what broke.
        retry_after: seconds, as the server asks for; None if it does not.
        was_sent: whether the server may have received the request.
        is_final: whether the same request would end the same way.
    """

    status: int | None
    text: str
    retry_after: float | None = None
    was_sent: bool = True
    is_final: bool = False

    def is_transient(self, is_creating: bool) -> bool:
        """Whether the same request may succeed later.

        Args:
            is_creating: it asks for a new clip: if it broke off after it was sent, the task may exist, and a second
                request would be paid for twice.
        """
        if self.status is None:
            return not self.is_final and not (is_creating and self.was_sent)
        return self.status in TRANSIENT


def in_one_line(text: str, secrets: Iterable[str]) -> str:
    """A server's own words in one line of at most MAX_CHARACTERS, without secrets."""
    line = " ".join(credentials.redacted(text, secrets).split())
    return line if len(line) <= MAX_CHARACTERS else line[: MAX_CHARACTERS - 1] + "…"


def problem_of(error: BaseException | None) -> HttpProblem | None:
    """The problem behind an exception; None if it is not one of HTTP: our own errors, and mistakes in the code."""
    if error is None or isinstance(error, BenchError):
        return None
    import httpx

    answer = getattr(error, "response", None)
    if answer is not None and hasattr(answer, "status_code"):
        return HttpProblem(answer.status_code, _said(answer), _seconds(answer.headers.get("retry-after")))
    cause: BaseException | None = error
    while cause is not None:
        if (unread := _unread(cause)) is not None:
            return HttpProblem(None, f"its answer cannot be read: {unread[:READ_CHARACTERS]}")
        if isinstance(cause, httpx.DecodingError):
            return HttpProblem(None, str(cause), is_final=getattr(cause, "is_final", False))
        if isinstance(cause, httpx.TransportError):
            was_sent = not isinstance(cause, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
            return HttpProblem(None, f"{type(cause).__name__} {cause}".strip(), was_sent=was_sent)
        cause = cause.__cause__ or cause.__context__
    return None


def _unread(error: BaseException) -> str | None:
    """An answer of success that a client library cannot read, as a web page of a proxy; None for other errors."""
    if isinstance(error, json.JSONDecodeError):
        return error.doc
    answer = getattr(error, "raw_response", None)  # of Google's
    return str(answer.text) if answer is not None and answer.status_code < 300 else None


def _said(answer: Any) -> str:
    """What a server says about its refusal, wherever in its answer; never the address, which may be signed."""
    import httpx

    try:
        answer.read()
        content = json.loads(answer.text)
        return _message(content) if content else _text(answer)
    except (ValueError, RecursionError, httpx.StreamError, httpx.RequestError):
        return _text(answer)


def _text(answer: Any) -> str:
    import httpx

    try:
        return str(answer.text)[:READ_CHARACTERS]
    except (httpx.StreamError, httpx.RequestError):
        return ""


def _message(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "; ".join(_message(each) for each in content[:3])
    if not isinstance(content, Mapping):
        return str(content)
    names = ("code", "type", "message", "msg", "error", "detail")
    told = [_message(content[name]) for name in names if content.get(name)]
    return " ".join(told) or json.dumps(content)[:READ_CHARACTERS]


def _seconds(words: str | None) -> float | None:
    """Seconds of a Retry-After header, which is a number or a date; None if it is neither."""
    if not words:
        return None
    try:
        return max(0.0, float(words))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(words) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
