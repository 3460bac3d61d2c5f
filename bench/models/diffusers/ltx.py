"""LTX-Video: 0.9 from a first frame; from 0.9.5 on, from any number of frames at any position."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

from annotated_types import Ge, Le

from bench import models
from bench.models.diffusers import ClipRequest, DiffusersModel, VideoSettings, teacache
from bench.models.plans import FrameRule, SizeRule
from bench.types import ModelCard

PIPELINES = ("LTXPipeline", "LTXImageToVideoPipeline", "LTXConditionPipeline")
"""Three pipelines of the same parts: the hub's index names any of them."""

DISTILLED = (1000.0, 993.0, 987.0, 981.0, 975.0, 909.0, 725.0, 0.03)
"""Timesteps that the distilled weights were trained on: the makers' configuration, and diffusers' documentation."""


@dataclass(frozen=True)
class Settings(VideoSettings):
    """Those of every video model, and more; fps is an input of the model.

    Attributes:
        steps: of denoising; at least two, since the schedule runs from the first to the last.
        decode_timestep: noise level that the decoder is conditioned on, from 0.9.1 on.
        decode_noise: how much noise is added to the latents before they are decoded.
    """

    steps: Annotated[int, Ge(2), Le(1000)] | None = None
    decode_timestep: Annotated[float, Ge(0), Le(1)] = 0.05
    decode_noise: Annotated[float, Ge(0), Le(1)] = 0.025


@dataclass(frozen=True)
class ConditionSettings(Settings):
    """Those, and what the pipeline takes from 0.9.5 on.

    Attributes:
        image_noise: how much noise is added to the conditioning pictures, which increases motion.
        strength: of the conditioning; 1 keeps the pictures unchanged.
    """

    image_noise: Annotated[float, Ge(0), Le(1)] = 0.025
    strength: Annotated[float, Ge(0), Le(1)] = 1.0


def shifted_by_time(block: Any, given: Mapping[str, Any]) -> Any:
    """The input of the first attention, which TeaCache observes."""
    hidden, time = given["hidden_states"], given["temb"]
    table = block.scale_shift_table
    values = table[None, None].to(time.device) + time.reshape(*time.shape[:2], len(table), -1)
    shift, scale = values[:, :, 0], values[:, :, 1]
    return block.norm1(hidden) * (1 + scale) + shift


@models.add
class LTX(DiffusersModel):
    """LTX-Video 0.9, 2B."""

    card = ModelCard(
        name="ltx-video", title="LTX-Video 0.9", version=1, reads_text=True, frames=161, fps=25, width=704,
        height=480, weights="Lightricks/LTX-Video", licence="see the weights' page", paper="arXiv 2501.00103",
        note="bfloat16; wants long prompts in English; frames are 8k + 1 and sizes multiples of 32", family="ltx",
        takes=("first frame", "negative prompt"), steps=50, guidance=3.0, lifecycle="legacy", as_of="2026-11-22",
    )  # fmt: skip
    Settings = Settings
    pipeline: ClassVar[str] = "LTXImageToVideoPipeline"
    bases: ClassVar[tuple[str, ...]] = PIPELINES
    frames: ClassVar[FrameRule] = FrameRule(every=8)
    sizes: ClassVar[SizeRule] = SizeRule(32)
    teacache_signals: ClassVar[teacache.Signals] = {"LTXVideoTransformer3DModel": shifted_by_time}
    teacache_coefficients = teacache.Coefficients(
        (21.4700694, -12.8016453, 2.31279151, 0.792487521, 0.00969274326)
    )

    def arguments(self, request: ClipRequest) -> dict[str, Any]:
        chosen = request.settings
        return super().arguments(request) | {
            "frame_rate": chosen.fps,
            "decode_timestep": chosen.decode_timestep,
            "decode_noise_scale": chosen.decode_noise,
        }


@models.add
class LTXCondition(LTX):
    """LTX-Video 0.9.5, 2B: the first with frames at any position."""

    card = replace(
        LTX.card, name="ltx-video-0.9.5", title="LTX-Video 0.9.5", weights="Lightricks/LTX-Video-0.9.5",
        takes=("first frame", "last frame", "keyframes", "negative prompt"),
    )  # fmt: skip
    Settings = ConditionSettings
    pipeline: ClassVar[str] = "LTXConditionPipeline"

    def prepare(self, pipeline: Any) -> None:
        # This pipeline passes no size to a scheduler whose shift depends on it, and the scheduler raises.
        if pipeline.scheduler.config.get("use_dynamic_shifting"):
            config = pipeline.scheduler.config
            pipeline.scheduler = type(pipeline.scheduler).from_config(config, use_dynamic_shifting=False)

    def arguments(self, request: ClipRequest) -> dict[str, Any]:
        from diffusers.pipelines.ltx.pipeline_ltx_condition import LTXVideoCondition

        asked, chosen = super().arguments(request), request.settings
        pictures = {0: asked.pop("image"), **request.keyframes}
        conditions = [
            LTXVideoCondition(image=picture, frame_index=frame, strength=chosen.strength)
            for frame, picture in sorted(pictures.items())
        ]
        return asked | {"conditions": conditions, "image_cond_noise_scale": chosen.image_noise}


@models.add
class LTXBig(LTXCondition):
    """LTX-Video 0.9.7, 13B."""

    card = replace(
        LTXCondition.card, name="ltx-video-0.9.7-dev", title="LTX-Video 0.9.7 13B",
        parameters=13,
        weights="Lightricks/LTX-Video-0.9.7-dev", guidance=5.0, lifecycle="active",
        note="13 billion parameters: about 26 GB in bfloat16 beside a text encoder; without the upscaler that its "
        "makers run after it; frames are 8k + 1 and sizes multiples of 32",
    )  # fmt: skip


@models.add
class LTXDistilled(LTXBig):
    """LTX-Video 0.9.8, 13B, distilled to eight steps without guidance."""

    card = replace(
        LTXBig.card, name="ltx-video-0.9.8-distilled", title="LTX-Video 0.9.8 13B distilled",
        weights="Lightricks/LTX-Video-0.9.8-13B-distilled", steps=len(DISTILLED), guidance=1.0,
        takes=("first frame", "last frame", "keyframes"),
        note=f"{LTXBig.card.note}; eight steps are those that it was distilled to, other numbers are spread evenly; "
        "guidance stays 1",
    )  # fmt: skip

    def arguments(self, request: ClipRequest) -> dict[str, Any]:
        is_native = request.settings.steps == len(DISTILLED)
        return super().arguments(request) | ({"timesteps": list(DISTILLED)} if is_native else {})
