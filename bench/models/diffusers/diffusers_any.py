"""Any image-to-video checkpoint of diffusers, called by the signature of its pipeline.

For checkpoints without an adapter of their own. A named model knows more: the numbers of frames that its pipeline
really makes, last frames and keyframes, samplers.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bench import models
from bench.base import settings
from bench.errors import UsageError
from bench.models.diffusers import ClipRequest, DiffusersModel, loading, teacache
from bench.models.plans import FrameRule, Plan, SizeRule
from bench.types import Case, ModelCard

NAMES: Mapping[str, tuple[str, ...]] = {
    "num_frames": ("num_frames",),
    "fps": ("fps", "frame_rate", "target_fps"),
    "width": ("width",),
    "height": ("height",),
    "steps": ("num_inference_steps",),
    "guidance": ("guidance_scale",),
    "negative_prompt": ("negative_prompt",),
}
"""Setting -> its names in pipelines' signatures."""

FPS = 16.0
"""Of a clip whose pipeline does not take a frame rate."""

ELSEWHERE = ("TuneAVideoPipeline",)
"""Classes of text-to-video checkpoints that are not in diffusers itself."""


@models.add
class Diffusers(DiffusersModel):
    """A checkpoint whose model_index.json names a class that takes an image and gives frames."""

    card = ModelCard(
        name="diffusers", title="Any diffusers checkpoint", version=1, reads_text=True, frames=None, fps=None,
        width=None, height=None, weights="", licence="the checkpoint's", paper="",
        note="needs --checkpoint; gives the pipeline the first frame alone; frames, size, steps and guidance are the "
        "pipeline's defaults, which need not be those that the weights were trained with",
        family="diffusers", takes=("first frame", "negative prompt"), as_of="2026-11-22",
    )  # fmt: skip

    def plan(self, case: Case) -> Plan:
        """As far as the settings say; once the checkpoint is loaded, by its pipeline's defaults and rules, too."""
        if self._pipeline is not None:
            return super().plan(case)
        asked = self.settings
        return Plan(
            asked.num_frames, None, asked.width, asked.height, asked.fps, self.card.fit, steps=asked.steps,
            notes=("what is not set is the pipeline's default, known once it is loaded",),
        )  # fmt: skip

    def resolve(self, pipeline: Any) -> Any:
        taken = parameters(type(pipeline))
        for name in settings.changed(self.settings):
            if name in NAMES and name != "fps" and not _names(name, taken):
                raise UsageError(f"{name} is set, and a {type(pipeline).__name__} takes none")
        found = _configured(pipeline) | _defaults(taken)
        unset = {name: found.get(name) for name, value in vars(self.settings).items() if value is None}
        resolved = replace(self.settings, **unset)
        for name in ("num_frames", "width", "height"):
            if getattr(resolved, name) is None:
                raise UsageError(f"a {type(pipeline).__name__} has no {name} of its own: --set {name}=…")
        return resolved

    def arguments(self, request: ClipRequest) -> dict[str, Any]:
        taken = parameters(type(self._pipeline))
        usual = super().arguments(request)
        fps = request.settings.fps
        usual |= dict.fromkeys(_names("fps", taken), int(fps) if float(fps).is_integer() else fps)
        return {name: value for name, value in usual.items() if name in taken and value is not None}

    def _load(self) -> None:
        if self._pipeline is None:
            # of this checkpoint, in place of the class's
            pipeline = image_to_video(*loading.named_class(self._source()))
            vars(self).update(pipeline=pipeline, teacache_signals=_signals())
        super()._load()
        vars(self).update(frames=frame_rule(self._pipeline), sizes=size_rule(self._pipeline))


def _signals() -> teacache.Signals:
    """Class of a denoiser -> what TeaCache observes in it, by the adapters that know it."""
    classes = [models.registry[name] for name in models.registry]
    adapters = [cls for cls in classes if issubclass(cls, DiffusersModel)]
    return {network: signal for cls in adapters for network, signal in cls.teacache_signals.items()}


def image_to_video(source: str, name: str, cls: Any) -> str:
    """The name of a class that takes an image and gives frames.

    Raises:
        UsageError: it takes no image, gives no frames, has no size to ask for, or is not in diffusers.
    """
    if cls is None and name not in ELSEWHERE:
        raise UsageError(f"checkpoint {source} is a {name}, which this diffusers does not have")
    taken = parameters(cls) if cls else {}
    for needed, why in (("image", "takes no image"), ("num_frames", "gives no frames")):
        if needed not in taken:
            raise UsageError(f"checkpoint {source}, a {name}, is not image-to-video: {why}")
    if not {"width", "height"} <= set(taken):
        raise UsageError(f"checkpoint {source} is a {name}, which takes no size; choose the model for it")
    return name


def parameters(cls: type[Any]) -> Mapping[str, inspect.Parameter]:
    """The parameters of a call of a pipeline."""
    return inspect.signature(cls.__call__).parameters


def _names(setting: str, taken: Mapping[str, inspect.Parameter]) -> list[str]:
    """The names of a setting in a pipeline's signature; empty if it takes none."""
    return [name for name in NAMES[setting] if name in taken]


def _defaults(taken: Mapping[str, inspect.Parameter]) -> dict[str, Any]:
    """Setting -> the default of the call, if there is one."""
    found = {setting: taken[name].default for setting in NAMES for name in _names(setting, taken)}
    return {setting: value for setting, value in found.items() if isinstance(value, int | float)}


def _configured(pipeline: Any) -> dict[str, Any]:
    """Setting -> its value for the clips that the denoiser was trained on, by its configuration; None if not stated."""
    config, scale = _denoiser(pipeline).config, _scale(pipeline)
    sample = config.get("sample_size")
    width, height = (sample, sample) if isinstance(sample, int) else reversed(sample or (None, None))
    width, height = config.get("sample_width", width), config.get("sample_height", height)
    return {
        "fps": FPS,
        "num_frames": config.get("num_frames"),
        "width": width and width * scale,
        "height": height and height * scale,
    }


def frame_rule(pipeline: Any) -> FrameRule:
    """The numbers of frames that a pipeline can make, by how many of them its VAE holds in one."""
    temporal = ("vae_scale_factor_temporal", "vae_temporal_compression_ratio")
    return FrameRule(
        every=next((int(getattr(pipeline, name)) for name in temporal if hasattr(pipeline, name)), 1)
    )


def size_rule(pipeline: Any) -> SizeRule:
    """Multiples of the pixels of a denoiser's patch of latents."""
    patch = _denoiser(pipeline).config.get("patch_size") or 1
    return SizeRule(_scale(pipeline) * (patch if isinstance(patch, int) else max(patch)))


def _scale(pipeline: Any) -> int:
    """Pixels per latent."""
    spatial = ("vae_scale_factor_spatial", "vae_spatial_compression_ratio", "vae_scale_factor")
    return next((int(getattr(pipeline, name)) for name in spatial if hasattr(pipeline, name)), 8)


def _denoiser(pipeline: Any) -> Any:
    return getattr(pipeline, "transformer", None) or pipeline.unet
