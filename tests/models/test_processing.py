"""Treatments of clips: lengths and rates derived by hand, pixels that must not change, and names of runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import models
from bench.base.progress import Progress
from bench.engine.generation import Generated, Generation, generate
from bench.engine.requests import ModelRequest
from bench.engine.resolve_models import resolve
from bench.errors import Cancelled, ProgramFailed, Unavailable, UnknownName, UsageError
from bench.media import pictures
from bench.models import processing, programs
from bench.models.plans import Plan
from bench.models.processing.frame_rate import frames_at
from bench.models.processing.minterpolate import Minterpolate
from bench.models.processing.realesrgan import RealESRGAN, Settings as UpscalerSettings
from bench.models.processing.resize import Resize
from bench.runs import RunFolder
from bench.types import Case, Clip, Frames, Run, Runtime, Suite


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "clip"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    pictures.write(tmp_path / "duck.png", sliding(1)[0])
    return Case("duck", tmp_path / "duck.png")


def sliding(count: int, speed: int = 4, height: int = 64, width: int = 96) -> Frames:
    """Smooth texture that moves to the right by speed pixels per frame."""
    y, x = np.mgrid[:height, :width].astype(float)
    moved = (x[None] - speed * np.arange(count)[:, None, None], y[None] + 0 * np.arange(count)[:, None, None])
    waves = [np.sin(moved[0] / a) * np.cos(moved[1] / b) for a, b in ((5, 7), (9, 4), (6, 11))]
    return np.stack([128 + 100 * wave for wave in waves], axis=-1).round().astype(np.uint8)


@pytest.mark.parametrize(
    ("count", "rate", "to_rate", "expected"),
    [
        (6, 8, 16, 11),
        (14, 7, 21, 40),
        (2, 8, 16, 3),
        (1, 8, 16, 1),
        (9, 8, 4, 5),
        (5, 10, 25, 11),
        (3, 29.97, 59.94, 5),
    ],
)
def test_no_frame_is_dropped_at_the_end(
    log: Path, count: int, rate: float, to_rate: float, expected: int
) -> None:
    """(count - 1) / rate seconds lie between the first frame and the last: their frames at to_rate, and one more."""
    treatment = Minterpolate(f"{to_rate:g}")
    clip = Clip(sliding(count), rate)
    made = treatment.apply(clip, log)
    assert len(made) == expected == frames_at(count, rate, to_rate)
    assert made.fps == to_rate
    assert (made.frames[0] == clip.frames[0]).all()
    plan = treatment.plan(Plan(frames=count, fps=rate))
    assert (plan.frames, plan.fps) == (expected, to_rate)


def test_frames_of_the_source_are_untouched_and_those_between_lie_between(log: Path) -> None:
    source = sliding(6)
    made = Minterpolate("16").apply(Clip(source, 8.0), log).frames.astype(float)
    assert (made[::2] == source).all()
    ideal = sliding(12, speed=2)[1:-1:2].astype(float)  # half way between two frames
    middle = (slice(None), slice(16, -16), slice(24, -24))  # what comes in at the edge is unknown
    error = np.abs(made[1::2] - ideal)[middle].mean()
    repeated = np.abs(source[:-1].astype(float) - ideal)[middle].mean()
    assert error < repeated / 4


def test_a_still_clip_stays_still(log: Path) -> None:
    still = np.repeat(sliding(1), 5, axis=0)
    made = Minterpolate("24").apply(Clip(still, 8.0), log).frames
    assert np.abs(made.astype(int) - still[0]).max() <= 2  # YUV 4:4:4 in 8 bits and back


def test_interpolation_is_the_same_every_time_and_can_be_stopped(log: Path) -> None:
    clip = Clip(sliding(4), 8.0)
    first, again = (Minterpolate("20").apply(clip, log).frames for _ in range(2))
    assert (first == again).all()

    def stop() -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        Minterpolate("20").apply(clip, log, stop)


def write_compact(path: Path, scale: int, width: int = 8) -> Path:
    """Random weights in the layout of realesr-animevideov3.pth: convolutions and PReLUs in turn, under 'params'."""
    channels = [(width, 3), (width, width), (3 * scale**2, width)]
    state: dict[str, Any] = {}
    for number, (out, into) in enumerate(channels):
        state |= convolution(f"body.{2 * number}", out, into)
        if number < len(channels) - 1:
            state[f"body.{2 * number + 1}.weight"] = np.full(out, 0.25, np.float32)
    return saved(path, "params", state)


def write_rrdb(path: Path, width: int = 16, growth: int = 32) -> Path:
    """Random weights in the layout of RealESRGAN_x2plus.pth (one block of 23), whose input is unshuffled by 2."""
    state = convolution("conv_first", width, 12)
    for block, layer in [(block, layer) for block in (1, 2, 3) for layer in range(1, 6)]:
        into = width + (layer - 1) * growth
        state |= convolution(f"body.0.rdb{block}.conv{layer}", width if layer == 5 else growth, into)
    for name in ("conv_body", "conv_up1", "conv_up2", "conv_hr"):
        state |= convolution(name, width, width)
    return saved(path, "params_ema", state | convolution("conv_last", 3, width))


def convolution(name: str, out: int, into: int) -> dict[str, Any]:
    rng = np.random.default_rng(out + into)
    weight = rng.normal(0, (9 * into) ** -0.5, (out, into, 3, 3)).astype(np.float32)
    return {f"{name}.weight": weight, f"{name}.bias": np.full(out, 0.1, np.float32)}


def saved(path: Path, key: str, state: dict[str, Any]) -> Path:
    import torch

    torch.save({key: {name: torch.from_numpy(weight) for name, weight in state.items()}}, path)
    return path


@pytest.fixture(scope="module")
def compact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_compact(tmp_path_factory.mktemp("weights") / "x4.pth", 4)


def upscaler(path: Path, argument: str) -> RealESRGAN:
    treatment = RealESRGAN(argument, UpscalerSettings(str(path)))
    treatment.load()
    return treatment


def test_an_upscaler_does_what_spandrel_does(compact: Path, log: Path) -> None:
    import spandrel
    import torch

    clip = Clip(sliding(2, height=20, width=30), 8.0)
    made = upscaler(compact, "4x").apply(clip, log)
    assert made.frames.shape == (2, 80, 120, 3)
    network = spandrel.ModelLoader().load_from_file(compact)
    with torch.inference_mode():
        expected = network(torch.from_numpy(clip.frames).permute(0, 3, 1, 2).float() / 255).clamp(0, 1)
    levels = (expected * 255).round().permute(0, 2, 3, 1).numpy()
    assert np.abs(levels - made.frames).max() <= 1  # one frame at a time sums in another order


def test_a_network_that_enlarges_more_is_brought_down(compact: Path, log: Path) -> None:
    clip = Clip(sliding(1, height=20, width=30), 8.0)
    whole = upscaler(compact, "4x").apply(clip, log).frames[0]
    half = upscaler(compact, "2x").apply(clip, log)
    assert (half.frames[0] == pictures.fit(whole, 60, 40, "stretch")).all()
    plan = upscaler(compact, "1.5x").plan(Plan(width=30, height=20))
    assert (plan.width, plan.height) == (45, 30)


def test_rrdbnet_in_its_published_layout(tmp_path: Path, log: Path) -> None:
    path = write_rrdb(tmp_path / "x2plus.pth")
    odd = Clip(sliding(2, height=17, width=15), 8.0)
    made = upscaler(path, "2x").apply(odd, log).frames
    assert made.shape == (2, 34, 30, 3)
    assert (made[0] != made[1]).any()
    assert (upscaler(path, "2x").apply(odd, log).frames == made).all()


def test_weights_that_are_none(tmp_path: Path, compact: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REALESRGAN_WEIGHTS", raising=False)
    with pytest.raises(
        Unavailable, match=r"weights of realesrgan@2x are not named; --set realesrgan\.weights="
    ):
        RealESRGAN("2x").load()
    page = tmp_path / "page.pth"
    page.write_text("<html>")
    with pytest.raises(Unavailable, match=r"page\.pth are not an upscaler that spandrel reads"):
        upscaler(page, "2x")
    with pytest.raises(UsageError, match=r"realesrgan@8x: the network of x4\.pth enlarges only 4 times"):
        upscaler(compact, "8x")
    monkeypatch.setenv("REALESRGAN_WEIGHTS", str(compact))
    facts = RealESRGAN("2x").facts()
    assert facts["weights"] == "x4.pth"
    assert len(facts["weights_sha256"]) == 64
    assert str(compact.parent) not in json.dumps(facts)


def test_resize_keeps_the_shape(log: Path) -> None:
    clip = Clip(sliding(2, height=64, width=96), 8.0)
    made = Resize("48x32").apply(clip, log)
    assert (made.frames == pictures.fit_frames(clip.frames, 48, 32, "stretch")).all()
    Resize("100x67").apply(clip, log)  # 66.67: a pixel of rounding
    for make in (
        lambda: Resize("64x64").apply(clip, log),
        lambda: Resize("64x64").plan(Plan(width=96, height=64)),
    ):
        with pytest.raises(UsageError, match="resize@64x64 would distort a clip of 96 x 64"):
            make()


RIFE = """
import pathlib, sys
from PIL import Image
import numpy as np
source = sorted(pathlib.Path(sys.argv[1]).iterdir(), key=lambda path: int(path.stem))
pictures = [np.asarray(Image.open(path)).astype(float) for path in source]
out = pathlib.Path("vid_out"); out.mkdir()
multiple = int(sys.argv[2])
made = [a + (b - a) * k / multiple for a, b in zip(pictures, pictures[1:]) for k in range(multiple)]
for number, picture in enumerate(made):  # the last one is never written, as with Practical-RIFE
    Image.fromarray(picture.round().astype("uint8")).save(out / f"{number:07}.png")
"""


@pytest.fixture
def rife(tmp_path: Path) -> Path:
    """A program that works on folders as Practical-RIFE does: linear interpolation, and a lost last picture."""
    (tmp_path / "rife.py").write_text(RIFE)
    path = tmp_path / "mine.toml"
    words = json.dumps([sys.executable, "{here}/rife.py", "{input}", "{multiple}"])
    path.write_text(f'interpolates = true\ncommand = {words}\noutput = "vid_out"\n')
    return path


def chained(words: str, *assignments: str) -> processing.Treatment:
    (treatment,), rest = processing.chain([words], assignments, "cpu")
    assert rest == []
    return treatment


def test_rife_by_command(rife: Path, log: Path) -> None:
    treatment = chained("rife@24", f"rife.program={rife}")
    treatment.load()
    source = sliding(3)
    made = treatment.apply(Clip(source, 8.0), log)
    assert made.fps == 24
    assert len(made) == 7
    assert (made.frames[::3] == source).all()
    assert treatment.identity()["program"] == "mine"
    with pytest.raises(
        UsageError, match=r"rife@24 multiplies a frame rate by 2, 3, …, and 24 is not such a multiple of 7"
    ):
        treatment.plan(Plan(frames=3, fps=7.0))


def test_rife_that_is_not_here_or_writes_too_little(
    rife: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RIFE_HOME", raising=False)
    with pytest.raises(Unavailable, match=r"variable RIFE_HOME is not set.*git clone"):
        chained("rife@16").load()
    with pytest.raises(UsageError, match="program 'seine' does not say that it interpolates"):
        chained("rife@16", "rife.program=seine")
    (rife.parent / "rife.py").write_text(RIFE.replace("enumerate(made)", "enumerate(made[:4])"))
    with pytest.raises(ProgramFailed, match="rife@16 wrote 4 of 5 frames"):
        chained("rife@16", f"rife.program={rife}").apply(Clip(sliding(3), 8.0), log)


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        ("minterpolat@16", UnknownName, "unknown treatment 'minterpolat': did you mean minterpolate"),
        (
            "minterpolate",
            UsageError,
            "minterpolate is written minterpolate@FPS, as in @16, not 'minterpolate@'",
        ),
        ("minterpolate@nan", UsageError, "a frame rate is above 0"),
        ("minterpolate@1000", UsageError, "at most 240"),
        ("realesrgan@2", UsageError, r"realesrgan@SCALEx, as in @2x, not 'realesrgan@2'"),
        ("realesrgan@9x", UsageError, "from 1x to 8x"),
        ("resize@0x8", UsageError, r"resize@WIDTHxHEIGHT"),
    ],
)
def test_wrong_words(words: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        processing.chain([words], [], "cpu")
    with pytest.raises(error, match=message):
        entrant(f"still+{words}")


def entrant(name: str, *settings: str, case: Case | None = None) -> tuple[models.Model, Run]:
    suite = Suite("mine", "1", "", (case,) if case else ())
    return resolve(ModelRequest((name,), settings=settings), suite, Runtime())[0]


def test_the_name_tells_and_decides_the_run() -> None:
    model, run = entrant("drift+minterpolate@16+resize@48x32", "num_frames=5", "minterpolate.mode=blend")
    assert run.label == model.label == "drift+minterpolate@16+resize@48x32"
    assert run.model == "drift"
    assert run.settings["num_frames"] == 5
    assert run.settings["postprocess"] == [
        {"name": "minterpolate@16", "version": 1, "mode": "blend"}, {"name": "resize@48x32", "version": 1},
    ]  # fmt: skip
    assert run.id.startswith("drift-minterpolate-16-resize-48x32-mine-")
    others = ["drift", "drift+minterpolate@16", "drift+resize@48x32+minterpolate@16", "drift+minterpolate@17"]
    assert len({run.id, *(entrant(name, "num_frames=5")[1].id for name in others)}) == 5
    with pytest.raises(UnknownName, match=r"unknown setting 'rife\.program'"):
        entrant("drift+minterpolate@16", "rife.program=x")
    with pytest.raises(UsageError, match=r"a model is written name\+treatment@argument, not 'drift\+'"):
        entrant("drift+")


def test_a_run_of_a_processed_model(case: Case, tmp_path: Path) -> None:
    model, _ = entrant("drift+minterpolate@16+resize@48x32", "num_frames=5", case=case)
    plan = model.plan(case)
    assert (plan.frames, plan.fps, plan.width, plan.height) == (9, 16, 48, 32)
    folder = RunFolder(tmp_path / "run")
    assert generate(Generation(model, [(case, 0)], folder, Progress())) == Generated(made=1)
    record = folder.record("duck", 0)
    assert record is not None
    used: dict[str, Any] = dict(record.settings)
    assert used["num_frames"] == 5
    assert [each["name"] for each in used["postprocess"]] == ["minterpolate@16", "resize@48x32"]
    assert used["postprocess"][0]["libavfilter"].count(".") == 2
    plain, _ = entrant("drift", "num_frames=5", case=case)
    expected = plain.generate(case, 0)
    for treatment in processing.chain(["minterpolate@16", "resize@48x32"], [], "cpu")[0]:
        expected = treatment.apply(expected, tmp_path / "x")
    assert (model.generate(case, 0).frames == expected.frames).all()


def test_a_failing_treatment_is_a_record(case: Case, tmp_path: Path) -> None:
    model, _ = entrant("drift+resize@64x64", case=case)
    folder = RunFolder(tmp_path / "run")
    assert generate(Generation(model, [(case, 0)], folder, Progress())) == Generated(made=1, failed=1)
    record = folder.record("duck", 0)
    assert record is not None
    assert record.error == "resize@64x64 would distort a clip of 96 x 64"


def test_every_shipped_interpolator_reads() -> None:
    assert [name for name in programs.shipped() if programs.read(name).interpolates] == ["rife"]


PLUGIN = """
from dataclasses import replace
from bench.models import processing
from bench.types import Clip

@processing.add
class Backwards(processing.Treatment):
    name, form = "backwards", "all"

    def plan(self, plan):
        return plan

    def apply(self, clip, log, watch=None):
        return Clip(clip.frames[::-1].copy(), clip.fps)
"""


def test_a_treatment_of_another_package_is_found_by_its_entry_point(tmp_path: Path) -> None:
    (tmp_path / "theirs.py").write_text(PLUGIN)
    metadata = tmp_path / "theirs-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[bench.models.processing]\nbackwards = theirs\n")
    program = (
        "from bench.models import processing; print(*processing.chain(['backwards@all'], [], 'cpu')[0]); "
        "print(*processing.registry)"
    )
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.split() == [
        "backwards@all", "backwards", "minterpolate", "realesrgan", "resize", "rife",
    ]  # fmt: skip
