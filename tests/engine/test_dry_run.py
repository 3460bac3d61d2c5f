"""What a dry run says, it says without weights; and a run then does it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.base.progress import Progress
from bench.cli.plan_table import alike
from bench.engine.dry_run import plan
from bench.engine.requests import ModelRequest, Selection
from bench.errors import UsageError
from bench.types import Runtime


def plans(*models: str, settings: tuple[str, ...] = (), seeds: tuple[int, ...] = (0,)) -> list[list[str]]:
    selection = Selection(cases=("cat", "coffee"), seeds=seeds)
    rows = plan(ModelRequest(models, settings=settings), selection, Runtime(), Progress())
    return [
        [row.label, row.case, str(row.clips), str(row.plan.frames), str(row.plan.made_frames), row.error]
        for row in rows
    ]


def test_every_case_of_every_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path))  # nothing is looked for there
    assert plans("still", "svd", seeds=(0, 1)) == [
        ["still", "cat", "2", "16", "None", ""],
        ["still", "coffee", "2", "16", "None", ""],
        ["svd", "cat", "2", "14", "14", ""],
        ["svd", "coffee", "2", "14", "14", ""],
    ]
    assert list(tmp_path.iterdir()) == []


def test_frames_that_a_pipeline_makes_and_those_that_are_kept() -> None:
    (row, _) = plans("cogvideox-5b-i2v", settings=("num_frames=13",))
    assert row[3:5] == ["13", "17"]  # 8k + 1


def test_what_cannot_be_made_is_said() -> None:
    assert "480" in plans("cogvideox-5b-i2v", settings=("width=64",))[0][-1]


def test_an_unknown_setting_is_wrong_use() -> None:
    with pytest.raises(UsageError, match="unknown setting 'speed'"):
        plans("svd", settings=("speed=3",))


def test_cases_that_are_planned_alike_are_one_line() -> None:
    selection = Selection(cases=("cat", "coffee"))
    rows = plan(ModelRequest(("still", "svd")), selection, Runtime(), Progress())
    assert [[row.case for row in group] for group in alike(rows)] == [["cat", "coffee"]] * 2
