"""Generation makes what is missing, and nothing that goes wrong with one clip touches another."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest

from bench import models
from bench.base.progress import Progress
from bench.engine.generation import Generated, Generation, generate
from bench.errors import BadImage, Cancelled
from bench.media import video
from bench.runs import RunFolder
from bench.types import Case, Clip, ModelCard
from tests.made import moving_clip, suite


class Scripted(models.Model):
    """Does what its script says for each case; counts what is done to it."""

    card = ModelCard(
        name="scripted", title="", version=1, reads_text=True, frames=None, fps=None, width=None, height=None,
        weights=None, licence="", paper="",
    )  # fmt: skip
    script: ClassVar[dict[str, BaseException]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []

    def load(self) -> None:
        self.done.append("load")

    def unload(self) -> None:
        self.done.append("unload")

    def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
        self.done.append(f"{case.id}-{seed}")
        if case.id in self.script:
            raise self.script[case.id]
        return moving_clip(seed=seed)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path / "run")


@pytest.fixture
def samples(tmp_path: Path) -> list[tuple[Case, int]]:
    return [(case, seed) for case in suite(tmp_path).cases for seed in (0, 1)]


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    monkeypatch.setattr(Scripted, "script", {})
    return Scripted()


def test_every_sample_is_made_once(
    model: Scripted, samples: list[tuple[Case, int]], folder: RunFolder
) -> None:
    assert generate(Generation(model, samples[:2], folder, Progress())) == Generated(made=2)
    assert generate(Generation(model, samples, folder, Progress())) == Generated(made=4, kept=2)
    assert [word for word in model.done if "load" not in word] == [
        f"{case.id}-{seed}" for case, seed in samples
    ]


def test_a_prompt_that_the_model_rewrote_is_on_its_record_without_secrets(
    samples: list[tuple[Case, int]], folder: RunFolder
) -> None:
    class Rewriting(Scripted):
        def secrets(self) -> list[str]:
            return ["sk-1234567890"]

        def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
            clip = super().generate(case, seed, step)
            if seed == 1:
                self.prompt_sent = f"{case.prompt}, sk-1234567890"
            return clip

    generate(Generation(Rewriting(), samples[:2], folder, Progress()))
    kept, rewritten = folder.records()
    assert kept.prompt_sent == ""
    assert rewritten.prompt_sent.startswith(samples[0][0].prompt)
    assert "sk-1234567890" not in rewritten.prompt_sent


def test_a_second_run_does_not_even_load(
    model: Scripted, samples: list[tuple[Case, int]], folder: RunFolder
) -> None:
    generate(Generation(model, samples, folder, Progress()))
    again = Scripted()
    assert generate(Generation(again, samples, folder, Progress())) == Generated(kept=6)
    assert again.done == []


def test_clips_are_stored_without_loss(
    model: Scripted, samples: list[tuple[Case, int]], folder: RunFolder
) -> None:
    generate(Generation(model, samples[:2], folder, Progress()))
    record = folder.record("c0", 1)
    assert record is not None
    assert record.seconds is not None
    stored, expected = video.read_clip(folder.locate(record)), moving_clip(seed=1)
    assert (stored.frames == expected.frames).all()
    assert stored.fps == expected.fps


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (BadImage("image c1.png is cut short"), "image c1.png is cut short"),
        (ValueError("boom\nat length"), "ValueError: boom at length"),
    ],
)
def test_a_failure_is_a_record_and_a_model_that_broke_is_loaded_afresh(
    model: Scripted, samples: list[tuple[Case, int]], folder: RunFolder, error: Exception, reason: str
) -> None:
    model.script["c1"] = error
    assert generate(Generation(model, samples[::2], folder, Progress())) == Generated(made=3, failed=1)
    assert [record.error for record in folder.records()] == ["", reason, ""]
    afresh = [] if isinstance(error, BadImage) else ["unload", "load"]
    assert model.done == ["load", "c0-0", "c1-0", *afresh, "c2-0", "unload"]


def test_a_clip_that_no_file_holds_is_a_failure(
    model: Scripted, samples: list[tuple[Case, int]], folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "generate", lambda *_: moving_clip(fps=1e-9))
    assert generate(Generation(model, samples[:1], folder, Progress())) == Generated(made=1, failed=1)
    (record,) = folder.records()
    assert record.error == "a clip of 1e-09 frames per second cannot be written: a file states 0.001 at least"


def test_a_failure_is_kept_until_it_is_asked_for_again(
    model: Scripted, samples: list[tuple[Case, int]], folder: RunFolder
) -> None:
    model.script["c1"] = ValueError("no memory")
    generate(Generation(model, samples[::2], folder, Progress()))
    model.script.clear()
    assert generate(Generation(model, samples[::2], folder, Progress())) == Generated(kept=3)
    assert generate(Generation(model, samples[::2], folder, Progress(), retry_failed=True)) == Generated(
        made=1, kept=2
    )
    assert not any(record.error for record in folder.records())


@pytest.mark.parametrize("error", [Cancelled("stop"), KeyboardInterrupt()])
def test_stopping_keeps_what_is_finished(
    model: Scripted, samples: list[tuple[Case, int]], folder: RunFolder, error: BaseException
) -> None:
    model.script["c1"] = error
    with pytest.raises(type(error)):
        generate(Generation(model, samples, folder, Progress()))
    assert [(record.case, record.seed) for record in folder.records()] == [("c0", 0), ("c0", 1)]
    assert model.done[-1] == "unload"


def test_a_clip_that_was_damaged_is_made_again(
    model: Scripted, samples: list[tuple[Case, int]], folder: RunFolder
) -> None:
    generate(Generation(model, samples, folder, Progress()))
    folder.clip_path("c0", 0).write_bytes(b"short")
    assert generate(Generation(model, samples, folder, Progress())) == Generated(made=1, kept=5)
