"""A function of the caller is a model: it gets what it has parameters for, and its run says that it was in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import bench
from bench.errors import UsageError
from bench.media import video
from bench.runs import find
from bench.types import Clip
from tests.made import written_suite

ASKED: dict[str, Any] = {"suite": "two", "metrics": "flicker", "view": "native", "show_progress": False}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    written_suite(tmp_path / "two", 2)


def still(image: Any, frames: int = 4) -> Any:
    return np.repeat(np.asarray(image.resize((64, 48)))[None], frames, axis=0)


def test_what_it_gives_is_measured_and_the_run_says_where_it_was() -> None:
    rows = bench.run(still, "mine@step-500", **ASKED)
    assert bench.scores(rows).set_index("metric").loc["flicker_max_step", "mean"] == 0
    assert set(rows["model"]) == {"in-memory"}
    assert set(rows["label"]) == {"mine@step-500"}
    assert set(rows["checkpoint"]) == {"in memory"}
    assert "test_in_memory.still" in rows["settings"].iloc[0]
    (folder,) = find(Path("runs"))
    assert [(each.source, each.digest) for each in folder.run.weights] == [("in memory", "")]


def test_it_is_given_what_it_has_parameters_for() -> None:
    seen: list[dict[str, Any]] = []

    def model(image: Any, prompt: str, *, seed: int, num_frames: int, fps: float, strength: float) -> Any:
        seen.append({"mode": image.mode, "prompt": prompt, "seed": seed, "fps": fps, "strength": strength})
        return still(image, num_frames)

    rows = bench.run(model, "mine", settings={"frames": 3, "fps": 6, "strength": 0.5}, **ASKED)
    assert rows["reads_text"].all()
    assert [each["mode"] for each in seen] == ["RGB", "RGB"]
    assert [each["prompt"] for each in seen] == ["", ""]
    assert len({each["seed"] for each in seen if 0 <= each["seed"] < 2**32}) == 2
    assert (seen[0]["fps"], seen[0]["strength"]) == (6, 0.5)
    (folder,) = find(Path("runs"))
    clip = video.read_clip(folder.locate(folder.records()[0]))
    assert (len(clip), clip.fps) == (3, 6)


def test_draws_from_global_generators_depend_on_case_and_seed_alone() -> None:
    def noise(image: Any) -> Any:
        return np.random.default_rng(np.random.randint(2**31)).integers(
            0, 256, (3, 32, 32, 3), dtype=np.uint8
        )

    def drawn(name: str, **more: Any) -> dict[str, str]:
        bench.run(noise, name, **{**ASKED, **more})
        (folder,) = [each for each in find(Path("runs")) if each.run.label == name]
        return {record.case: record.sha256 for record in folder.records()}

    both = drawn("both")
    assert len(set(both.values())) == 2
    last = list(both)[1]
    assert drawn("one", cases=last)[last] == both[last]


FORMS: dict[str, Any] = {
    "floats": lambda frames: frames / 255,
    "channels first": lambda frames: np.moveaxis(frames, -1, 1),
    "pictures": lambda frames: [Image.fromarray(frame) for frame in frames],
    "tensors": lambda frames: [torch.tensor(frame.copy()) for frame in frames],
    "a clip": lambda frames: Clip(frames, 8.0),
}


@pytest.mark.parametrize("form", FORMS)
def test_frames_come_in_every_usual_form(form: str) -> None:
    layout: Any = "TCHW" if form == "channels first" else "THWC"
    rows = bench.run(lambda image: FORMS[form](still(image)), "mine", layout=layout, **ASKED)
    assert "failed" not in set(rows["status"])


def test_clips_of_what_nothing_identifies_are_made_anew_and_under_a_revision_they_are_kept() -> None:
    calls: list[int] = []

    def counted(image: Any) -> Any:
        calls.append(1)
        return still(image, 3 + len(calls))

    for _ in range(2):
        rows = bench.run(counted, "mine", **ASKED)
    assert len(calls) == 4
    assert rows["case"].nunique() == 2
    bench.run(counted, "mine", **{**ASKED, "limit": 1})
    (folder,) = find(Path("runs"))
    assert len(folder.records()) == 1  # the other was of an earlier call
    calls.clear()
    for _ in range(2):
        bench.run(counted, "mine", revision="3f2a, step 500", **ASKED)
    assert len(calls) == 2
    bench.run(counted, "mine", revision="3f2a, step 600", **ASKED)
    assert len(calls) == 4


def test_what_it_gives_wrongly_is_a_failure_with_its_reason() -> None:
    rows = bench.run(lambda image: np.zeros((4, 4)), "mine", **ASKED)
    assert set(rows["status"]) == {"failed"}
    assert rows["error"].str.contains("frames of 'mine' have the shape").all()


@pytest.mark.parametrize(
    ("model", "words", "said"),
    [
        (still, {"name": ""}, "needs name="),
        (still, {"settings": {"steps": 4}}, "'mine' takes no steps: it takes frames"),
        (lambda image, frames: frames, {}, "'mine' needs frames, which nothing fills"),
        (still, {"settings": {"fps": "fast"}}, "fps is a number above 0"),
        (still, {"checkpoint": "out/step-2"}, "checkpoint is for models by name"),
        (still, {"lora": "a.safetensors"}, "lora is for models by name"),
        (still, {"accel": "pab"}, "takes no accel"),
        (still, {"memory": "model"}, "memory is for models by name"),
        (still, {"dtype": "float16"}, "leave dtype out"),
        (lambda: None, {}, "takes none by position"),
        ("still", {}, "for a model in memory"),
    ],
)
def test_what_means_nothing_to_it_is_refused_before_any_work(model: Any, words: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        bench.run(model, **{"name": "mine", **ASKED, **words})
    assert not Path("runs").exists()


def test_a_dry_run_says_what_would_be_made() -> None:
    planned = bench.run(still, "mine", settings={"frames": 5}, dry_run=True, suite="two", show_progress=False)
    assert (
        planned[["label", "clips", "frames", "fps"]].to_dict("records")
        == [{"label": "mine", "clips": 1, "frames": 5, "fps": 8.0}] * 2
    )
