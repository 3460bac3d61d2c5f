"""What is no file is not read as one: a pipe has nobody who writes, a device has no end."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.base import files, reading
from bench.errors import BadResults, UsageError
from bench.media import digests
from bench.runs import parquet, stored_values
from bench.suites import mistakes, text_files


@pytest.fixture(params=["pipe", "device"])
def no_file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A path at which there is something that can be opened, and would be read for ever."""
    path = tmp_path / "results.parquet"
    if request.param == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    return path


@pytest.mark.parametrize(
    "read",
    [
        reading.content, files.sha256, digests.picture_digest, stored_values.read_run, parquet.read_table,
        mistakes.file_text, lambda path: text_files.text(path, "a prompt"),
    ],
    ids=["content", "sha256", "picture", "json", "rows", "suite", "prompt"],
)  # fmt: skip
def test_pipes_and_devices_are_no_files(read: Callable[[Path], object], no_file: Path) -> None:
    with pytest.raises((FileNotFoundError, BadResults, UsageError)) as refused:
        read(no_file)
    assert str(no_file) in str(refused.value)
