"""SkyReels-V2 from an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.tiny_checkpoints import _parts, builds, wan

if TYPE_CHECKING:
    from diffusers import DiffusionPipeline


@builds("skyreels-v2-i2v-1.3b-540p", "skyreels-v2-i2v-14b-540p", "skyreels-v2-i2v-14b-720p")
def skyreels() -> DiffusionPipeline:
    """SkyReelsV2ImageToVideoPipeline, laid out as Wan 2.1."""
    from diffusers import (
        SkyReelsV2ImageToVideoPipeline,
        SkyReelsV2Transformer3DModel,
        UniPCMultistepScheduler,
    )

    transformer = SkyReelsV2Transformer3DModel(
        patch_size=(1, 2, 2),
        in_channels=36,  # noise, image latents and a mask of 4 frames per latent
        out_channels=16,
        num_attention_heads=2,
        attention_head_dim=12,
        text_dim=_parts.WIDTH,
        image_dim=32,
        freq_dim=32,
        ffn_dim=32,
        num_layers=2,
        rope_max_seq_len=32,
    )
    wan.wake(transformer)
    return SkyReelsV2ImageToVideoPipeline(
        tokenizer=_parts.t5_tokenizer(512),
        text_encoder=_parts.t5_encoder(is_umt5=True),
        image_encoder=_parts.clip_vision(),
        image_processor=_parts.clip_processor(),
        transformer=transformer,
        vae=_parts.wan_vae(),
        scheduler=UniPCMultistepScheduler(
            prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=5.0
        ),
    )
