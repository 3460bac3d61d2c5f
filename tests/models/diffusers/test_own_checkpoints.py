"""The user's own checkpoints: a fine-tuned part, LoRAs on top, on a tiny CogVideoX."""

import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import models
from bench.engine import resolve_models
from bench.engine.requests import ModelRequest
from bench.errors import Unavailable, UnknownName, UsageError
from bench.models import checkpoints, other_forms
from bench.models.diffusers import loading, parts
from bench.models.diffusers.cogvideox import CogVideoX
from bench.types import Case, Checkpoint, Frames, Runtime, Suite
from tests import tiny_checkpoints

SETTINGS = CogVideoX.Settings(num_frames=9, steps=2, width=32, height=32)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, one_thread: None) -> Path:
    return tiny_checkpoints.write("cogvideox-5b-i2v", tmp_path_factory.mktemp("own") / "base")


@pytest.fixture(scope="module")
def lora(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_lora(base, tmp_path_factory.mktemp("lora") / "walk", seed=0)


@pytest.fixture(scope="module")
def plain(base: Path, case: Case) -> Frames:
    return clip(of(base), case)


def write_lora(base: Path, folder: Path, seed: int, layers: Sequence[str] = ("to_q", "to_k", "to_v")) -> Path:
    """As a training script ends: peft's layers in the transformer, saved by the pipeline's own function."""
    import torch
    from diffusers import CogVideoXImageToVideoPipeline
    from peft import LoraConfig
    from peft.utils import get_peft_model_state_dict

    pipeline = CogVideoXImageToVideoPipeline.from_pretrained(base)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        config = LoraConfig(r=4, lora_alpha=4, target_modules=list(layers), init_lora_weights=False)
        pipeline.transformer.add_adapter(config)
        for name, parameter in pipeline.transformer.named_parameters():
            if "lora_" in name:
                parameter.data.normal_(std=0.5)
    pipeline.save_lora_weights(
        folder, transformer_lora_layers=get_peft_model_state_dict(pipeline.transformer)
    )
    return folder


def of(base: Path, components: Sequence[str] = (), loras: Sequence[str] = ()) -> Checkpoint:
    return checkpoints.of_card(CogVideoX.card, str(base), components, loras)


def clip(checkpoint: Checkpoint, case: Case) -> Frames:
    return CogVideoX(SETTINGS, Runtime(), checkpoint).generate(case, 0).frames


def label(checkpoint: Checkpoint) -> str:
    return CogVideoX(SETTINGS, Runtime(), checkpoint).label


def test_a_lora_changes_the_clip_as_much_as_its_scale_says(
    base: Path, lora: Path, case: Case, plain: Frames
) -> None:
    made = {scale: clip(of(base, loras=[f"{lora}:{scale}"]), case) for scale in ("0", "0.5", "1")}
    assert np.array_equal(made["0"], plain)
    assert not np.array_equal(made["1"], plain)
    assert not np.array_equal(made["0.5"], made["1"])
    assert np.array_equal(clip(of(base, loras=[str(lora)]), case), made["1"])


def test_a_lora_is_named_and_digested_with_its_scale(base: Path, lora: Path) -> None:
    found = [of(base, loras=[words]) for words in (str(lora), f"{lora}:0.5")]
    assert [label(each) for each in found] == ["cogvideox-5b-i2v@base+walk", "cogvideox-5b-i2v@base+walk-0.5"]
    assert len({each.digest for each in [*found, of(base)]}) == 3


def test_a_lora_file_is_as_good_as_its_folder(base: Path, lora: Path, case: Case) -> None:
    file = lora / other_forms.LORA
    assert np.array_equal(clip(of(base, loras=[str(file)]), case), clip(of(base, loras=[str(lora)]), case))


def test_several_loras_add_up(base: Path, lora: Path, case: Case, tmp_path: Path) -> None:
    other = write_lora(base, tmp_path / "run", seed=1)
    alone, both, swapped = (
        of(base, loras=words)
        for words in ([str(lora)], [str(lora), f"{other}:0.5"], [f"{other}:0.5", str(lora)])
    )
    assert not np.array_equal(clip(both, case), clip(alone, case))
    # In another order it is the same sum, but for float rounding.
    assert np.abs(clip(both, case).astype(int) - clip(swapped, case)).max() <= 1
    assert label(both) == "cogvideox-5b-i2v@base+walk+run-0.5"


def rewritten(lora: Path, folder: Path, change: Callable[[str, Any], tuple[str, Any]]) -> Path:
    from safetensors.torch import load_file, save_file

    folder.mkdir()
    found = load_file(lora / other_forms.LORA)
    save_file(dict(change(name, weight) for name, weight in found.items()), folder / other_forms.LORA)
    return folder


@pytest.mark.parametrize(
    ("words", "change"),
    [
        ("size mismatch", lambda name, weight: (name, weight.repeat(2, 2))),
        ("", lambda name, weight: (name.replace("transformer_blocks", "blocks"), weight)),
        ("", lambda name, weight: (name.replace("transformer.", "unet.", 1), weight)),
    ],
    ids=["of another width", "of other layers", "of another kind of model"],
)
def test_a_lora_of_another_model_is_refused_in_one_line(
    base: Path, lora: Path, tmp_path: Path, words: str, change: Callable[[str, Any], tuple[str, Any]]
) -> None:
    other = rewritten(lora, tmp_path / "other", change)
    with pytest.raises(Unavailable) as refused:
        CogVideoX(SETTINGS, Runtime(), of(base, loras=[str(other)])).load()
    message = str(refused.value)
    assert re.fullmatch(
        r"LoRA .*/other does not fit a CogVideoXImageToVideoPipeline: .+; choose one that was trained on this model",
        message,
    )
    assert words in message


def test_words_that_are_no_lora_are_refused(base: Path, lora: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"'strong' in .* is not a number"):
        of(base, loras=[f"{lora}:strong"])
    (tmp_path / "old.bin").write_bytes(b"pickle")
    with pytest.raises(UsageError, match=r"is not a \.safetensors file; others may run code"):
        of(base, loras=[str(tmp_path / "old.bin")])
    with pytest.raises(UsageError, match=r"holds no pytorch_lora_weights\.safetensors"):
        of(base, loras=[str(base)])
    cut = tmp_path / "cut.safetensors"
    cut.write_bytes((lora / other_forms.LORA).read_bytes()[:-100])
    with pytest.raises(Unavailable, match=r"weights .*cut\.safetensors are cut short"):
        CogVideoX(SETTINGS, Runtime(), of(base, loras=[str(cut)])).load()


def test_a_part_from_elsewhere_changes_clip_digest_and_label(
    base: Path, case: Case, plain: Frames, tmp_path: Path
) -> None:
    import torch
    from diffusers import CogVideoXTransformer3DModel

    tuned = CogVideoXTransformer3DModel.from_pretrained(base / "transformer")
    with torch.no_grad():
        tuned.proj_out.weight.mul_(3.0)
    tuned.save_pretrained(tmp_path / "step-2000")
    shutil.copytree(base / "transformer", tmp_path / "same")
    changed = of(base, components=[f"transformer={tmp_path / 'step-2000'}"])
    unchanged = of(base, components=[f"transformer={tmp_path / 'same'}"])
    assert not np.array_equal(clip(changed, case), plain)
    assert np.array_equal(clip(unchanged, case), plain)
    assert label(changed) == "cogvideox-5b-i2v@base+transformer-step-2000"
    assert changed.digest != unchanged.digest != of(base).digest


def test_parts_that_do_not_fit_are_refused(base: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="unknown part of a CogVideoXImageToVideoPipeline 'unet'"):
        CogVideoX(SETTINGS, Runtime(), of(base, components=[f"unet={base / 'transformer'}"])).load()
    with pytest.raises(UsageError, match="is a AutoencoderKLCogVideoX, and transformer is a CogVideoXTransf"):
        CogVideoX(SETTINGS, Runtime(), of(base, components=[f"transformer={base / 'vae'}"])).load()
    with pytest.raises(UsageError, match=r"a component is part=path, as in transformer=\./step-2000"):
        of(base, components=["transformer"])


def test_a_run_with_a_lora_is_another_run(base: Path, lora: Path, case: Case) -> None:
    suite = Suite("own", "0", "", (case,))
    found = [
        resolve_models.resolve(
            ModelRequest(("cogvideox-5b-i2v",), checkpoints=(str(base),), loras=loras), suite, Runtime()
        )[0][1]
        for loras in ((), (str(lora),), (f"{lora}:0.5",))
    ]
    assert len({run.id for run in found}) == 3
    assert found[1].label == "cogvideox-5b-i2v@base+walk"
    assert models.registry["cogvideox-5b-i2v"] is CogVideoX


def test_an_index_names_no_module_of_its_own() -> None:
    """Importing a module runs it, and model_index.json is its maker's."""
    plan = loading.LoadingPlan("CogVideoXImageToVideoPipeline", (), {}, (), (), lambda pipeline: None)
    assert parts._class_of_part("vae", {"vae": ["diffusers", "VAE"]}, plan) == ("diffusers", "VAE")
    with pytest.raises(UsageError, match="part vae is of 'antigravity' by its index"):
        parts._class_of_part("vae", {"vae": ["antigravity", "Fly"]}, plan)
