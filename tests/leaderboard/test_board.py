"""How the server is started."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.base import packages
from bench.errors import Unavailable, UsageError
from bench.web import launch


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What would take this process's place."""
    calls: list[Any] = []
    monkeypatch.setattr(os, "execve", lambda path, words, variables: calls.append((words, variables)))
    return calls


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind((launch.ADDRESS, 0))
        holder.listen()
        yield holder.getsockname()[1]


def test_the_server_is_told_where_the_files_are(started: list[Any], tmp_path: Path) -> None:
    launch.serve(tmp_path / "runs", tmp_path / "results", None, open_browser=False)
    ((words, variables),) = started
    assert words[:4] == [sys.executable, "-m", "streamlit", "run"]
    assert Path(words[4]).is_file()
    assert launch.folders(variables) == (tmp_path / "runs", tmp_path / "results")


def test_relative_folders_are_those_of_the_caller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    variables = launch.environment(Path("runs"), None)
    assert launch.folders(variables) == (tmp_path / "runs", None)


def test_nothing_is_sent_and_nobody_else_reaches_it() -> None:
    words = launch.command(8501, open_browser=True)
    flags = dict(zip(words[5::2], words[6::2], strict=True))
    assert flags["--server.address"] == "127.0.0.1"
    assert flags["--browser.gatherUsageStats"] == "false"
    assert flags["--client.showErrorDetails"] == "none"
    assert flags["--server.headless"] == "false"


def test_others_reach_it_where_its_owner_says_so(started: list[Any]) -> None:
    let_in = launch.Visitors(("bench.example.org",), address="0.0.0.0")
    launch.serve(Path("runs"), None, 7860, open_browser=False, visitors=let_in)
    ((words, variables),) = started
    assert words[words.index("--server.address") + 1] == "0.0.0.0"
    assert launch.visitors(variables) == let_in
    assert launch.visitors({}) == launch.ANYBODY_HERE


def test_a_taken_port_is_refused_before_anything_starts(started: list[Any], taken_port: int) -> None:
    with pytest.raises(UsageError, match=f"port {taken_port} is taken: choose another with --port"):
        launch.serve(Path("runs"), None, taken_port, open_browser=False)
    assert not started


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_is_a_port(port: int) -> None:
    with pytest.raises(UsageError, match=f"from 1 to 65535, not {port}"):
        launch.serve(Path("runs"), None, port, open_browser=False)


def test_a_taken_port_is_passed_over(
    started: list[Any], taken_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "FIRST_PORT", taken_port)
    launch.serve(Path("runs"), None, None, open_browser=False)
    words, _ = started[0]
    assert int(words[words.index("--server.port") + 1]) > taken_port


def test_without_streamlit_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "installed", lambda name: None)
    with pytest.raises(Unavailable, match=r'streamlit is not installed; pip install "i2v-bench\[board\]"'):
        launch.serve(Path("runs"), None, None, open_browser=False)
