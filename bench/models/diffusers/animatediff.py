"""AnimateDiff: Stable Diffusion 1.5 with a motion adapter, conditioned on an image in one of two ways.

SparseCtrl RGB takes pictures at frames of the clip; IP-Adapter takes an image that the clip should resemble.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from annotated_types import Ge, Le

from bench import models
from bench.models import checkpoints
from bench.models.diffusers import ClipRequest, DiffusersModel, VideoSettings
from bench.models.plans import FrameRule, SizeRule
from bench.types import ModelCard

BASE = "SG161222/Realistic_Vision_V5.1_noVAE"
PARTS = {"motion_adapter": "guoyww/animatediff-motion-adapter-v1-5-3", "vae": "stabilityai/sd-vae-ft-mse"}
CLASSES = {"motion_adapter": "diffusers.MotionAdapter", "vae": "diffusers.AutoencoderKL"}


@dataclass(frozen=True)
class SparseSettings(VideoSettings):
    """Those of every video model, and more.

    Attributes:
        control: weight of the pictures.
    """

    control: Annotated[float, Ge(0), Le(2)] = 1.0


@dataclass(frozen=True)
class PromptSettings(VideoSettings):
    """Those of every video model, and more.

    Attributes:
        image_scale: weight of the image against the text.
    """

    image_scale: Annotated[float, Ge(0), Le(2)] = 1.0


class AnimateDiff(DiffusersModel):
    """What both variants share."""

    bases: ClassVar[tuple[str, ...]] = ("StableDiffusionPipeline",)
    frames: ClassVar[FrameRule] = FrameRule(most=32)  # the motion adapter's positions
    sizes: ClassVar[SizeRule] = SizeRule(8)

    def prepare(self, pipeline: Any) -> None:
        # Motion adapters were trained on linear betas; Stable Diffusion's own checkpoints name others.
        from diffusers import DPMSolverMultistepScheduler

        pipeline.scheduler = DPMSolverMultistepScheduler.from_config(
            pipeline.scheduler.config,
            beta_schedule="linear",
            algorithm_type="dpmsolver++",
            use_karras_sigmas=True,
        )


@models.add
class SparseCtrl(AnimateDiff):
    """AnimateDiff with SparseCtrl RGB."""

    card = ModelCard(
        name="animatediff-sparsectrl", title="AnimateDiff + SparseCtrl RGB", version=1, reads_text=True, frames=16,
        fps=8, width=512, height=512, weights=BASE,
        parts={**PARTS, "controlnet": "guoyww/animatediff-sparsectrl-rgb"}, licence="see the weights pages",
        paper="arXiv 2311.16933", family="animatediff", steps=25, guidance=7.5,
        takes=("first frame", "keyframes", "negative prompt"), as_of="2026-11-22",
        note="made of four repositories of the hub; its makers add --lora guoyww/animatediff-motion-lora-v1-5-3",
    )  # fmt: skip
    Settings = SparseSettings
    pipeline: ClassVar[str] = "AnimateDiffSparseControlNetPipeline"
    part_classes: ClassVar[Mapping[str, str]] = {**CLASSES, "controlnet": "diffusers.SparseControlNetModel"}

    def arguments(self, request: ClipRequest) -> dict[str, Any]:
        chosen = super().arguments(request)
        pictures = {0: chosen.pop("image"), **request.keyframes}
        return chosen | {
            "conditioning_frames": list(pictures.values()),
            "controlnet_frame_indices": list(pictures),
            "controlnet_conditioning_scale": request.settings.control,
        }


@models.add
class ImagePrompt(AnimateDiff):
    """AnimateDiff with IP-Adapter."""

    WEIGHTS: ClassVar[str] = "ip-adapter_sd15.safetensors"
    card = ModelCard(
        name="animatediff-ip-adapter", title="AnimateDiff + IP-Adapter", version=1, reads_text=True, frames=16,
        fps=8, width=512, height=512, weights=BASE,
        parts={
            **PARTS, "image_encoder": "h94/IP-Adapter/models/image_encoder", "ip_adapter": "h94/IP-Adapter/models",
        },
        licence="see the weights pages", paper="arXiv 2308.06721", family="animatediff", steps=25, guidance=7.5,
        takes=("image prompt", "negative prompt"), as_of="2026-11-22",
        note="an image prompt: the clip resembles the image, but no frame need be it, so metrics of the first frame say"
        " little",
    )  # fmt: skip
    Settings = PromptSettings
    pipeline: ClassVar[str] = "AnimateDiffPipeline"
    part_classes: ClassVar[Mapping[str, str]] = {
        **CLASSES, "image_encoder": "transformers.CLIPVisionModelWithProjection",
    }  # fmt: skip
    extra_parts: ClassVar[tuple[str, ...]] = ("ip_adapter",)

    def prepare(self, pipeline: Any) -> None:
        super().prepare(pipeline)
        source = self._source()
        part = dict(source.parts).get("ip_adapter")
        name = checkpoints.IMAGE_ADAPTER
        path = checkpoints.file(part, name) if part else checkpoints.file(source, f"ip_adapter/{name}")
        pipeline.load_ip_adapter(
            str(path.parent),
            subfolder="",
            weight_name=path.name,
            image_encoder_folder=None,
            local_files_only=True,
        )
        pipeline.set_ip_adapter_scale(self.settings.image_scale)

    def arguments(self, request: ClipRequest) -> dict[str, Any]:
        chosen = super().arguments(request)
        return chosen | {"ip_adapter_image": chosen.pop("image")}
