"""Tiling, slicing, attention and compilation: switched on where a model has them, refused where it has not."""

from __future__ import annotations

import numpy as np
import pytest

from bench.errors import Unavailable, UnknownName, UsageError
from bench.models.diffusers import memory
from bench.models.diffusers.memory import SpeedSettings
from bench.types import Case
from tests.models.diffusers.accelerations import asked
from tests.tiny_checkpoints import Of


def test_tiling_and_slicing_are_switched_on_where_the_vae_has_them(of: Of) -> None:
    model = of("wan2.1-i2v-480p", **asked("wan2.1-i2v-480p"), tiling=True, slicing=True)
    model.load()
    assert model._pipeline.vae.use_tiling
    assert model._pipeline.vae.use_slicing
    for name in ("tiling", "slicing"):
        with pytest.raises(UsageError, match=f"has no {name}; try --set decode_chunk_size=2"):
            of("svd", **{name: True}).load()


def test_attention_is_this_models_alone(of: Of, case: Case) -> None:
    from diffusers.models import attention_dispatch

    model = of("wan2.1-i2v-480p", **asked("wan2.1-i2v-480p"), attention="_native_math")
    before = attention_dispatch._AttentionBackendRegistry.get_active_backend()
    model.load()
    assert attention_dispatch._AttentionBackendRegistry.get_active_backend() == before
    used = {block.attn1.processor._attention_backend.value for block in model._pipeline.transformer.blocks}
    assert used == {"_native_math"}
    assert np.isfinite(model.generate(case, 0).frames).all()


@pytest.mark.parametrize(
    ("name", "attention", "error", "message"),
    [
        ("wan2.1-i2v-480p", "flesh", UnknownName, r"unknown attention 'flesh': did you mean flash"),
        ("wan2.1-i2v-480p", "flash", Unavailable, r"attention 'flash' does not work here: .*flash-attn"),
        (
            "cogvideox-5b-i2v",
            "native",
            UsageError,
            r"a CogVideoXTransformer3DModel computes its own: leave it out",
        ),
    ],
)
def test_an_attention_that_cannot_be_is_named(
    name: str, attention: str, error: type[Exception], message: str, of: Of
) -> None:
    with pytest.raises(error, match=message):
        of(name, **asked(name), attention=attention).load()


def test_the_denoiser_is_compiled_where_there_is_a_compiler(of: Of, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    compiled: list[str] = []
    monkeypatch.setattr(torch.nn.Module, "compile", lambda self: compiled.append(type(self).__name__))
    monkeypatch.setattr(memory.shutil, "which", lambda name: f"/usr/bin/{name}")
    of("wan2.2-i2v-a14b", **asked("wan2.2-i2v-a14b"), compile=True).load()
    assert compiled == ["WanTransformer3DModel"] * 2
    monkeypatch.setattr(memory.shutil, "which", lambda name: None)
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(
        Unavailable, match=r"needs a C\+\+ compiler, and there is no c\+\+ or g\+\+ or clang\+\+; install"
    ):
        of("wan2.2-i2v-a14b", **asked("wan2.2-i2v-a14b"), compile=True).load()


def test_compiled_code_is_not_accelerated() -> None:
    with pytest.raises(UsageError, match="compile and accel=pab are both set"):
        memory.check(SpeedSettings(compile=True, accel="pab"))
