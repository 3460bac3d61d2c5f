"""Loading onto a mock of an accelerator; loading itself is tested with each adapter."""

from pathlib import Path
from unittest.mock import Mock

import pytest

from bench.base import packages
from bench.errors import Unavailable, UsageError
from bench.models.diffusers import loading, parts, weight_sets
from bench.types import Checkpoint, Runtime


@pytest.mark.parametrize(
    ("memory", "method", "arguments"),
    [
        ("full", "to", {"args": ("cuda:1",)}),
        ("model", "enable_model_cpu_offload", {"kwargs": {"device": "cuda:1"}}),
        ("sequential", "enable_sequential_cpu_offload", {"kwargs": {"device": "cuda:1"}}),
    ],
)
def test_each_memory_mode_asks_diffusers_for_its_own(
    memory: str, method: str, arguments: dict[str, object]
) -> None:
    pipeline = Mock()
    loading._on_device(pipeline, Runtime("cuda:1", "float16", memory))  # type: ignore[arg-type]
    (call,) = pipeline.method_calls
    assert call[0] == method
    assert call[1] == arguments.get("args", ())
    assert call[2] == arguments.get("kwargs", {})


def test_a_model_that_does_not_fit_names_the_memory_modes() -> None:
    pipeline = Mock()
    pipeline.to.side_effect = RuntimeError("CUDA out of memory. Tried to allocate 9 GiB")
    with pytest.raises(Unavailable, match="does not fit into the memory of cuda:0; try --memory model"):
        loading._on_device(pipeline, Runtime("cuda:0"))
    pipeline.to.side_effect = RuntimeError("invalid device ordinal")
    with pytest.raises(RuntimeError, match="ordinal"):
        loading._on_device(pipeline, Runtime("cuda:9"))


@pytest.mark.parametrize(
    ("names", "half", "full"),
    [
        (["unet/w.safetensors"], None, None),
        (["unet/w.fp16.safetensors"], "fp16", "fp16"),
        (["unet/w.fp16.safetensors", "unet/w.safetensors"], "fp16", None),
        (["unet/w.fp16-00001-of-00002.safetensors", "unet/w.safetensors"], "fp16", None),
        (["unet/w.safetensors", "original.fp16.safetensors"], None, None),  # beside the pipeline, not of it
        (["vae/w.fp16.safetensors", "unet/w.safetensors"], "fp16", "fp16"),  # a full unet of a training
        (["unet/w.bf16.safetensors"], "bf16", "bf16"),
        (["unet/w.bf16-00001-of-00002.safetensors", "vae/w.safetensors"], "bf16", "bf16"),
        (["unet/w.bf16.safetensors", "unet/w.safetensors"], None, None),  # as before there were any
        (["unet/w.bf16.safetensors", "unet/w.fp16.safetensors", "unet/w.safetensors"], "fp16", None),
    ],
)
def test_the_variant_follows_the_precision_and_what_is_there(
    tmp_path: Path, names: list[str], half: str | None, full: str | None
) -> None:
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    dtypes = ("float16", "bfloat16", "float32")
    found = [weight_sets.variant(tmp_path.glob("*/*.safetensors"), dtype) for dtype in dtypes]
    assert found == [half, half, full]


def test_a_missing_package_says_its_install_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "installed", lambda name: None)
    with pytest.raises(
        Unavailable, match=r'package accelerate is not installed; pip install "i2v-bench\[models\]"'
    ):
        loading._pipeline_class("StableVideoDiffusionPipeline")


@pytest.mark.parametrize("library", ["os", "this", "bench.cli", "wan.evil", "../unet"])
def test_a_pipeline_of_anybody_imports_no_module_of_its_choice(library: str) -> None:
    """Before, `["os", "system"]` in model_index.json imported os: any module that is installed ran."""
    index = {"_class_name": "X", "vae": ["diffusers", "AutoencoderKL"], "unet": [library, "system"]}
    with pytest.raises(UsageError, match=f"part unet is of '{library}' by its index, and only parts of"):
        parts.check(Checkpoint("x", None, "", ""), index, Mock(pipeline="X"))


def test_parts_of_diffusers_transformers_and_pipelines_load() -> None:
    index = {
        "_class_name": "X",
        "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"],
        "text_encoder": ["transformers", "T5EncoderModel"],
        "feature_extractor": [None, None],
        "boundary_ratio": 0.9,
        "sizes": [1, 2],
    }
    parts.check(Checkpoint("x", None, "", ""), index, Mock(pipeline="X"))
