"""A comparison for programs."""

from __future__ import annotations

import json

from bench.comparison import records
from bench.comparison.differences import Comparison
from bench.comparison.gates import BrokenGate, Gate
from tests.comparison.made_pairs import losing


def test_json_holds_everything() -> None:
    pair = losing()
    broken = [BrokenGate(Gate("ssim_mean"), pair, pair.differences[1])]
    found = json.loads(json.dumps(records.as_json(Comparison("demo@0", (pair,)), broken)))
    first = next(each for each in found["pairs"][0]["differences"] if each["metric"] == "ssim_mean")
    assert (first["verdict"], len(first["by_case"]), first["by_case"][0]["case"]) == ("worse", 7, "c6")
    assert first["by_case"][-1]["b_clip"] == "/runs/b (1)/clips/c0-0.mkv"
    assert found["worse"] == [{"metric": "ssim_mean", "margin": 0.0, "run": "b-run"}]
