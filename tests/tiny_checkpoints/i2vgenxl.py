"""I2VGen-XL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.tiny_checkpoints import _parts, builds

if TYPE_CHECKING:
    from diffusers import I2VGenXLPipeline


@builds("i2vgen-xl")
def i2vgenxl() -> I2VGenXLPipeline:
    """Two levels instead of four; the image encoder and the text encoder share a width, as published."""
    from diffusers import DDIMScheduler, I2VGenXLPipeline, I2VGenXLUNet

    unet = I2VGenXLUNet(
        block_out_channels=(32, 32), layers_per_block=1, sample_size=8, norm_num_groups=8, attention_head_dim=16,
        cross_attention_dim=_parts.WIDTH, down_block_types=("CrossAttnDownBlock3D", "DownBlock3D"),
        up_block_types=("UpBlock3D", "CrossAttnUpBlock3D"), num_attention_heads=None,
    )  # fmt: skip
    return I2VGenXLPipeline(
        vae=_parts.image_vae(), text_encoder=_parts.clip_text(layers=3), tokenizer=_parts.clip_tokenizer(),
        image_encoder=_parts.clip_vision(), feature_extractor=_parts.clip_processor(), unet=unet,
        scheduler=DDIMScheduler(beta_start=0.00085, beta_end=0.012, clip_sample=False, set_alpha_to_one=False),
    )  # fmt: skip
