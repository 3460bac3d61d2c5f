"""A pipeline in memory makes the clips that its checkpoint would, and is left as it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

import bench
from bench.errors import UsageError
from bench.models.diffusers.pipeline_digest import digest
from bench.runs import RunFolder, find
from tests.made import written_suite
from tests.tiny_checkpoints import Tiny

TINY = {"num_frames": 3, "steps": 2, "width": 64, "height": 64}
ASKED: dict[str, Any] = {
    "settings": TINY,
    "suite": "one",
    "metrics": "flicker",
    "view": "native",
    "show_progress": False,
}


def _loaded(folder: Path) -> Any:
    from diffusers import StableVideoDiffusionPipeline

    pipeline = StableVideoDiffusionPipeline.from_pretrained(folder, local_files_only=True)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


@pytest.fixture
def pipeline(tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    written_suite(tmp_path / "one", 1)
    return _loaded(tiny("svd"))


def _folder(out: Path) -> RunFolder:
    (folder,) = find(out)
    return folder


def test_the_clip_is_that_of_its_checkpoint_and_is_kept(pipeline: Any, tiny: Tiny, tmp_path: Path) -> None:
    bench.run("diffusers", checkpoint=tiny("svd"), out=tmp_path / "disk", **ASKED)
    rows = bench.run(pipeline, "mine@step-2", out=tmp_path / "memory", **ASKED)
    assert "failed" not in set(rows["status"])
    made = [_folder(tmp_path / name).records()[0] for name in ("disk", "memory")]
    assert made[0].sha256 == made[1].sha256
    run = _folder(tmp_path / "memory").run
    assert (run.label, run.model, run.dtype) == ("mine@step-2", "in-memory", "float32")
    assert [(each.source, each.digest) for each in run.weights] == [("in memory", digest(pipeline))]
    assert made[1].settings["in memory"] == "diffusers.StableVideoDiffusionPipeline"
    again = bench.run(_loaded(tiny("svd")), "mine@step-2", out=tmp_path / "memory", **ASKED)
    assert list(again["created"]) == list(rows["created"])  # nothing was made or measured again


def test_it_is_left_as_it_was(pipeline: Any, tmp_path: Path) -> None:
    pipeline.unet.train()
    pipeline.scheduler.timesteps = torch.arange(7)
    before, timesteps = dict(vars(pipeline)), pipeline.scheduler.timesteps.clone()
    weights = digest(pipeline)
    bench.run(pipeline, "mine", out=tmp_path, **ASKED)
    assert vars(pipeline) == before
    assert torch.equal(pipeline.scheduler.timesteps, timesteps)
    assert all(part.training for part in pipeline.unet.modules())
    assert not pipeline.vae.training
    assert digest(pipeline) == weights


def test_another_weight_setting_or_lora_is_another_run(pipeline: Any, tmp_path: Path) -> None:
    from peft import LoraConfig, inject_adapter_in_model

    seen = [digest(pipeline)]
    with torch.no_grad():
        next(pipeline.unet.parameters()).view(-1)[0] += 1
    seen.append(digest(pipeline))
    pipeline.scheduler.register_to_config(sigma_max=9.0)
    seen.append(digest(pipeline))
    inject_adapter_in_model(LoraConfig(r=2, target_modules=["to_q"]), pipeline.unet)
    seen.append(digest(pipeline))
    for layer in pipeline.unet.modules():
        if hasattr(layer, "enable_adapters"):
            layer.enable_adapters(False)
    seen.append(digest(pipeline))
    assert len(set(seen)) == len(seen)
    bench.run(pipeline, "mine", out=tmp_path, **ASKED)
    bench.run(pipeline, "mine", out=tmp_path, **{**ASKED, "settings": {**TINY, "steps": 1}})
    assert len(find(tmp_path)) == 2


def test_what_cannot_be_known_identifies_nothing(pipeline: Any, tmp_path: Path) -> None:
    class Mine(type(pipeline.scheduler)):  # type: ignore[misc]
        pass

    pipeline.scheduler = Mine.from_config(pipeline.scheduler.config)
    assert digest(pipeline) == ""
    written = []
    for _ in range(2):
        bench.run(pipeline, "mine", out=tmp_path, **ASKED)
        (run,) = find(tmp_path)
        (clip,) = run.path.rglob("*.mkv")
        written.append(clip.stat().st_mtime_ns)
    assert written[0] < written[1]


def test_mixed_precision_is_called_under_autocast(pipeline: Any, tmp_path: Path) -> None:
    pipeline.unet.to(torch.bfloat16)
    failed = bench.run(pipeline, "mine", out=tmp_path, **ASKED)
    assert set(failed["status"]) == {"failed"}
    rows = bench.run(pipeline, "mine", dtype="bfloat16", out=tmp_path, **ASKED)
    assert "failed" not in set(rows["status"])


def test_settings_that_change_a_pipeline_are_refused(pipeline: Any, tmp_path: Path) -> None:
    for words in ({"settings": {"tiling": True}}, {"accel": "first-block:0.1"}):
        with pytest.raises(UsageError, match="changes a pipeline, and one in memory stays as it is"):
            bench.run(pipeline, "mine", **{**ASKED, **words})
    with pytest.raises(UsageError, match="revision is for functions"):
        bench.run(pipeline, "mine", revision="1", **ASKED)
