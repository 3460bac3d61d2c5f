"""`bench doctor` on the machine itself: codecs, cache, room, GPU."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from bench.doctor import machine
from bench.doctor.findings import Checkup, Finding
from bench.media import video
from bench.types import Clip, Runtime


@pytest.fixture(scope="module")
def this_machine() -> Checkup:
    return machine.checkup()


def found(checkup: Checkup, what: str) -> Finding:
    (finding,) = [each for each in checkup.findings if each.what == what]
    return finding


def test_this_machine_can_run_what_needs_nothing(this_machine: Checkup) -> None:
    assert this_machine.is_fit, str(this_machine)
    assert found(this_machine, "codec lossless").found.startswith("ffv1")
    assert found(this_machine, "codec preview").found.startswith("h264")
    assert "numpy" in found(this_machine, "packages").found
    assert "HF_HUB_OFFLINE" in found(this_machine, "hub").found
    assert found(this_machine, "weights of fvd_lite0, lite0").state == "ok"
    clipsim, judge = (
        found(this_machine, "weights of clipsim, vbench_background_consistency"),
        found(this_machine, "metric judge"),
    )
    assert (clipsim.state, clipsim.found) == ("note", "ViT-B-32.pt, 354 MB, MIT: not here")
    assert (judge.state, judge.found) == ("note", "it has no model to ask")
    assert "judge.address" in judge.remedy


def test_a_cache_that_cannot_be_written_to_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "file" / "cache"))
    finding = found(machine.checkup(), "cache")
    assert (finding.state, finding.remedy) == (
        "missing",
        "set BENCH_CACHE to a folder that can be written to",
    )


def test_a_gpu_is_named_with_its_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    card = SimpleNamespace(name="A GPU", total_memory=80_000_000_000)
    cuda = SimpleNamespace(get_device_properties=lambda device: card, device_count=lambda: 2)
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
    monkeypatch.setattr(machine.devices, "resolve", lambda *words: Runtime("cuda:0", "float16"))
    assert found(machine.checkup(), "GPU").found == "A GPU with 80 GB, A GPU with 80 GB"
    assert machine.memory("cuda:0") == 80e9


def test_a_gpu_that_torch_cannot_use_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.devices, "resolve", lambda *words: Runtime("cpu", "float32"))
    monkeypatch.setattr(machine, "DRIVERS", (tmp_path,))
    finding = found(machine.checkup(), "GPU")
    assert (finding.state, finding.found) == ("note", "there is one, and this torch cannot use it")
    monkeypatch.setattr(machine, "DRIVERS", (tmp_path / "nothing",))
    assert found(machine.checkup(), "GPU").found.startswith("none")


def test_little_room_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "LOW_DISK", float("inf"))
    assert found(machine.checkup(), "cache").state == "note"


@pytest.mark.parametrize("fault", ["darker", "raises"])
def test_a_codec_that_changes_pixels_or_fails_is_missing(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = video.write_clip

    def write(path: Path, clip: Clip) -> None:
        if fault == "raises":
            raise ValueError("no such encoder: ffv1")
        sound(path, Clip(clip.frames // 2, clip.fps))

    monkeypatch.setattr(video, "write_clip", write)
    finding = found(machine.checkup(), "codec lossless")
    assert finding.state == "missing"
    assert finding.found in ("another clip comes back", "ValueError: no such encoder: ffv1")
