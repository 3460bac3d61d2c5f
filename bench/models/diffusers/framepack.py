"""FramePack and FramePack F1: HunyuanVideo's text encoders and VAE, a transformer that makes a clip section by section.

FramePack makes the last section first and works towards the image, so it can take a last frame; F1 goes forward.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from bench import models
from bench.models.diffusers import ClipRequest, DiffusersModel, DistilledSettings, teacache
from bench.models.plans import SectionRule, SizeRule
from bench.types import ModelCard

WINDOW = 9
"""Latent frames per section, as the weights were trained."""


@models.add
class FramePack(DiffusersModel):
    """FramePack, from the end of the clip towards the image."""

    card = ModelCard(
        name="framepack", title="FramePack", version=1, reads_text=True, frames=109, fps=30, width=832, height=480,
        weights="hunyuanvideo-community/HunyuanVideo", licence="see the weights page", paper="arXiv 2504.12626",
        parts={
            "transformer": "lllyasviel/FramePackI2V_HY",
            "image_encoder": "lllyasviel/flux_redux_bfl/image_encoder",
            "feature_extractor": "lllyasviel/flux_redux_bfl/feature_extractor",
        },
        family="framepack", steps=30, guidance=9.0, takes=("first frame", "last frame", "negative prompt"),
        as_of="2026-11-22",
        note="made of three repositories of the hub; frames come in sections of 36, and surplus frames are cut off:"
        " with a last frame ask for 37, 73, 109, …, or the cut takes it away",
    )  # fmt: skip
    Settings = DistilledSettings
    pipeline: ClassVar[str] = "HunyuanVideoFramepackPipeline"
    bases: ClassVar[tuple[str, ...]] = ("HunyuanVideoPipeline",)
    part_classes: ClassVar[Mapping[str, str]] = {
        "transformer": "diffusers.HunyuanVideoFramepackTransformer3DModel",
        "image_encoder": "transformers.SiglipVisionModel",
        "feature_extractor": "transformers.SiglipImageProcessor",
    }
    frames: ClassVar[SectionRule] = SectionRule(every=4, window=WINDOW)
    sizes: ClassVar[SizeRule] = SizeRule(16)
    # 256 tokens of the prompt after the template, whose first token is counted with the prompt
    prompt_limits: ClassVar[dict[str, int]] = {"tokenizer": 257}
    # No file of the published weights names it, and the wrong one gives a bad clip rather than an error.
    sampling: ClassVar[str] = "inverted_anti_drifting"
    teacache_signals: ClassVar[teacache.Signals] = {
        "HunyuanVideoFramepackTransformer3DModel": teacache.normed_by_time
    }
    # those of HunyuanVideo, as in the makers' own application
    teacache_coefficients = teacache.Coefficients(
        (733.226126, -401.131952, 67.5869174, -3.149878, 0.0961237896)
    )

    def sections(self, request: ClipRequest) -> int:
        return self.frames.sections(request.num_frames)

    def arguments(self, request: ClipRequest) -> dict[str, Any]:
        return super().arguments(request) | {
            "true_cfg_scale": request.settings.true_cfg,
            "latent_window_size": WINDOW,
            "sampling_type": self.sampling,
            "last_image": request.last,
        }


@models.add
class FramePackF1(FramePack):
    """FramePack F1, forward from the image."""

    card = replace(
        FramePack.card, name="framepack-f1", title="FramePack F1", takes=("first frame", "negative prompt"),
        parts={**FramePack.card.parts, "transformer": "lllyasviel/FramePack_F1_I2V_HY_20250503"},
        note="made of three repositories of the hub; frames come in sections of 36, and surplus frames are cut off",
    )  # fmt: skip
    sampling: ClassVar[str] = "vanilla"
    teacache_coefficients = FramePack.teacache_coefficients
