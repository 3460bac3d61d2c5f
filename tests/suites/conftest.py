"""Fixtures for tests of suites."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.suites.importing import msrvtt, ucf101
from tests.suites.small_suite import write_suite


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A suite in ./small of an empty current folder."""
    monkeypatch.chdir(tmp_path)
    return write_suite(tmp_path / "small")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder; datasets are as large as those of others.py."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(ucf101, "CLIPS", 4)
    monkeypatch.setattr(msrvtt, "CLIPS", 2)
    return tmp_path
