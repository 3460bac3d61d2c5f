"""What made a clip is said with the clip, whatever measures it later."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import bench
from bench.base import provenance
from bench.engine.clip_maker import _billed
from bench.runs import RunFolder, find, stored_values
from bench.types import ClipRecord, Receipt


def _made(out: Path) -> RunFolder:
    bench.run("still", limit=1, settings={"num_frames": 2}, metrics="ssim", out=out, show_progress=False)
    (folder,) = find(out)
    return folder


def test_a_row_measured_under_another_diffusers_names_the_one_that_made_the_clip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provenance, "versions", lambda libraries: dict.fromkeys(libraries, "0.41"))
    folder = _made(tmp_path)
    monkeypatch.setattr(provenance, "versions", lambda libraries: dict.fromkeys(libraries, "0.42.1"))
    provenance.software.cache_clear()
    bench.run(
        "still", limit=1, settings={"num_frames": 2}, metrics="flicker", out=tmp_path, show_progress=False
    )
    provenance.software.cache_clear()
    found = [row for row in folder.rows.read()[0] if row.metric == "flicker_severe"]
    (row,) = [row for row in found if row.view == "native"]
    assert json.loads(row.made_with)["diffusers"] == "0.41"
    assert json.loads(row.made_with)["hardware"] == provenance.hardware("cpu") != ""
    assert json.loads(row.software)["numpy"] == "0.42.1"
    assert "diffusers" not in json.loads(row.software)


def test_a_clip_without_the_note_claims_nothing(tmp_path: Path) -> None:
    """Such as clips that an earlier version made."""
    folder = _made(tmp_path)
    (path,) = (folder.path / "clips").glob("*.json")
    content = json.loads(path.read_text())
    del content["made_with"], content["file_sha256"]
    path.write_text(json.dumps(content))
    assert stored_values.read_record(path).made_with == {}
    bench.run(
        "still", limit=1, settings={"num_frames": 2}, metrics="flicker", out=tmp_path, show_progress=False
    )
    assert {row.made_with for row in folder.rows.read()[0] if row.metric.startswith("flicker")} == {""}


def test_nothing_is_known_of_what_made_a_clip_elsewhere() -> None:
    here = ClipRecord("a", 0, "a.mkv", "", made_with={"hardware": "this CPU"})
    assert _billed(here, Receipt("a service")).made_with == {}
    assert _billed(here, None) == here
