"""What a dry run says, it says without weights; and a run then does it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.base.progress import Progress
from bench.cli.plan_table import alike, outlook_lines
from bench.doctor import outlook
from bench.engine import jobs
from bench.engine.dry_run import PlannedCase, plan
from bench.engine.requests import ModelRequest, RunConfig, Selection
from bench.errors import UsageError
from bench.models import checkpoints
from bench.models.plans import Plan
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


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            ModelRequest(("svd",), checkpoints=("/nowhere",)),
            "checkpoint '/nowhere' does not exist as a folder",
        ),
        (ModelRequest(("svd",), checkpoints=("{folder}",)), "holds no model_index.json"),
        (ModelRequest(("svd",), loras=("{folder}/a.ckpt",)), "is not a .safetensors file"),
        (ModelRequest(("svd",), components=("unet={folder}",)), "holds no config.json"),
        (ModelRequest(("svd", "still"), loras=("x",)), "--lora needs exactly one --model, not 2"),
        (
            ModelRequest(("still",), checkpoints=("{folder}",)),
            "has no weights, so --checkpoint means nothing",
        ),
    ],
)
def test_weights_that_are_none_are_the_error_of_the_run(
    asked: ModelRequest, said: str, tmp_path: Path
) -> None:
    (tmp_path / "a.ckpt").write_text("x")

    def here(words: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(word.format(folder=tmp_path) for word in words)

    asked = replace(
        asked,
        checkpoints=here(asked.checkpoints),
        loras=here(asked.loras),
        components=here(asked.components),
    )
    with pytest.raises(UsageError, match=said) as planned:
        plan(asked, Selection(limit=1), Runtime(), Progress())
    with pytest.raises(UsageError) as run:
        jobs.run(asked, Selection(limit=1), None, RunConfig(tmp_path / "runs"), Progress())
    assert str(planned.value) == str(run.value)


def test_every_checkpoint_is_planned_without_reading_its_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "_folder_digest", lambda path: pytest.fail(f"{path} was read"))
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model_index.json").write_text("{}")
    asked = ModelRequest(("svd",), checkpoints=(str(tmp_path / "a"), str(tmp_path / "b")))
    rows = plan(asked, Selection(limit=1), Runtime(), Progress())
    assert [row.label for row in rows] == ["svd@a", "svd@b"]


def test_a_stored_run_says_how_long_it_will_take(tmp_path: Path) -> None:
    config = RunConfig(tmp_path)
    short, long = (ModelRequest(("still",), settings=(f"num_frames={frames}",)) for frames in (2, 3))
    (before,) = outlook.outlooks(short, config)
    assert (before.seconds, before.like) == (None, "")
    report = jobs.run(short, Selection(limit=1), None, config, Progress())
    (same,), (other,) = outlook.outlooks(short, config), outlook.outlooks(long, config)
    assert same.like == other.like == report.folders[0].run.id
    assert (same.is_alike, other.is_alike) == (True, False)
    (record,) = report.folders[0].records()
    assert same.seconds == record.seconds
    rows = [PlannedCase("still", "cat", 90, Plan())]
    told = list(outlook_lines(rows, [replace(same, seconds=40.0)], []))
    assert told == [
        "to be fetched: nothing",
        f"still: about 1 h 0 min for 90 clips, 40 s per clip as in {same.like}",
    ]


def test_memory_is_that_of_the_weights_or_of_the_cards_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlook.machine, "memory", lambda device: 80e9)
    runtime = Runtime(dtype="float16")
    (wan,) = outlook.outlooks(ModelRequest(("wan2.1-i2v-480p",)), RunConfig(runtime=runtime))
    assert (wan.memory, wan.memory_here) == (28e9, 80e9)
    assert [fetch.name for fetch in wan.fetches] == ["Wan-AI/Wan2.1-I2V-14B-480P-Diffusers"]
    (_, line) = outlook_lines([], [wan], [])
    assert line.startswith("wan2.1-i2v-480p: at least 28 GB of memory, this machine has 80 GB; time unknown")
    (_, line) = outlook_lines([], [replace(wan, memory=90e9)], [])
    assert "at least 90 GB of memory, this machine has 80 GB, too little" in line


def test_an_unknown_setting_is_wrong_use() -> None:
    with pytest.raises(UsageError, match="unknown setting 'speed'"):
        plans("svd", settings=("speed=3",))


def test_cases_that_are_planned_alike_are_one_line() -> None:
    selection = Selection(cases=("cat", "coffee"))
    rows = plan(ModelRequest(("still", "svd")), selection, Runtime(), Progress())
    assert [[row.case for row in group] for group in alike(rows)] == [["cat", "coffee"]] * 2
