"""Connections to services that are asked by HTTP: certificates, limits of time and size, secrets that were sent.

What a service answers is not trusted: it is cut off at a number of bytes and seconds (bench.base.replies), must be a
JSON object, and is repeated only after secrets were taken out of it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from bench.base import credentials
from bench.base.http_errors import in_one_line
from bench.base.retries import Timing
from bench.errors import RemoteFailed

if TYPE_CHECKING:
    import ssl

    import httpx


class Connection:
    """An open connection to a service.

    Args:
        service: its name, for people.
        timing: whose timeout and limit hold for answers.
        reply_limit: bytes of an answer, unpacked.
        follows: whether redirects are followed.

    Attributes:
        http: the client.
        sent: secrets that requests carried so far and that must not be repeated: headers that authorise, with their
            scheme and without.
    """

    def __init__(self, service: str, timing: Timing, reply_limit: int, follows: bool = True) -> None:
        import httpx

        self.service, self.timing, self.reply_limit = service, timing, reply_limit
        self.sent: set[str] = set()
        self.http = httpx.Client(
            timeout=httpx.Timeout(timing.timeout, connect=min(20.0, timing.timeout)),
            follow_redirects=follows,
            verify=certificates(),
            headers={"Accept-Encoding": "gzip, deflate"},
            event_hooks={"request": [self._note_secrets], "response": [self._limit]},
        )

    def _note_secrets(self, request: httpx.Request) -> None:
        """Headers that authorise, from whichever client library."""
        for name, value in request.headers.items():
            if credentials.looks_secret(name):
                self.sent |= {value, value.partition(" ")[2]} - {""}

    def _limit(self, answer: httpx.Response) -> None:
        from bench.base import replies

        end = self.timing.now() + self.timing.limit
        replies.limit(answer, self.reply_limit, lambda: self.timing.now() > end)


def json_object(answer: httpx.Response, service: str, secrets: list[str]) -> dict[str, Any]:
    """The JSON object of an answer.

    Args:
        answer: of httpx.
        service: its name, for people.
        secrets: that it may repeat.

    Raises:
        RemoteFailed: it is something else.
    """
    try:
        content = answer.json()
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        kind = in_one_line(answer.headers.get("content-type", "nothing"), secrets)
        raise RemoteFailed(f"{service} answers with {kind}, expected a JSON object")
    return content


@cache
def certificates() -> ssl.SSLContext:
    """Certificates that connections are checked against, read once: that takes a tenth of a second."""
    import httpx

    return httpx.create_ssl_context()
