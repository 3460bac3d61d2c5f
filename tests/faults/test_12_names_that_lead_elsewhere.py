"""Names with which a stranger would reach other files: as a case's id, picture, clip or run, and in an address."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from bench.errors import BenchError
from bench.media import pictures
from bench.runs import RunFolder, stored_values
from bench.types import ClipRecord
from bench.web import serve
from tests import made
from tests.command_line import bench
from tests.faults.all_faults import Figures
from tests.leaderboard import boards

NAMES = [
    "../secret", "../../secret", "..", ".", "", "/secret", "//secret", "/etc/passwd", "a/../../secret", "./../secret",
    "..\\secret", "..\\..\\secret", "C:\\secret", "C:secret", "\\\\host\\share", "a\\b", "%2e%2e/secret", "..%2fsecret",
    "%2e%2e%2fsecret", "..%5csecret", "%252e%252e%252fsecret", "..%c0%afsecret", "..;/secret", "\u2025/secret",
    "\uff0e\uff0e/secret", "..\u2215secret", "..\uff0fsecret", "secret\0.png", "~/secret", "~root", "$HOME/secret",
    "file:///secret", "link", "link/secret", "clips/../../../secret", "x" * 300,
]  # fmt: skip
SECRET = "nobody may see this"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a secret beside it, and links in it that lead there."""
    (tmp_path / "secret").write_text(SECRET)
    pictures.write(tmp_path / "secret.png", made.photograph(seed=9))
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "link").symlink_to(tmp_path)
    return tmp_path / "inside"


def _files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and not path.is_symlink()}


def _outside(place: Path) -> dict[Path, bytes]:
    """What lies beside the folder, links not followed."""
    return {path: content for path, content in _files(place.parent).items() if not path.is_relative_to(place)}


@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_nothing_outside_is_written_or_shown(place: Path, name: str, figures: Figures) -> None:
    before = _outside(place)
    refused = [_as_case(place, name), _as_picture(place, name), _as_record(place, name), _as_run(place, name)]
    shown = _as_address(place, name)
    figures.tried, figures.refused = 1, 0
    figures.lost = int(_outside(place) != before) + int(shown)
    figures.refused = int(all(refused))
    assert figures.lost == 0


def _suite(place: Path, **case: Any) -> Path:
    folder = place / "suite"
    pictures.write(folder / "0.png", made.photograph())
    (folder / "suite.toml").write_text('title = "One"\n')
    (folder / "cases.jsonl").write_text(
        json.dumps({"id": "a", "image": "0.png", "prompt": "x", **case}) + "\n"
    )
    return folder


def _generated(place: Path, suite: Path) -> bool:
    answer = bench("generate", "-m", "still", "--suite", suite, "--out", place / "runs")
    assert answer.exit_code in (0, 1, 2) and "Traceback" not in answer.output
    return answer.exit_code == 2


def _as_case(place: Path, name: str) -> bool:
    return _generated(place, _suite(place, id=name))


def _as_picture(place: Path, name: str) -> bool:
    return _generated(place, _suite(place, image=f"{name}.png"))


def _as_record(place: Path, name: str) -> bool:
    """Where a run's folder of a stranger says that its clip is."""
    folder = RunFolder(place / "strange")
    record = ClipRecord("c0", 0, name, "0" * 64, len(SECRET))
    stored_values.write(folder.clip_path("c0", 0).with_suffix(".json"), record)
    return folder.record("c0", 0) is None


def _as_run(place: Path, name: str) -> bool:
    """The id of a run, and what is asked for by name."""
    of = boards.run(made.suite(place, cases=1), "x", run_id=name)
    stored_values.write(place / "stranger" / "run.json", of)
    try:
        _ = RunFolder(place / "stranger").run
    except BenchError:
        return True
    return bench("show", name, "--out", place).exit_code == 2


def _as_address(place: Path, name: str) -> bool:
    """Whether a server of the folder shows the secret, however the name is written in the address."""
    return any(
        SECRET.encode() in _answer(place, f"/{each}") for each in (name, quote(name), quote(name, safe=""))
    )


def _answer(place: Path, path: str) -> bytes:
    from urllib.parse import unquote

    raw = path.encode(errors="replace")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": unquote(path), "raw_path": raw, "query_string": b"", "root_path": "",
        "headers": [(b"host", b"localhost")], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    sent = bytearray()

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.extend(message.get("body", b""))

    (place / "index.html").write_text("<p>here</p>")
    asyncio.run(serve.app(place, "127.0.0.1", ())(scope, receive, send))  # type: ignore[arg-type]
    return bytes(sent)
