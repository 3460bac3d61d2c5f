"""Stable Video Diffusion: diffusers' pipeline, 14 frames (svd) and 25 (svd-xt)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

from annotated_types import Ge, Le, MultipleOf

from bench import models
from bench.errors import UsageError
from bench.models.diffusers import ClipRequest, DiffusersModel, SpeedSettings
from bench.models.plans import SizeRule
from bench.types import ModelCard

LICENCE = "Stability AI Community License (not open source; published first as non-commercial research only)"
NOTE = (
    "reads no text: the prompt does not reach the model; the weights' page on the hub may ask to accept their "
    "licence, then set HF_TOKEN"
)
PUBLISHED_SAMPLE_SIZE = 96
"""unet.config.sample_size of the published weights: it stands for 768 x 768 pixels, but they were trained at
1024 x 576."""


@dataclass(frozen=True)
class ClipSettings:
    """What the pipeline takes.

    Attributes:
        num_frames: of the clip; None for as many as the checkpoint was trained on.
        fps: an input of the model, and the clip's.
        motion_bucket_id: amount of motion; trained on 0 to 255.
        noise_aug_strength: noise added to the input image; more noise gives more motion and keeps less of the image.
        decode_chunk_size: frames decoded at a time; None for all, the steadiest; fewer need less memory.
        steps: of denoising.
        height, width: pixels; None for the checkpoint's own.
        min_guidance, max_guidance: scale for the first and the last frame, linear between them.

    Raises:
        UsageError: the first frame's guidance is above the last's, which the pipeline cannot do.
    """

    num_frames: Annotated[int, Ge(1)] | None = None
    fps: Annotated[int, Ge(1)] = 7
    motion_bucket_id: Annotated[int, Ge(0)] = 127
    noise_aug_strength: Annotated[float, Ge(0), Le(1)] = 0.02
    decode_chunk_size: Annotated[int, Ge(1)] | None = None
    steps: Annotated[int, Ge(1), Le(1000)] = 25
    height: Annotated[int, Ge(8), MultipleOf(8)] | None = None
    width: Annotated[int, Ge(8), MultipleOf(8)] | None = None
    min_guidance: Annotated[float, Ge(0)] = 1.0
    max_guidance: Annotated[float, Ge(0)] = 3.0

    def __post_init__(self) -> None:
        if self.min_guidance > self.max_guidance:
            raise UsageError(
                f"min_guidance {self.min_guidance} is above max_guidance {self.max_guidance};"
                " guidance grows along the clip"
            )


@dataclass(frozen=True)
class Settings(SpeedSettings, ClipSettings):
    """Those and SpeedSettings; its VAE has neither tiling nor slicing, and its UNet no acceleration."""


@models.add
class SVD(DiffusersModel):
    """Stable Video Diffusion, trained on 14 frames."""

    card = ModelCard(
        name="svd", title="Stable Video Diffusion", version=1, reads_text=False, frames=14, fps=7,
        width=1024, height=576, weights="stabilityai/stable-video-diffusion-img2vid", licence=LICENCE,
        paper="arXiv 2311.15127", note=NOTE, family="svd", steps=25, as_of="2026-11-22",
    )  # fmt: skip
    Settings = Settings
    pipeline: ClassVar[str] = "StableVideoDiffusionPipeline"
    sizes: ClassVar[SizeRule] = SizeRule(8)
    memory_remedy: ClassVar[str] = "--set decode_chunk_size=2"

    def resolve(self, pipeline: Any) -> Any:
        chosen = self.settings
        config = pipeline.unet.config
        height, width = _native_size(config.sample_size, pipeline.vae_scale_factor)
        return replace(
            chosen,
            num_frames=chosen.num_frames or config.num_frames,
            height=chosen.height or height,
            width=chosen.width or width,
        )

    def arguments(self, request: ClipRequest) -> dict[str, Any]:
        chosen = request.settings
        return {
            "image": request.image,
            "height": request.height,
            "width": request.width,
            "num_frames": request.num_frames,
            "num_inference_steps": chosen.steps,
            "min_guidance_scale": chosen.min_guidance,
            "max_guidance_scale": chosen.max_guidance,
            "fps": chosen.fps,  # the pipeline itself subtracts one, as in training
            "motion_bucket_id": chosen.motion_bucket_id,
            "noise_aug_strength": chosen.noise_aug_strength,
            "decode_chunk_size": chosen.decode_chunk_size,
        }


@models.add
class SVDXT(SVD):
    """Stable Video Diffusion, trained further on 25 frames."""

    card = replace(
        SVD.card, name="svd-xt", title="Stable Video Diffusion XT", frames=25,
        weights="stabilityai/stable-video-diffusion-img2vid-xt",
    )  # fmt: skip


def _native_size(sample_size: int | tuple[int, int], scale: int) -> tuple[int, int]:
    """(height, width) in pixels of the clips that the checkpoint was trained on."""
    if sample_size == PUBLISHED_SAMPLE_SIZE:
        return 576, 1024
    height, width = (sample_size, sample_size) if isinstance(sample_size, int) else sample_size
    return height * scale, width * scale
