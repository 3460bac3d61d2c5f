"""SkyReels-V2 from an image: Wan 2.1's layout, trained on films, 24 frames per second."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

from annotated_types import Gt

from bench import models
from bench.models.diffusers import DiffusersModel, VideoSettings, set_flow_shift, teacache
from bench.models.plans import FrameRule, SizeRule
from bench.types import ModelCard


@dataclass(frozen=True)
class Settings(VideoSettings):
    """Those of every video model, and more.

    Attributes:
        flow_shift: higher values spend more steps on high noise; 5 is what diffusers' example uses for images. None:
            the checkpoint's.
    """

    flow_shift: Annotated[float, Gt(0)] | None = 5.0


@models.add
class SkyReels(DiffusersModel):
    """SkyReels-V2 with 1.3B, for 540p."""

    card = ModelCard(
        name="skyreels-v2-i2v-1.3b-540p", title="SkyReels-V2 I2V 1.3B 540P", version=1, reads_text=True, frames=97,
        parameters=1.3,
        fps=24, width=960, height=544, weights="Skywork/SkyReels-V2-I2V-1.3B-540P-Diffusers",
        licence="see the weights' page", paper="arXiv 2504.13074", family="skyreels",
        takes=("first frame", "negative prompt"), steps=50, guidance=5.0, as_of="2026-11-22",
        note="about 3 GB in bfloat16 beside a text encoder of 11 GB",
    )  # fmt: skip
    Settings = Settings
    pipeline: ClassVar[str] = "SkyReelsV2ImageToVideoPipeline"
    frames: ClassVar[FrameRule] = FrameRule(every=4)
    sizes: ClassVar[SizeRule] = SizeRule(16)
    full_precision: ClassVar[tuple[str, ...]] = ("vae", "image_encoder")
    teacache_signals: ClassVar[teacache.Signals] = {"SkyReelsV2Transformer3DModel": teacache.time_embedding}

    def prepare(self, pipeline: Any) -> None:
        set_flow_shift(pipeline, self.settings.flow_shift)


@models.add
class SkyReelsBig(SkyReels):
    """SkyReels-V2 with 14B, for 540p."""

    card = replace(
        SkyReels.card, name="skyreels-v2-i2v-14b-540p", title="SkyReels-V2 I2V 14B 540P",
        parameters=14,
        weights="Skywork/SkyReels-V2-I2V-14B-540P-Diffusers",
        note="about 28 GB in bfloat16 beside a text encoder of 11 GB, so try --memory model",
    )  # fmt: skip


@models.add
class SkyReelsBigAt720p(SkyReelsBig):
    """SkyReels-V2 with 14B, for 720p."""

    card = replace(
        SkyReelsBig.card, name="skyreels-v2-i2v-14b-720p", title="SkyReels-V2 I2V 14B 720P", frames=121,
        width=1280, height=720, weights="Skywork/SkyReels-V2-I2V-14B-720P-Diffusers",
    )  # fmt: skip
