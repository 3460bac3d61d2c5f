"""LTX-Video, before and since 0.9.5."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.tiny_checkpoints import _parts, builds

if TYPE_CHECKING:
    from diffusers import DiffusionPipeline


@builds("ltx-video")
def ltx() -> DiffusionPipeline:
    """A checkpoint as the hub has it: its index names the pipeline without an image."""
    from diffusers import FlowMatchEulerDiscreteScheduler, LTXPipeline

    scheduler = FlowMatchEulerDiscreteScheduler(
        use_dynamic_shifting=True, base_shift=0.95, max_shift=2.05, base_image_seq_len=1024, max_image_seq_len=4096,
        shift_terminal=0.1,
    )  # fmt: skip
    return LTXPipeline(scheduler=scheduler, **_rest(has_noise_input=False))


@builds("ltx-video-0.9.5", "ltx-video-0.9.7-dev", "ltx-video-0.9.8-distilled")
def condition() -> DiffusionPipeline:
    """LTXConditionPipeline: its decoder is conditioned on the noise level, and its scheduler has no shift."""
    from diffusers import FlowMatchEulerDiscreteScheduler, LTXConditionPipeline

    return LTXConditionPipeline(scheduler=FlowMatchEulerDiscreteScheduler(), **_rest(has_noise_input=True))


def _rest(has_noise_input: bool) -> dict[str, Any]:
    """32 pixels and 8 frames per latent, as published; 8 channels instead of 128."""
    from diffusers import AutoencoderKLLTXVideo, LTXVideoTransformer3DModel

    channels = 8
    vae = AutoencoderKLLTXVideo(
        latent_channels=channels,
        block_out_channels=(8, 8, 8, 8),
        decoder_block_out_channels=(8, 8, 8, 8),
        layers_per_block=(1,) * 5,
        decoder_layers_per_block=(1,) * 5,
        timestep_conditioning=has_noise_input,
    )
    transformer = LTXVideoTransformer3DModel(
        in_channels=channels,
        out_channels=channels,
        num_attention_heads=2,
        attention_head_dim=16,
        cross_attention_dim=32,
        num_layers=1,
        caption_channels=_parts.WIDTH,
    )
    return {
        "vae": vae,
        "transformer": transformer,
        "text_encoder": _parts.t5_encoder(),
        "tokenizer": _parts.t5_tokenizer(128),
    }
