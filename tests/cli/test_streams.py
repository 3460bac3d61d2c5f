"""stdout in any encoding, with its reader gone, full, closed; and nobody's but the command's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from bench.cli import streams


def bench(*words: object, **variables: str) -> subprocess.CompletedProcess[bytes]:
    """`bench words…` in a process of its own."""
    command = [sys.executable, "-m", "bench", *map(str, words)]
    return subprocess.run(command, capture_output=True, env={**os.environ, **variables}, check=False)


def test_signs_that_an_encoding_lacks_are_written_plainly() -> None:
    answer = bench("ls", "models", PYTHONIOENCODING="latin-1", COLUMNS="200")
    assert (answer.returncode, answer.stderr) == (0, b"")
    assert ">= 10 GB" in answer.stdout.decode("latin-1")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_json_is_json_in_any_encoding(encoding: str) -> None:
    answer = bench("ls", "models", "--json", PYTHONIOENCODING=encoding)
    entries = {entry["name"]: entry for entry in json.loads(answer.stdout)}
    assert entries["svd"]["native"] == "1024 × 576, 14 @ 7"


def test_a_text_that_no_encoding_has_is_escaped() -> None:
    """A file name of bytes that are no UTF-8, as Python reads it."""
    assert "caf\udce9 ↑".encode("utf-8", streams.HANDLER) == "caf\\udce9 ↑".encode()
    assert "≥ é".encode("ascii", streams.HANDLER) == rb">= \xe9"


def _with_reader_gone(*words: str) -> tuple[int, bytes]:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        command = [sys.executable, "-m", "bench", *words]
        answer = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False)
    finally:
        os.close(writing)
    return answer.returncode, answer.stderr


@pytest.mark.parametrize("words", [("ls", "suites"), ("ls", "suites", "--json"), ("--help",)])
def test_a_reader_that_has_gone_ends_it_quietly(words: Sequence[str]) -> None:
    assert _with_reader_gone(*words) == (141, b"")


def test_a_disk_that_is_full_is_said() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    command = [sys.executable, "-m", "bench", "ls", "suites"]
    with Path("/dev/full").open("wb") as full:
        answer = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert answer.returncode == 2
    assert answer.stderr == b"error: the output cannot be written: No space left on device\n"


def test_a_mistake_of_ours_is_no_verdict() -> None:
    """Python's 1 would be that of a broken gate."""
    code = "from bench.cli import streams\nwith streams.process_streams():\n    1 / 0"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert answer.returncode == 70
    assert b"ZeroDivisionError" in answer.stderr


def test_what_others_write_to_stdout_goes_to_stderr() -> None:
    """Python's print, C code and child processes."""
    code = (
        "import ctypes, os, subprocess, sys\nfrom bench.cli import streams\n"
        "with streams.process_streams(), streams.owned():\n"
        "    print('python'); ctypes.CDLL(None).puts(b'c'); ctypes.CDLL(None).fflush(None)\n"
        "    subprocess.run([sys.executable, '-c', 'print(3)'])\n"
        "    streams.results().write('{}')\n"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (answer.returncode, answer.stdout) == (0, b"{}")
    assert sorted(answer.stderr.split()) == [b"3", b"c", b"python"]
