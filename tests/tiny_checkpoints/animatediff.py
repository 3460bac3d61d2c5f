"""AnimateDiff with SparseCtrl RGB and with IP-Adapter, and the Stable Diffusion 1.5 that they build on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.tiny_checkpoints import _parts, adds, builds

if TYPE_CHECKING:
    from diffusers import (
        AnimateDiffPipeline,
        AnimateDiffSparseControlNetPipeline,
        MotionAdapter,
        StableDiffusionPipeline,
        UNet2DConditionModel,
    )

LEVELS = (8, 8)
IMAGE_TOKENS = 4


def unet() -> UNet2DConditionModel:
    """Stable Diffusion's, two levels instead of four."""
    from diffusers import UNet2DConditionModel

    return UNet2DConditionModel(
        block_out_channels=LEVELS, layers_per_block=1, sample_size=8, cross_attention_dim=_parts.WIDTH,
        attention_head_dim=4, norm_num_groups=2, down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
    )  # fmt: skip


def motion_adapter(channels: int | None = None) -> MotionAdapter:
    """For that UNet; channels of its own input layer, None for none."""
    from diffusers import MotionAdapter

    return MotionAdapter(
        block_out_channels=LEVELS, motion_layers_per_block=1, motion_norm_num_groups=2, motion_num_attention_heads=2,
        conv_in_channels=channels,
    )  # fmt: skip


def common() -> dict[str, Any]:
    """What every Stable Diffusion 1.5 has besides its UNet."""
    from diffusers import PNDMScheduler

    return {
        "vae": _parts.image_vae(),
        "text_encoder": _parts.clip_text(),
        "tokenizer": _parts.clip_tokenizer(),
        "scheduler": PNDMScheduler(
            beta_start=0.00085,
            beta_end=0.012,
            beta_schedule="scaled_linear",
            skip_prk_steps=True,
            steps_offset=1,
        ),
    }


@builds("stable-diffusion-1.5")
def stable_diffusion() -> StableDiffusionPipeline:
    """The base alone, as the hub has it: not a model here, but the base of composites."""
    from diffusers import StableDiffusionPipeline

    return StableDiffusionPipeline(
        **common(), unet=unet(), safety_checker=None, feature_extractor=None, requires_safety_checker=False
    )


@builds("animatediff-sparsectrl")
def sparsectrl() -> AnimateDiffSparseControlNetPipeline:
    """The control network reads latents of the pictures, as the RGB one does; the scribble one reads pixels."""
    from diffusers import AnimateDiffSparseControlNetPipeline, SparseControlNetModel

    controlnet = SparseControlNetModel(
        block_out_channels=LEVELS, layers_per_block=1, down_block_types=("CrossAttnDownBlockMotion", "DownBlockMotion"),
        cross_attention_dim=_parts.WIDTH, conditioning_embedding_out_channels=(8, 8), norm_num_groups=2,
        attention_head_dim=4, motion_num_attention_heads=2, use_simplified_condition_embedding=True,
    )  # fmt: skip
    return AnimateDiffSparseControlNetPipeline(
        **common(), unet=unet(), motion_adapter=motion_adapter(), controlnet=controlnet
    )


@builds("animatediff-ip-adapter")
def with_image_prompt() -> AnimateDiffPipeline:
    """The adapter's own weights lie beside the pipeline."""
    from diffusers import AnimateDiffPipeline

    return AnimateDiffPipeline(
        **common(), unet=unet(), motion_adapter=motion_adapter(), image_encoder=_parts.clip_vision(),
        feature_extractor=_parts.clip_processor(),
    )  # fmt: skip


@adds("animatediff-ip-adapter")
def ip_adapter(pipeline: AnimateDiffPipeline, folder: Path) -> None:
    """The published layout: image_proj.*, then keys and values of every cross-attention, under odd numbers."""
    import torch
    from safetensors.torch import save_file

    width = _parts.WIDTH
    weights = {
        "image_proj.proj.weight": torch.randn(IMAGE_TOKENS * width, width),
        "image_proj.proj.bias": torch.zeros(IMAGE_TOKENS * width),
        "image_proj.norm.weight": torch.ones(width),
        "image_proj.norm.bias": torch.zeros(width),
    }
    crosses = [
        name.removesuffix(".processor")
        for name in pipeline.unet.attn_processors
        if "motion_modules" not in name and name.endswith("attn2.processor")
    ]
    for number, name in enumerate(crosses):
        channels = pipeline.unet.get_submodule(name).to_k.out_features
        for part in ("to_k_ip", "to_v_ip"):
            weights[f"ip_adapter.{2 * number + 1}.{part}.weight"] = torch.randn(channels, width)
    (folder / "ip_adapter").mkdir(parents=True, exist_ok=True)
    save_file(weights, folder / "ip_adapter" / "ip-adapter_sd15.safetensors", metadata={"format": "pt"})
