"""A proxy of HTTP between a client and a server: it passes requests on, fails some on purpose, and counts all."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import urlsplit

Fault = Literal["", "500", "503", "409", "403", "lost answer", "hang", "cut short", "other bytes"]

FAULTS: tuple[Fault, ...] = ("500", "503", "409", "lost answer", "hang", "cut short")
"""Those that a client can see; 'other bytes' needs a digest."""

CONFLICT = b"<Error><Code>ConditionalRequestConflict</Code><Message>another is under way</Message></Error>"
BUSY = b"<Error><Code>InternalError</Code><Message>on purpose</Message></Error>"

HOPS = {"connection", "transfer-encoding", "content-length", "keep-alive"}


@dataclass
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


class FaultyProxy(ThreadingHTTPServer):
    """One server behind it.

    Attributes:
        fault: request, as 'PUT /lab/key' -> what goes wrong with it; '' for nothing.
        strips_condition: whether the header If-None-Match is dropped, as by stores that do not know it.
        hang: seconds that a hanging answer takes; longer than clients wait.
        requests: how many came, by 'PUT' and so on.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, server: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.server = urlsplit(server).netloc
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.fault: Callable[[str], Fault] = lambda request: ""
        self.strips_condition = False
        self.hang = 3.0
        self.requests: Counter[str] = Counter()
        self.seen: list[str] = []
        self._writing = threading.Lock()  # moto looks, then writes: two at once would both find nothing

    def forward(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Answer:
        connection = HTTPConnection(self.server, timeout=60)
        try:
            connection.request(method, path, body, headers or {"Host": self.server})
            found: HTTPResponse = connection.getresponse()
            return Answer(found.status, found.getheaders(), found.read())
        finally:
            connection.close()

    def serialised(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        if method in ("PUT", "POST"):
            with self._writing:
                return self.forward(method, path, body, headers)
        return self.forward(method, path, body, headers)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that has gone is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FaultyProxy

    def _pass_on(self) -> None:
        proxy, body = self.server, self._body()
        request = f"{self.command} {self.path}"
        proxy.requests[self.command] += 1
        proxy.seen.append(request)
        fault = proxy.fault(request)
        if fault in ("500", "503", "409", "403"):
            self._send(
                Answer(
                    int(fault), [("Content-Type", "application/xml")], CONFLICT if fault == "409" else BUSY
                )
            )
            return
        headers = {
            name: value
            for name, value in self.headers.items()
            if name.lower() not in HOPS - {"content-length"}
        }
        if proxy.strips_condition:
            headers = {name: value for name, value in headers.items() if name.lower() != "if-none-match"}
        headers["Content-Length"] = str(len(body))
        found = proxy.serialised(self.command, self.path, body, headers)
        if fault == "lost answer":
            self.close_connection = True
            return
        if fault == "hang":
            time.sleep(proxy.hang)
        if fault == "other bytes":
            found.body = bytes(255 - each for each in found.body)
        self._send(found, is_cut=fault == "cut short")

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _pass_on

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            return b"".join(iter(self._chunk, b""))
        if self.headers.get("Expect"):
            self.send_response_only(100)
            self.end_headers()
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _chunk(self) -> bytes:
        found = self.rfile.read(int(self.rfile.readline().split(b";")[0], 16))
        self.rfile.readline()
        return found

    def _send(self, answer: Answer, is_cut: bool = False) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            if name.lower() not in HOPS:
                self.send_header(name, value)
        length = dict((name.lower(), value) for name, value in answer.headers).get("content-length")
        self.send_header(
            "Content-Length", length if self.command == "HEAD" and length else str(len(answer.body))
        )
        self.end_headers()
        if self.command == "HEAD":
            return
        if is_cut and answer.body:
            self.wfile.write(answer.body[: len(answer.body) // 2])
            self.close_connection = True
            return
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@dataclass
class SomeFail:
    """A share of the requests fails, drawn from a seed.

    Attributes:
        share: in [0, 1].
        faults: drawn from evenly.
    """

    share: float
    faults: tuple[Fault, ...] = FAULTS
    seed: int = 0
    failed: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._draw, self._lock = random.Random(self.seed), threading.Lock()

    def __call__(self, request: str) -> Fault:
        with self._lock:
            fault: Fault = self._draw.choice(self.faults) if self._draw.random() < self.share else ""
            self.failed[fault] += bool(fault)
        return fault
