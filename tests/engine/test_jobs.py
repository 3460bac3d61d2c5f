"""What several runs of one job share."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.engine.jobs import _left
from bench.runs import RunFolder
from bench.types import ClipRecord


def test_one_limit_holds_for_all_runs_of_a_job(tmp_path: Path) -> None:
    others = [RunFolder(tmp_path / name) for name in ("a", "b")]
    for folder, cost in zip(others, (0.25, 1.5), strict=True):
        folder.write_record(ClipRecord("cat", 0, None, "", cost=cost, error="lost"))
    assert _left(2.0, others) == pytest.approx(0.25)
    assert _left(1.0, others) == pytest.approx(-0.75)
    assert _left(None, others) is None
