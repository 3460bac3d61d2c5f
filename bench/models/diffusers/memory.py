"""Less memory and more speed: the settings that every diffusers model shares, and how they are switched on.

They change sums in the last digits, or more, so they are settings like any other and part of a run's identity.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from dataclasses import dataclass
from typing import Any

from bench.errors import Unavailable, UnknownName, UsageError

DENOISERS = ("transformer", "transformer_2", "unet")
COMPILERS = ("c++", "g++", "clang++")


@dataclass(frozen=True)
class SpeedSettings:
    """What makes a clip cheaper.

    Attributes:
        tiling: the VAE works tile by tile: less memory, faint seams.
        slicing: the VAE takes the clips of a batch one by one.
        attention: the backend, by diffusers' name: 'flash', 'sage', '_native_cudnn', …; '' for its default.
        compile: the denoiser is compiled: the first clip takes minutes longer, the others less time.
        accel: results of earlier steps are reused in later ones: 'first-block:0.08', 'pab', 'faster-cache',
            'taylorseer', 'teacache:0.15', 'mag-cache:0.06:ratios'; '' for none. See docs/speed.md.
    """

    tiling: bool = False
    slicing: bool = False
    attention: str = ""
    compile: bool = False
    accel: str = ""


def check(chosen: SpeedSettings) -> None:
    """Checks the settings alone.

    Raises:
        UsageError: two that exclude each other.
    """
    if chosen.compile and chosen.accel:
        raise UsageError(
            f"compile and accel={chosen.accel} are both set, and what an acceleration saves cannot be counted in"
            " compiled code: choose one"
        )


def apply(pipeline: Any, chosen: SpeedSettings, device: str, instead: str) -> None:
    """Switches on what is chosen, besides accel, in a loaded pipeline.

    Args:
        pipeline: not yet on its device.
        chosen: what to switch on.
        device: where it will compute.
        instead: settings that lower the peak of memory if the VAE has neither tiling nor slicing.

    Raises:
        UsageError: the pipeline does not have it.
        Unavailable: a package or a compiler is missing.
    """
    if chosen.tiling:
        _enable(pipeline, "tiling", instead)
    if chosen.slicing:
        _enable(pipeline, "slicing", instead)
    parts = [part for name in DENOISERS if (part := getattr(pipeline, name, None)) is not None]
    if chosen.attention:
        for part in parts:
            _attend(part, chosen.attention)
    if chosen.compile:
        _check_compiler(device)
        for part in parts:
            part.compile()


def _enable(pipeline: Any, name: str, instead: str) -> None:
    vae = pipeline.vae
    try:
        getattr(vae, f"enable_{name}")()
    except (AttributeError, NotImplementedError):
        raise UsageError(f"the VAE, {type(vae).__name__}, has no {name}; try {instead}") from None


def _attend(part: Any, name: str) -> None:
    """Gives every attention of a part another backend, without changing other models."""
    from diffusers.models import attention_dispatch

    known = [backend.value for backend in attention_dispatch.AttentionBackendName]
    if name not in known:
        raise UnknownName("attention", name, known)
    processors = [module.processor for module in part.modules() if hasattr(module, "processor")]
    if not any(hasattr(processor, "_attention_backend") for processor in processors):
        raise UsageError(f"attention is '{name}', and a {type(part).__name__} computes its own: leave it out")
    try:
        # diffusers makes it the default of the whole process as well; this restores the default.
        with attention_dispatch.attention_backend("native"):
            part.set_attention_backend(name)
    except (RuntimeError, ImportError, OSError, ValueError) as error:
        raise Unavailable(f"attention '{name}' does not work here: {_line(error)}", "leave it out") from error


def _check_compiler(device: str) -> None:
    wanted = [os.environ["CXX"]] if os.environ.get("CXX") else list(COMPILERS)
    if not any(shutil.which(name) for name in wanted):
        raise Unavailable(
            f"compile needs a C++ compiler, and there is no {' or '.join(wanted)}",
            "install one (apt install g++), or leave compile out",
        )
    if device.startswith("cuda") and importlib.util.find_spec("triton") is None:
        raise Unavailable("compile needs the package triton on a GPU", "pip install triton")


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
