"""A program that makes many clips per start: only what is missing, and each failure alone."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.base.progress import Progress
from bench.engine.generation import Generated, Generation, generate
from bench.media import video
from bench.models.programs.command import Command, Settings
from bench.runs import RunFolder
from bench.types import Case, Clip
from tests.models.programs.made_programs import EXAMPLE, Write, expected, number, picture


@pytest.fixture
def batch(write: Write, tmp_path: Path) -> Callable[..., str]:
    def written(*words: str) -> str:
        start = [sys.executable, str(EXAMPLE), "--requests", "{request}", "--note", str(tmp_path / "starts")]
        return write(command=[*start, *words], batch=True)

    return written


@pytest.fixture
def samples(tmp_path: Path) -> list[tuple[Case, int]]:
    return [(picture(tmp_path, name, f"a {name}"), 0) for name in ("ant", "bees", "camel", "donkey")]


def starts(tmp_path: Path) -> list[str]:
    return (tmp_path / "starts").read_text().splitlines()


def test_a_batch_program_starts_once_and_makes_only_what_is_missing(
    batch: Callable[..., str], samples: list[tuple[Case, int]], tmp_path: Path
) -> None:
    folder = RunFolder(tmp_path / "run")
    assert generate(Generation(Command(Settings(batch())), samples[1:2], folder, Progress())) == Generated(
        made=1
    )
    assert generate(Generation(Command(Settings(batch())), samples, folder, Progress())) == Generated(
        made=3, kept=1
    )
    assert starts(tmp_path) == ["bees-0", "ant-0 camel-0 donkey-0"]
    for case, seed in samples:
        record = folder.record(case.id, seed)
        assert record is not None
        clip: Clip = video.read_clip(folder.locate(record))
        assert (clip.frames == expected(case, number(case, seed))).all()


@pytest.mark.parametrize(
    ("fault", "again", "error"),
    [
        ("--crash-on", ["camel-0 donkey-0"], "program 'mine' exits with code 1: Segmentation fault"),
        ("--skip", [], "program 'mine': the prompt is not allowed"),
    ],
)
def test_a_clip_that_crashes_a_batch_or_is_refused_by_it_fails_alone(
    fault: str,
    again: list[str],
    error: str,
    batch: Callable[..., str],
    samples: list[tuple[Case, int]],
    tmp_path: Path,
) -> None:
    """After a crash the program is started again for what is left; after a refusal it goes on."""
    folder = RunFolder(tmp_path / "run")
    model = Command(Settings(batch(fault, "bees")))
    assert generate(Generation(model, samples, folder, Progress())) == Generated(made=4, failed=1)
    assert starts(tmp_path) == ["ant-0 bees-0 camel-0 donkey-0", *again]
    assert [record.error for record in folder.records()] == ["", error, "", ""]


def test_a_batch_that_never_makes_anything_is_started_twice_at_most(
    batch: Callable[..., str], samples: list[tuple[Case, int]], tmp_path: Path
) -> None:
    folder = RunFolder(tmp_path / "run")
    model = Command(Settings(batch("--crash-on", "a")))
    everything = [(picture(tmp_path, name), 0) for name in ("a1", "a22", "a333", "a4444")]
    assert generate(Generation(model, everything, folder, Progress())) == Generated(made=4, failed=4)
    assert len(starts(tmp_path)) == 2


def test_a_batch_is_ended_when_the_run_is(
    batch: Callable[..., str], samples: list[tuple[Case, int]], tmp_path: Path
) -> None:
    model = Command(Settings(batch()))
    model.load()
    model.expect(samples)
    model.generate(*samples[0])
    assert model._batches.current is not None
    workdir = model._batches.current.workdir
    model.unload()
    assert not workdir.exists()
