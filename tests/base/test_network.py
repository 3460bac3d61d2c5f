"""--offline is HF_HUB_OFFLINE for everything in the process while it lasts; failures are notes in the cache."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from huggingface_hub import HfApi, constants, errors, is_offline_mode

from bench.base import network


@pytest.fixture(autouse=True)
def online(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)


def test_offline_holds_for_libraries_and_child_processes_while_the_block_runs() -> None:
    with network.offline():
        assert (network.is_offline(), network.forbidden_by()) == (True, "--offline")
        assert os.environ["HF_HUB_OFFLINE"] == "1"
        assert is_offline_mode()
        with pytest.raises(errors.OfflineModeIsEnabled):
            HfApi().model_info("org/name")
        with network.offline():
            pass
        assert network.forbidden_by() == "--offline"
        assert is_offline_mode()
    assert (network.is_offline(), network.forbidden_by()) == (False, "")
    assert "HF_HUB_OFFLINE" not in os.environ
    assert not is_offline_mode()


def test_offline_false_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRANSFORMERS_OFFLINE", "true")
    with network.offline(False):
        assert (network.is_offline(), network.forbidden_by()) == (False, "TRANSFORMERS_OFFLINE")
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")  # decides, as in huggingface_hub
    assert network.forbidden_by() == ""


def test_failures_are_remembered_by_place(tmp_path: Path) -> None:
    network.note_failure("a.example", "ConnectError")
    assert network.recent_failure("a.example") == "ConnectError, just now"
    assert network.recent_failure("b.example") == ""
    for note in tmp_path.rglob("*.json"):
        note.write_text("{")
    assert network.recent_failure("a.example") == ""


def test_a_cache_that_cannot_be_written_to_remembers_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "file"))
    network.note_failure("a.example", "ConnectError")
    assert network.recent_failure("a.example") == ""
    network.forget_failures()
