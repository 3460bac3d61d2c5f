"""EasyAnimate V5.1 InP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.tiny_checkpoints import _parts, builds

if TYPE_CHECKING:
    from diffusers import EasyAnimateInpaintPipeline


@builds("easyanimate-5.1")
def easyanimate() -> EasyAnimateInpaintPipeline:
    """The VAE's configuration lacks the switch that the pipeline reads, as its class does."""
    from diffusers import (
        AutoencoderKLMagvit,
        EasyAnimateInpaintPipeline,
        EasyAnimateTransformer3DModel,
        FlowMatchEulerDiscreteScheduler,
    )
    from transformers import Qwen2VLConfig, Qwen2VLForConditionalGeneration

    tokenizer = _parts.qwen_tokenizer()
    numbers = {
        name: tokenizer.convert_tokens_to_ids(f"<|{token}|>")
        for name, token in {
            "image_token_id": "image_pad", "video_token_id": "video_pad", "vision_start_token_id": "vision_start",
            "vision_end_token_id": "vision_end",
        }.items()
    }  # fmt: skip
    width = 16
    text_encoder = Qwen2VLForConditionalGeneration(
        Qwen2VLConfig(
            text_config={
                "vocab_size": len(tokenizer), "hidden_size": width, "intermediate_size": 32, "num_hidden_layers": 2,
                "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 2048,
                "initializer_range": 0.3, "pad_token_id": tokenizer.pad_token_id,
                "rope_parameters": {"rope_type": "default", "mrope_section": [1, 1], "type": "mrope"},
            },
            vision_config={
                "depth": 1, "embed_dim": width, "hidden_size": width, "num_heads": 2, "patch_size": 14, "mlp_ratio": 2,
            },
            **numbers,
        )
    )  # fmt: skip
    transformer = EasyAnimateTransformer3DModel(
        num_attention_heads=2, attention_head_dim=16, in_channels=9, out_channels=4, time_embed_dim=2,
        text_embed_dim=width, num_layers=1, mmdit_layers=1, sample_width=16, sample_height=16, patch_size=2,
        resize_inpaint_mask_directly=True, add_noise_in_inpaint_model=True,
    )  # fmt: skip
    vae = AutoencoderKLMagvit(
        down_block_types=("SpatialDownBlock3D",) + ("SpatialTemporalDownBlock3D",) * 3,
        up_block_types=("SpatialUpBlock3D",) + ("SpatialTemporalUpBlock3D",) * 3, block_out_channels=(8, 8, 8, 8),
        latent_channels=4, layers_per_block=1, norm_num_groups=2, spatial_group_norm=False,
    )  # fmt: skip
    return EasyAnimateInpaintPipeline(
        vae=vae, text_encoder=text_encoder, tokenizer=tokenizer, transformer=transformer,
        scheduler=FlowMatchEulerDiscreteScheduler(),
    )  # fmt: skip
