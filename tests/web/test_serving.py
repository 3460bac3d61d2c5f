"""`bench serve` among strangers: names that are not ours, connections that ask for nothing, readers that stall."""

from __future__ import annotations

import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest
import uvicorn
from starlette.testclient import TestClient

from bench.web import connections, ports, serve


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "index.html").write_text("<p>here</p>")
    return tmp_path


def _status(folder: Path, asked: str, listening: str = "127.0.0.1", names: tuple[str, ...] = ()) -> int:
    client = TestClient(serve.app(folder, listening, names))
    return client.get("/", headers={"Host": asked}).status_code


@pytest.mark.parametrize("asked", ["localhost:8600", "127.0.0.1", "[::1]:8600", "LOCALHOST"])
def test_it_answers_to_the_names_of_this_machine(folder: Path, asked: str) -> None:
    assert _status(folder, asked) == 200


@pytest.mark.parametrize(
    "asked",
    ["evil.example", "evil.example:8600", "127.0.0.1.evil.example", "localhost.evil.example", "10.1.2.3", ""],
)
def test_it_answers_to_no_other(folder: Path, asked: str) -> None:
    """A page of evil.example whose name is made to lead here would read it as its own."""
    assert _status(folder, asked) == 400


def test_to_everyone_it_answers_by_number_and_by_its_own_name(folder: Path) -> None:
    for asked in ("10.1.2.3:8600", "[fe80::1]:8600", socket.gethostname()):
        assert _status(folder, asked, "0.0.0.0") == 200
    assert _status(folder, "evil.example", "0.0.0.0") == 400
    assert _status(folder, "192.168.0.7:8600", "192.168.0.7") == 200


def test_the_owner_may_name_others(folder: Path) -> None:
    assert _status(folder, "bench.example.org", names=("bench.example.org",)) == 200
    assert _status(folder, "a.example.org", names=("*.example.org",)) == 200
    assert _status(folder, "example.com", names=("*.example.org",)) == 400


# ---- connections


@pytest.fixture
def site(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[uvicorn.Server, int]]:
    """A server, and its port."""
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)
    listener = ports.listening("127.0.0.1", None, 8800)
    config = uvicorn.Config(
        serve.app(folder, "127.0.0.1"), log_level="critical", lifespan="off", **connections.limits()
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        yield server, int(listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


@pytest.fixture
def port(site: tuple[uvicorn.Server, int]) -> int:
    return site[1]


def _page(port: int) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
        return bytes(answer.read())


def test_three_hundred_that_ask_for_nothing_keep_nobody_out(site: tuple[uvicorn.Server, int]) -> None:
    server, port = site
    with ExitStack() as stack:
        for number in range(300):
            silent = stack.enter_context(closing(socket.create_connection(("127.0.0.1", port), timeout=10)))
            if number % 2:
                silent.sendall(b"GET / HTTP/1.1\r\nHost: localh")
        assert _page(port) == b"<p>here</p>"
        held = connections.waiting([*server.server_state.connections])
        assert len(held) <= connections.MOST_WAITING


def test_the_one_that_has_waited_longest_makes_room(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 60)
    monkeypatch.setattr(connections, "MOST_WAITING", 2)
    with ExitStack() as stack:
        first, second, third = (
            stack.enter_context(closing(socket.create_connection(("127.0.0.1", port), timeout=10)))
            for _ in range(3)
        )
        with suppress(ConnectionResetError):  # closed at once
            assert first.recv(1) == b""
        for held in (second, third):
            held.settimeout(0.1)
            with pytest.raises(TimeoutError):
                held.recv(1)


@pytest.mark.parametrize(
    "said", [b"", b"GET / HTTP/1.1\r\nHost: 127.0", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"]
)
def test_who_asks_for_nothing_is_closed(port: int, said: bytes) -> None:
    """Before the first request, within its head, and after an answer."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as silent:
        began = time.monotonic()
        silent.sendall(said)
        while silent.recv(10_000):
            pass
        assert 0.2 < time.monotonic() - began < 9


def test_a_head_in_drops_does_not_hold_a_connection(port: int) -> None:
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as slow:
        began = time.monotonic()
        with pytest.raises(OSError):
            for _ in range(80):
                slow.sendall(b"x")
                time.sleep(0.1)
        assert time.monotonic() - began < 7


def test_one_connection_asks_again_and_again(port: int) -> None:
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as asking:
        for _ in range(3):
            asking.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            found = b""
            while b"here" not in found:
                found += asking.recv(10_000)
            time.sleep(0.3)
