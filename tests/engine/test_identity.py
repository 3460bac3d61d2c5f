"""Which run is it."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from bench import models
from bench.engine.identity import run_id, run_of
from bench.models import checkpoints
from bench.runs import RunFolder
from bench.types import Case, Checkpoint, Clip, ModelCard, Run, Runtime
from tests.made import moving_clip, suite


class Weighted(models.Model):
    """Has weights, and makes anything."""

    card: ClassVar[ModelCard] = ModelCard(
        name="weighted", title="", version=1, reads_text=True, frames=None, fps=None, width=None, height=None,
        weights="org/weighted", licence="", paper="",
    )  # fmt: skip

    def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
        return moving_clip(seed=seed)


def test_the_id_depends_on_identity_alone() -> None:
    one = run_id("svd@step-2", "demo", {"a": 1, "b": None})
    assert one == run_id("svd@step-2", "demo", {"b": None, "a": 1})
    assert one != run_id("svd@step-2", "demo", {"a": 2, "b": None})
    assert one.startswith("svd-step-2-demo-")


def _run(tmp_path: Path, unet: str) -> Run:
    base = Checkpoint("org/weighted", "0" * 40, "", "hub:org/weighted@0")
    (tmp_path / unet / "unet").mkdir(parents=True)
    (tmp_path / unet / "unet" / "config.json").write_text(unet)
    lora = (Checkpoint(str(tmp_path / "walk.safetensors"), None, "walk", "digest of the LoRA"), 0.5)
    part = checkpoints.resolve_part(str(tmp_path / unet / "unet"))
    checkpoint = checkpoints.on_top(base, {"unet": part}, [lora], ["unet"])
    return run_of(Weighted(None, Runtime(), checkpoint), suite(tmp_path))


def test_two_components_have_labels_of_their_own_and_stand_in_the_run_s_folder(tmp_path: Path) -> None:
    """Ids are what they were when both were called weighted@unet-unet+walk-0.5: stored runs go on."""
    runs = [_run(tmp_path, name) for name in ("a", "b")]
    assert [run.label for run in runs] == ["weighted@unet-a+walk-0.5", "weighted@unet-b+walk-0.5"]
    assert [run.id for run in runs] == [
        "weighted-unet-unet-walk-0.5-tiny-7ef0ef868b", "weighted-unet-unet-walk-0.5-tiny-9a05d2475b",
    ]  # fmt: skip
    folder = RunFolder(tmp_path / runs[0].id)
    with folder.working(runs[0], suite(tmp_path)):
        pass
    assert folder.run == runs[0]
    pipeline, unet, lora = folder.run.weights
    assert (pipeline.part, pipeline.source, pipeline.digest) == (
        "",
        "org/weighted",
        runs[0].checkpoint_digest,
    )
    assert (unet.part, unet.source) == ("unet", str(tmp_path / "a" / "unet"))
    assert (lora.part, lora.digest, lora.scale) == ("lora", "digest of the LoRA", 0.5)
