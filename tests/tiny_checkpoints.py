"""Tiny random-weight checkpoints in the real diffusers format, for tests and for trying the command line without a GPU.

    python -m tests.tiny_checkpoints svd OUT

The parts are those of the published model at the smallest sizes that they can have, so an adapter that loads and runs
one has gone through every line that it would go through with real weights. The same words write the same weights.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from diffusers import DiffusionPipeline


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


BUILDERS: Mapping[str, Callable[[], DiffusionPipeline]] = {"svd": svd}
"""Model -> what builds its pipeline."""


def write(model: str, folder: Path, variant: str | None = None) -> Path:
    """Writes the tiny checkpoint of a model to folder and gives folder back.

    Args:
        variant: 'fp16' stores half-precision weights under diffusers' names for them; None stores float32.
    """
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(20231125)
        pipeline = BUILDERS[model]()
        for part in pipeline.components.values():
            if isinstance(part, torch.nn.Module):
                _fill_zeros(part)
                if variant == "fp16":
                    part.half()
    pipeline.save_pretrained(folder, variant=variant)
    return folder


def _fill_zeros(part: torch.nn.Module) -> None:
    """Gives every parameter that starts as zeros small random values.

    Such layers (biases, the last layer of a residual branch) let nothing through in a network that never trained: the
    image would not reach the clip, and a test could not see an adapter that forgets it.
    """

    for parameter in part.parameters():
        if not parameter.any():
            parameter.data.normal_(std=0.05)


def main() -> None:
    """Writes one checkpoint from the command line."""
    if len(sys.argv) != 3 or sys.argv[1] not in BUILDERS:
        sys.exit(f"usage: python -m tests.tiny_checkpoints {'|'.join(BUILDERS)} OUT")
    sys.stdout.write(f"{write(sys.argv[1], Path(sys.argv[2]))}\n")


if __name__ == "__main__":
    main()
