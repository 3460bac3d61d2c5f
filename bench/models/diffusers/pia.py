"""PIA: Stable Diffusion 1.5 with a motion adapter that takes the image beside every frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from annotated_types import Ge, Le

from bench import models
from bench.models.diffusers import ClipRequest, DiffusersModel, VideoSettings
from bench.models.plans import FrameRule, SizeRule
from bench.types import ModelCard


@dataclass(frozen=True)
class Settings(VideoSettings):
    """Those of every video model, and more.

    Attributes:
        motion_scale: 0 to 2 for increasing motion; 3 to 5 likewise, for clips that loop; 6 to 8 for changes of style.
    """

    motion_scale: Annotated[int, Ge(0), Le(8)] = 0


@models.add
class PIA(DiffusersModel):
    """Personalized Image Animator."""

    card = ModelCard(
        name="pia", title="PIA", version=1, reads_text=True, frames=16, fps=8, width=512, height=512,
        weights="SG161222/Realistic_Vision_V6.0_B1_noVAE", parts={"motion_adapter": "openmmlab/PIA-condition-adapter"},
        licence="see the weights pages", paper="arXiv 2312.13964", family="pia", steps=50, guidance=7.5,
        takes=("first frame", "negative prompt"), lifecycle="legacy", as_of="2026-11-22",
        note="made of two repositories of the hub; diffusers keeps its pipeline among the deprecated ones",
    )  # fmt: skip
    Settings = Settings
    pipeline: ClassVar[str] = "PIAPipeline"
    bases: ClassVar[tuple[str, ...]] = ("StableDiffusionPipeline",)
    part_classes: ClassVar[Mapping[str, str]] = {"motion_adapter": "diffusers.MotionAdapter"}
    frames: ClassVar[FrameRule] = FrameRule(most=32)  # the motion adapter's positions
    sizes: ClassVar[SizeRule] = SizeRule(8)

    def prepare(self, pipeline: Any) -> None:
        from diffusers import EulerDiscreteScheduler

        pipeline.scheduler = EulerDiscreteScheduler.from_config(pipeline.scheduler.config)

    def arguments(self, request: ClipRequest) -> dict[str, Any]:
        return super().arguments(request) | {"motion_scale": request.settings.motion_scale}
