"""CogVideoX-5B-I2V and CogVideoX1.5-5B-I2V."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.tiny_checkpoints import _parts, builds

if TYPE_CHECKING:
    from diffusers import DiffusionPipeline


@builds("cogvideox-5b-i2v")
def cogvideox() -> DiffusionPipeline:
    """CogVideoXImageToVideoPipeline that makes only 32 x 32 pixels: its positions are learned."""
    return _pipeline({"use_learned_positional_embeddings": True}, has_inverted_scale=False)


@builds("cogvideox1.5-5b-i2v")
def cogvideox15() -> DiffusionPipeline:
    """As 1.5 is published: two latent frames per token, an embedding of the image's offset, sizes up to 64 x 64."""
    changes = {
        "sample_width": 8,
        "sample_height": 8,
        "use_learned_positional_embeddings": False,
        "patch_size_t": 2,
        "ofs_embed_dim": 4,
        "patch_bias": False,
    }
    return _pipeline(changes, has_inverted_scale=True)


def _pipeline(changes: dict[str, Any], has_inverted_scale: bool) -> DiffusionPipeline:
    from diffusers import (
        AutoencoderKLCogVideoX,
        CogVideoXDDIMScheduler,
        CogVideoXImageToVideoPipeline,
        CogVideoXTransformer3DModel,
    )

    channels = 4
    transformer = CogVideoXTransformer3DModel(
        in_channels=2 * channels,  # noise and image latents, side by side
        out_channels=channels,
        num_attention_heads=2,
        attention_head_dim=16,
        num_layers=1,
        time_embed_dim=4,
        text_embed_dim=_parts.WIDTH,
        max_text_seq_length=226,
        use_rotary_positional_embeddings=True,
        **({"sample_width": 4, "sample_height": 4, "sample_frames": 9} | changes),
    )
    vae = AutoencoderKLCogVideoX(
        down_block_types=("CogVideoXDownBlock3D",) * 4,
        up_block_types=("CogVideoXUpBlock3D",) * 4,
        block_out_channels=(8, 8, 8, 8),
        layers_per_block=1,
        latent_channels=channels,
        norm_num_groups=2,
        invert_scale_latents=has_inverted_scale,
    )
    return CogVideoXImageToVideoPipeline(
        tokenizer=_parts.t5_tokenizer(226),
        text_encoder=_parts.t5_encoder(),
        vae=vae,
        transformer=transformer,
        scheduler=CogVideoXDDIMScheduler(
            prediction_type="v_prediction",
            rescale_betas_zero_snr=True,
            snr_shift_scale=1.0,
            timestep_spacing="trailing",
        ),
    )
