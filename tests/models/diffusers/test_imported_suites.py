"""A tiny SVD on a suite that was imported, by the command that a user types."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.suites import importing
from tests.command_line import bench
from tests.suites import others
from tests.tiny_checkpoints import Tiny

SMALL = ("width=64", "height=64", "num_frames=3", "steps=1")


@pytest.mark.parametrize("name", ["vbench-i2v", "i2v-bench", "vbvr", "wbench"])
def test_svd_on_an_imported_suite(name: str, tiny: Tiny, tmp_path: Path) -> None:
    theirs = getattr(others, name.replace("-", "_"))(tmp_path / "theirs")
    suite = importing.import_suite(name, theirs, tmp_path / "suites")
    settings = [word for setting in SMALL for word in ("--set", setting)]
    assert suite.folder
    place = ("--suite", suite.folder, "--out", tmp_path / "runs", "--limit", "1", "--seeds", "0")
    metrics = ("--metrics", "temporal_flickering", "--view", "native", "--json", "-q")
    done = bench("run", "svd", "--checkpoint", tiny("svd"), *settings, *place, *metrics)
    assert done.exit_code == 0, done.stdout + done.stderr
    (score,) = json.loads(done.stdout)["scores"]
    assert (score["suite"], score["clips"], score["failed"]) == (suite.name, 1, 0)
    assert 0 < score["mean"] < 1
