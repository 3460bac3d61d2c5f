"""`bench serve`: what of a static site it hands out, and what not."""

from __future__ import annotations

import http.client
import signal
import time
from pathlib import Path
from urllib.parse import urlsplit

from tests.leaderboard.site_windows import served


def _answer(address: str, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=20)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, body


def test_a_part_of_a_file_is_sent_when_it_is_asked_for(exported: Path, server: str) -> None:
    clip = next((exported / "clips").rglob("*.mp4"))
    path = "/" + clip.relative_to(exported).as_posix()
    status, headers, body = _answer(server, path, Range="bytes=100-199")
    assert (status, body) == (206, clip.read_bytes()[100:200])
    assert headers["content-range"] == f"bytes 100-199/{clip.stat().st_size}"
    assert (headers["x-content-type-options"], headers["content-type"]) == ("nosniff", "video/mp4")
    assert _answer(server, "/")[2] == (exported / "index.html").read_bytes()


def test_nothing_but_the_site_s_files_is_handed_out(exported: Path, server: str) -> None:
    secret = exported.parent / "secret.txt"
    secret.write_text("secret")
    (exported / "link.txt").symlink_to(secret)
    (exported / "inside.html").symlink_to(exported / "index.html")
    (exported / ".hidden").write_text("hidden")
    try:
        paths = [
            "/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/models/../../secret.txt", "//secret.txt",
            "/link.txt", "/inside.html", "/.hidden", "/models/", "/data/", "/%00", "/index.html%00.txt", "/nowhere",
        ]  # fmt: skip
        for path in paths:
            status, _, body = _answer(server, path)
            assert status in {400, 404}, path
            assert b"secret" not in body
            assert b"alpha" not in body
    finally:
        for name in ("link.txt", "inside.html", ".hidden"):
            (exported / name).unlink()


def test_ctrl_c_ends_it_without_a_word(exported: Path) -> None:
    with served(exported) as (address, process):
        assert _answer(address, "/")[0] == 200
        process.send_signal(signal.SIGINT)
        begun = time.monotonic()
        _, said = process.communicate(timeout=20)
        assert (process.returncode, said) == (0, "")
        assert time.monotonic() - begun < 10
