"""Stable Video Diffusion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.tiny_checkpoints import builds

if TYPE_CHECKING:
    from diffusers import DiffusionPipeline


@builds("svd", "svd-xt")
def svd() -> DiffusionPipeline:
    """StableVideoDiffusionPipeline whose native clip is 14 frames of 64 x 64.

    As published, the VAE has four levels (8 pixels a latent) and the scheduler the published settings; the UNet has two
    levels instead of four. The image encoder reads 224 x 224, since the pipeline resizes to that and nothing else.
    """
    from diffusers import (
        AutoencoderKLTemporalDecoder,
        EulerDiscreteScheduler,
        StableVideoDiffusionPipeline,
        UNetSpatioTemporalConditionModel,
    )
    from transformers import CLIPImageProcessor, CLIPVisionConfig, CLIPVisionModelWithProjection

    embedding, time_embedding = 32, 8
    unet = UNetSpatioTemporalConditionModel(
        sample_size=8,
        in_channels=8,  # noise and image latents, side by side
        out_channels=4,
        down_block_types=("CrossAttnDownBlockSpatioTemporal", "DownBlockSpatioTemporal"),
        up_block_types=("UpBlockSpatioTemporal", "CrossAttnUpBlockSpatioTemporal"),
        block_out_channels=(32, 32),
        layers_per_block=1,
        num_attention_heads=(2, 2),
        cross_attention_dim=embedding,
        addition_time_embed_dim=time_embedding,
        projection_class_embeddings_input_dim=3 * time_embedding,  # fps, motion bucket, noise augmentation
        num_frames=14,
    )
    vae = AutoencoderKLTemporalDecoder(
        down_block_types=("DownEncoderBlock2D",) * 4,
        block_out_channels=(32, 32, 32, 32),
        layers_per_block=1,
        latent_channels=4,
        sample_size=64,
    )
    encoder = CLIPVisionModelWithProjection(
        CLIPVisionConfig(
            hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=2,
            image_size=224, patch_size=32, projection_dim=embedding,
        )
    )  # fmt: skip
    scheduler = EulerDiscreteScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", prediction_type="v_prediction",
        interpolation_type="linear", use_karras_sigmas=True, sigma_min=0.002, sigma_max=700.0,
        timestep_spacing="leading", timestep_type="continuous", steps_offset=1,
    )  # fmt: skip
    processor = CLIPImageProcessor(size={"shortest_edge": 224}, crop_size={"height": 224, "width": 224})
    return StableVideoDiffusionPipeline(
        vae=vae, image_encoder=encoder, unet=unet, scheduler=scheduler, feature_extractor=processor
    )
