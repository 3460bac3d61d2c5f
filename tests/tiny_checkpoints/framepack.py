"""FramePack and FramePack F1, which have the same classes and different weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.tiny_checkpoints import _parts, builds
from tests.tiny_checkpoints.hunyuan import llama_config, template

if TYPE_CHECKING:
    from diffusers import HunyuanVideoFramepackPipeline, HunyuanVideoPipeline


@builds("framepack", "framepack-f1")
def framepack() -> HunyuanVideoFramepackPipeline:
    """The whole pipeline in one folder, which the hub has in three repositories."""
    from diffusers import (
        FlowMatchEulerDiscreteScheduler,
        HunyuanVideoFramepackPipeline,
        HunyuanVideoFramepackTransformer3DModel,
    )
    from transformers import LlamaModel, SiglipImageProcessor, SiglipVisionConfig, SiglipVisionModel

    tokenizer = _parts.llama_tokenizer([template(HunyuanVideoFramepackPipeline.__call__)])
    transformer = HunyuanVideoFramepackTransformer3DModel(
        in_channels=4, out_channels=4, num_attention_heads=2, attention_head_dim=10, num_layers=1, num_single_layers=1,
        num_refiner_layers=1, text_embed_dim=16, pooled_projection_dim=_parts.WIDTH, rope_axes_dim=(2, 4, 4),
        image_condition_type=None, has_image_proj=True, image_proj_dim=_parts.WIDTH, has_clean_x_embedder=True,
    )  # fmt: skip
    seen = 28
    encoder = SiglipVisionModel(
        SiglipVisionConfig(
            hidden_size=_parts.WIDTH, intermediate_size=64, num_hidden_layers=1, num_attention_heads=2, image_size=seen,
            patch_size=14,
        )
    )  # fmt: skip
    return HunyuanVideoFramepackPipeline(
        vae=_parts.hunyuan_vae(), transformer=transformer, scheduler=FlowMatchEulerDiscreteScheduler(shift=7.0),
        text_encoder=LlamaModel(llama_config(tokenizer)), tokenizer=tokenizer, text_encoder_2=_parts.clip_text(),
        tokenizer_2=_parts.clip_tokenizer(), image_encoder=encoder,
        feature_extractor=SiglipImageProcessor(size={"height": seen, "width": seen}),
    )  # fmt: skip


@builds("hunyuanvideo")
def hunyuanvideo() -> HunyuanVideoPipeline:
    """The base alone, which makes clips from text: not a model here, but the base of FramePack."""
    from diffusers import HunyuanVideoPipeline, HunyuanVideoTransformer3DModel

    whole = framepack()
    transformer = HunyuanVideoTransformer3DModel(
        in_channels=4, out_channels=4, num_attention_heads=2, attention_head_dim=10, num_layers=1, num_single_layers=1,
        num_refiner_layers=1, text_embed_dim=16, pooled_projection_dim=_parts.WIDTH, rope_axes_dim=(2, 4, 4),
    )  # fmt: skip
    shared = ("vae", "scheduler", "text_encoder", "tokenizer", "text_encoder_2", "tokenizer_2")
    return HunyuanVideoPipeline(**{part: whole.components[part] for part in shared}, transformer=transformer)
