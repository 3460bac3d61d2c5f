"""EasyAnimate V5.1 InP: diffusers' inpainting pipeline, which is given a clip and a mask of what to make."""

from __future__ import annotations

from typing import Any, ClassVar

from bench import models
from bench.models.diffusers import ClipRequest, DiffusersModel, teacache
from bench.models.plans import FrameRule, SizeRule
from bench.types import ModelCard


@models.add
class EasyAnimate(DiffusersModel):
    """EasyAnimate V5.1 InP, 12B."""

    card = ModelCard(
        name="easyanimate-5.1", title="EasyAnimate V5.1 InP", version=1, reads_text=True, frames=49, fps=8,
        parameters=12,
        width=576, height=448, weights="alibaba-pai/EasyAnimateV5.1-12b-zh-InP-diffusers",
        licence="see the weights page", paper="arXiv 2405.18991", family="easyanimate", steps=50, guidance=5.0,
        takes=("first frame", "last frame", "keep mask", "negative prompt"), as_of="2026-11-22",
        note="49 frames at most; trained on sides of 256 to 1024 pixels",
    )  # fmt: skip
    pipeline: ClassVar[str] = "EasyAnimateInpaintPipeline"
    frames: ClassVar[FrameRule] = FrameRule(every=4, most=49)
    sizes: ClassVar[SizeRule] = SizeRule(16)
    prompt_limits: ClassVar[dict[str, int]] = {"tokenizer": 242}  # of 256; the chat template takes the rest
    teacache_signals: ClassVar[teacache.Signals] = {"EasyAnimateTransformer3DModel": teacache.time_embedding}

    def prepare(self, pipeline: Any) -> None:
        # The pipeline reads a switch that the VAE's class does not know, so not every checkpoint has it.
        if "cache_mag_vae" not in pipeline.vae.config:
            pipeline.vae.register_to_config(cache_mag_vae=True)

    def arguments(self, request: ClipRequest) -> dict[str, Any]:
        from diffusers.pipelines.easyanimate.pipeline_easyanimate_inpaint import get_image_to_video_latent

        # A list for the image means that frame alone; the last one is a picture, since for a list the function takes
        # the length of the batch as the number of frames.
        video, made = get_image_to_video_latent(
            [request.image], request.last, request.num_frames, (request.height, request.width)
        )
        if request.kept is not None:
            import torch

            made[..., torch.from_numpy(request.kept > 0)] = 0  # every frame of the video is the image here
        chosen = super().arguments(request)
        del chosen["image"]
        # the pipeline has no default for the negative prompt
        return chosen | {
            "negative_prompt": request.settings.negative_prompt,
            "video": video,
            "mask_video": made,
        }
