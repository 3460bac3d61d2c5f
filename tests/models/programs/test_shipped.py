"""The program files that are shipped: complete, and with everything in its place."""

from __future__ import annotations

import csv
import io
import os
import runpy
import sys
from pathlib import Path

import pytest

from bench import models
from bench.errors import Unavailable, UsageError
from bench.media import pictures
from bench.models import programs
from bench.models.programs import outputs, templates
from bench.models.programs.command import Command, Settings
from tests.models.programs.made_programs import number, picture

SHIPPED = programs.shipped()


def test_what_is_shipped() -> None:
    assert {"consisti2v", "dynamicrafter", "seine", "tora", "open-sora", "rife"} <= set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_file_is_complete_and_says_what_is_missing(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = programs.read(name)
    assert program.title
    assert program.licence
    assert program.install
    assert program.version == ["git", "rev-parse", "HEAD"]
    assert "{env:" in program.cwd + "".join(program.command) + "".join(program.env.values())
    if not program.interpolates:
        for variable in [each for each in os.environ if each.endswith("_HOME")]:
            monkeypatch.delenv(variable)
        with pytest.raises(Unavailable, match=r"variable .* is not set"):
            Command(Settings(name)).load()


@pytest.mark.parametrize("name", sorted(set(SHIPPED) - {"rife"}))
def test_a_shipped_program_is_a_model_of_its_own_name(name: str) -> None:
    program, model = programs.read(name), models.registry[name]()
    assert (model.label, model.card.name, model.card.title) == (name, name, program.title)
    assert (model.card.frames, model.card.width) == (program.frames, program.width)
    assert model.checkpoint.digest  # of its file: another one is another run
    with pytest.raises(UsageError, match=f"model '{name}' is a program already"):
        models.registry[name](Settings("my.toml"))


def test_an_interpolator_is_no_model() -> None:
    assert "rife" not in models.registry


HOSTILE_PROMPT = 'a "cat"\nand {seed}, --x'


@pytest.mark.parametrize("name", sorted(set(SHIPPED) - {"rife"}))
def test_a_shipped_file_puts_everything_in_its_place(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("CONSISTI2V", "DYNAMICRAFTER", "SEINE", "OPEN_SORA", "TORA"):
        monkeypatch.setenv(f"{variable}_HOME", "/home/of/it")
    monkeypatch.setenv("TORA_MODEL", "/home/of/weights")
    program = programs.read(name)
    model = Command(Settings())
    model._program = program
    values = dict.fromkeys(templates.OF_A_CLIP | templates.OF_A_START, "") | model._inputs.fixed
    values |= {"prompt": HOSTILE_PROMPT, "seed": "17", "workdir": "/w", "image": "/w/image.png"}
    words = program.words(values)
    staged = {place: templates.filled(text, values) for place, text in program.stage.items()}
    assert any("17" in word for word in words) or "seed: 17" in staged["sample.yaml"]
    assert SAYS_PROMPT[name] in [*words, *staged.values()] or any(
        SAYS_PROMPT[name] in text for text in staged.values()
    )
    if name == "seine":
        yaml = pytest.importorskip("yaml").safe_load(staged["sample.yaml"])
        assert yaml["additional_prompt"] == f"{HOSTILE_PROMPT}, slow motion."
        assert yaml["image_size"] == [240, 560]
    if name == "open-sora":
        rows = list(csv.DictReader(io.StringIO(staged["prompts.csv"])))
        assert rows == [{"text": HOSTILE_PROMPT, "ref": "/w/image.png"}]


SAYS_PROMPT = {
    "consisti2v": f"--prompt={HOSTILE_PROMPT}",
    "dynamicrafter": 'a "cat" and {seed}, --x\n',
    "open-sora": 'a ""cat""\nand {seed}',
    "seine": '\\"cat\\"\\nand {seed}',
    "tora": f"--prompt={HOSTILE_PROMPT}",
}


TORA_PIPELINE = """
import json, sys
from types import SimpleNamespace
from PIL import Image

class ToraImageToVideoPipeline:
    @classmethod
    def from_pretrained(cls, path, torch_dtype):
        made = cls()
        made.scheduler = SimpleNamespace(config={"num_train_timesteps": 1000})
        return made

    def to(self, device):
        self.device = device

    def __call__(self, image, video_flow, num_frames, width, height, **words):
        assert type(self.scheduler).__name__ == "CogVideoXDPMScheduler" and words["use_dynamic_cfg"]
        assert tuple(video_flow.shape) == (1, num_frames, 3, height, width) and abs(video_flow).max() <= 1
        print(words["prompt"], words["generator"].initial_seed(), file=sys.stderr)
        return SimpleNamespace(frames=[[image.resize((width, height))] * num_frames])
"""


TORA_TRAJECTORIES = """
import pathlib
import torch

def process_traj(files, frames, size, device):
    points = [tuple(map(int, line.split(","))) for line in pathlib.Path(files[0]).read_text().splitlines()]
    assert len(points) == frames and max(max(point) for point in points) < 256
    flow = torch.zeros(frames, *size, 2)
    flow[1:, 10, 10] = 3.0
    return flow, points
"""


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_toras_wrapper_saves_the_frames_of_the_pipeline_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tora's two modules are replaced; the calls and their arguments are those of its published script."""
    home = tmp_path / "diffusers-version"
    (home / "tora").mkdir(parents=True)
    (home / "tora" / "__init__.py").write_text("")
    (home / "tora" / "i2v_pipeline.py").write_text(TORA_PIPELINE)
    (home / "tora" / "traj_utils.py").write_text(TORA_TRAJECTORIES)
    case = picture(tmp_path, "duck", "-- it swims", trajectory=((10.0, 10.0), (50.0, 20.0)))
    monkeypatch.setenv("TORA_HOME", str(tmp_path))
    monkeypatch.setenv("TORA_MODEL", str(tmp_path))
    model = Command(Settings("tora", num_frames=5, width=64, height=48))
    work = tmp_path / "work"
    values = model._inputs.written(case, 0, pictures.read(case.image), work)
    words = model.program.words(values)
    monkeypatch.setattr(sys, "argv", [*words[1:], "--device", "cpu"])
    monkeypatch.setattr(sys, "path", list(sys.path))
    runpy.run_path(words[1], run_name="__main__")
    clip = model._clip(outputs.found(model.program, work))
    assert (clip.frames == pictures.fit(pictures.read(case.image), 64, 48, "cover")).all()
    assert (len(clip), clip.fps) == (5, 8)
    assert capsys.readouterr().err.strip().endswith(f"-- it swims {number(case, 0)}")
