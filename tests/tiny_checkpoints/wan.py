"""Wan 2.1 and 2.2 from images, first and last frames, and VACE."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.tiny_checkpoints import _parts, builds

if TYPE_CHECKING:
    import torch
    from diffusers import DiffusionPipeline, UniPCMultistepScheduler, WanTransformer3DModel

WAKE = 10
LATENTS, MASK = 16, 4
"""Channels of a latent, and of the mask of given frames: one for each frame in a latent."""


@builds("wan2.1-i2v-480p", "wan2.1-i2v-720p")
def wan21() -> DiffusionPipeline:
    """WanImageToVideoPipeline that also gives the image to a CLIP encoder."""
    return _pipeline(
        transformer=transformer(image_dim=32),
        image_encoder=_parts.wan_image_encoder(),
        image_processor=_parts.clip_processor(),
    )


@builds("wan2.1-flf2v-720p")
def flf2v() -> DiffusionPipeline:
    """As wan21, with positions for the features of two images: it runs with both or not at all."""
    both = transformer(image_dim=32, pos_embed_seq_len=2 * _parts.CLIP_TOKENS)
    return _pipeline(
        transformer=both, image_encoder=_parts.wan_image_encoder(), image_processor=_parts.clip_processor()
    )


@builds("wan2.2-i2v-a14b")
def wan22() -> DiffusionPipeline:
    """Two transformers, one for high and one for low noise, and no image encoder."""
    return _pipeline(transformer=transformer(), transformer_2=transformer(), boundary_ratio=0.9)


@builds("wan2.2-ti2v-5b")
def ti2v() -> DiffusionPipeline:
    """A noise level per token, and a VAE of 16 pixels per latent that takes patches of four pixels."""
    from diffusers import AutoencoderKLWan

    channels = 48
    vae = AutoencoderKLWan(
        base_dim=3,
        z_dim=channels,
        in_channels=12,
        out_channels=12,
        patch_size=2,
        is_residual=True,
        dim_mult=[1, 1, 1, 1],
        num_res_blocks=1,
        temperal_downsample=[False, True, True],
        latents_mean=[0.0] * channels,
        latents_std=[1.0] * channels,
        scale_factor_spatial=16,
        scale_factor_temporal=4,
    )
    both = transformer(in_channels=channels, out_channels=channels)
    return _pipeline(vae=vae, transformer=both, expand_timesteps=True)


@builds("wan2.1-vace-1.3b", "wan2.1-vace-14b")
def vace() -> DiffusionPipeline:
    """WanVACEPipeline: a video and a mask go through blocks of their own, whose output is added in the others."""
    from diffusers import WanVACEPipeline, WanVACETransformer3DModel

    controlled = WanVACETransformer3DModel(
        **_sizes(),
        in_channels=LATENTS,
        out_channels=LATENTS,
        vace_layers=[0, 1],
        vace_in_channels=2 * LATENTS + 64,  # what stays, what changes, and the mask's 8 x 8 pixels per latent
    )
    wake(controlled)
    for block in controlled.vace_blocks:
        block.proj_out.weight.data *= WAKE
    return WanVACEPipeline(
        tokenizer=_parts.t5_tokenizer(512),
        text_encoder=_parts.t5_encoder(is_umt5=True),
        vae=_parts.wan_vae(),
        scheduler=scheduler(),
        transformer=controlled,
    )


def transformer(
    in_channels: int = 2 * LATENTS + MASK, out_channels: int = LATENTS, **more: Any
) -> WanTransformer3DModel:
    """Wan's transformer with two blocks."""
    from diffusers import WanTransformer3DModel

    made = WanTransformer3DModel(**_sizes(), in_channels=in_channels, out_channels=out_channels, **more)
    wake(made)
    return made


def wake(made: torch.nn.Module) -> None:
    """Amplifies the initial weights of pictures, text and output.

    Otherwise a picture or a word would change less than one level of a pixel through untrained layers.
    """
    made.proj_out.weight.data *= WAKE
    made.patch_embedding.weight.data[:, made.config.out_channels :] *= (
        WAKE  # the conditioning, beside the noise
    )
    for block in made.blocks:
        block.attn2.to_out[0].weight.data *= WAKE


def _sizes() -> dict[str, Any]:
    return {
        "patch_size": (1, 2, 2), "num_attention_heads": 2, "attention_head_dim": 12, "text_dim": _parts.WIDTH,
        "freq_dim": 32, "ffn_dim": 32, "num_layers": 2, "rope_max_seq_len": 32,
    }  # fmt: skip


def scheduler() -> UniPCMultistepScheduler:
    """As published."""
    from diffusers import UniPCMultistepScheduler

    return UniPCMultistepScheduler(prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0)


def _pipeline(**parts: Any) -> DiffusionPipeline:
    from diffusers import WanImageToVideoPipeline

    return WanImageToVideoPipeline(
        tokenizer=_parts.t5_tokenizer(512),
        text_encoder=_parts.t5_encoder(is_umt5=True),
        scheduler=scheduler(),
        **({"vae": _parts.wan_vae()} | parts),
    )
