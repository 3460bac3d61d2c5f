"""Connections that ask for nothing are closed: uvicorn itself waits for the first request of each for ever.

A connection has a few seconds for its request's head, and again for each later one. Of those that have not asked for
anything yet only so many are held: where another comes, the one that has waited longest goes, so that nobody can keep
others out by opening connections. A reader that takes nothing more, or has gone without a word, is cut off, too.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10
"""For the first line and the headers of a request; a browser sends them at once."""

STALLED_SECONDS = 120
"""Without a byte that the reader takes, while there is something to send."""

MOST_WAITING = 64
"""Connections without a whole request, all together; a browser opens six or so, some of them ahead."""

MOST = 256
"""Connections, all together; further ones are answered with 503."""


def limits() -> dict[str, Any]:
    """Arguments of uvicorn.Config."""
    return {
        "http": LimitedProtocol,
        "ws": "none",
        "limit_concurrency": MOST,
        "proxy_headers": False,
    }


class LimitedProtocol(H11Protocol):
    """uvicorn's protocol with a limit on how long a connection may wait, and on how many do."""

    def __init__(self, config: Config, *words: Any, **named: Any) -> None:
        super().__init__(config, *words, **named)
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        _give_up_on_silent_readers(transport)
        self._wait()
        for oldest in waiting(self.connections)[:-MOST_WAITING]:
            oldest.drop()

    def data_received(self, data: bytes) -> None:
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before:  # a request is whole
            self._go_on()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.transport.is_closing() and (self.cycle is None or self.cycle.response_complete):
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._go_on()
        super().connection_lost(exc)

    @property
    def deadline(self) -> float | None:
        """By the loop's clock, until when a whole request must have come; None where one has."""
        return None if self._deadline is None else self._deadline.when()

    def drop(self) -> None:
        """Closes the connection at once."""
        self._go_on()
        self.transport.abort()

    def _wait(self) -> None:
        self._go_on()
        self._deadline = self.loop.call_later(HEAD_SECONDS, self.drop)

    def _go_on(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def waiting(connections: Iterable[object]) -> list[LimitedProtocol]:
    """Those of a server's connections that have no whole request, the one that has waited longest first."""
    found = [
        (each.deadline, each)
        for each in connections
        if isinstance(each, LimitedProtocol) and each.deadline is not None
    ]
    return [each for _, each in sorted(found, key=itemgetter(0))]


def _give_up_on_silent_readers(transport: asyncio.Transport) -> None:
    """The kernel ends a connection whose other side has taken nothing for that long; Linux only."""
    connection = transport.get_extra_info("socket")
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if connection is not None and option is not None:
        connection.setsockopt(socket.IPPROTO_TCP, option, STALLED_SECONDS * 1000)
