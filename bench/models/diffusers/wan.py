"""Wan 2.1 and 2.2 from an image, or from a first and a last one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

from annotated_types import Ge, Gt

from bench import models
from bench.errors import UsageError
from bench.models.diffusers import ClipRequest, DiffusersModel, VideoSettings, set_flow_shift, teacache
from bench.models.plans import FrameRule, Plan, SizeRule
from bench.types import Case, ModelCard

LICENCE = "see the weights' page"
BIG = "14 billion parameters: about 28 GB in bfloat16 beside a text encoder of 11 GB, so try --memory model"


@dataclass(frozen=True)
class Settings(VideoSettings):
    """Those of every video model, and more.

    Attributes:
        flow_shift: higher values spend more steps on high noise; 3 for 480p, 5 for 720p. None: the checkpoint's.
    """

    flow_shift: Annotated[float, Gt(0)] | None = None


@dataclass(frozen=True)
class ExpertSettings(Settings):
    """Those, and what the pipeline of two experts takes.

    Attributes:
        guidance_2: of the expert for low noise; `guidance` is the other's. None: the same.
    """

    guidance_2: Annotated[float, Ge(0)] | None = None


@models.add
class Wan21(DiffusersModel):
    """Wan 2.1, trained for 480p."""

    card = ModelCard(
        name="wan2.1-i2v-480p", title="Wan 2.1 I2V 14B 480P", version=1, reads_text=True, frames=81, fps=16,
        parameters=14,
        width=832, height=480, weights="Wan-AI/Wan2.1-I2V-14B-480P-Diffusers", licence=LICENCE,
        paper="arXiv 2503.20314", note=BIG, family="wan", takes=("first frame", "negative prompt"), steps=40,
        guidance=5.0, lifecycle="legacy", as_of="2026-11-22",
    )  # fmt: skip
    Settings = Settings
    pipeline: ClassVar[str] = "WanImageToVideoPipeline"
    frames: ClassVar[FrameRule] = FrameRule(every=4)
    sizes: ClassVar[SizeRule] = SizeRule(16)
    full_precision: ClassVar[tuple[str, ...]] = ("vae", "image_encoder")
    expands_timesteps: ClassVar[bool] = False
    teacache_signals: ClassVar[teacache.Signals] = {"WanTransformer3DModel": teacache.time_embedding}
    # of the makers' two sets the one for the projected time embedding, which is what the blocks are given
    teacache_coefficients = teacache.Coefficients(
        (257151.496, -35422.9917, 1402.86849, -13.5890334, 0.132517977), kept=5
    )

    def prepare(self, pipeline: Any) -> None:
        if pipeline.config.expand_timesteps != self.expands_timesteps:
            raise UsageError(
                f"checkpoint {self._source().source} is {'' if pipeline.config.expand_timesteps else 'not '}"
                f"of Wan 2.2's 5B layout, and model '{self.card.name}' is the other; choose the model for it"
            )
        set_flow_shift(pipeline, self.settings.flow_shift)


@models.add
class Wan21At720p(Wan21):
    """Wan 2.1, trained for 720p."""

    card = replace(
        Wan21.card, name="wan2.1-i2v-720p", title="Wan 2.1 I2V 14B 720P", width=1280, height=720,
        weights="Wan-AI/Wan2.1-I2V-14B-720P-Diffusers",
    )  # fmt: skip
    teacache_coefficients = teacache.Coefficients(
        (8107.0546, 2133.93892, -372.934672, 16.6203073, -0.0417769401), kept=5
    )


@models.add
class WanFirstLast(Wan21):
    """Wan 2.1 between a first and a last frame; it does not run without the last."""

    card = replace(
        Wan21.card, name="wan2.1-flf2v-720p", title="Wan 2.1 FLF2V 14B 720P", width=1280, height=720,
        weights="Wan-AI/Wan2.1-FLF2V-14B-720P-diffusers", takes=("first frame", "last frame", "negative prompt"),
        note=f"{BIG}; needs a last frame: cases with keyframes only, of which it takes the last",
    )  # fmt: skip

    def plan(self, case: Case) -> Plan:
        if not any(keyframe.frame for keyframe in case.keyframes):
            raise UsageError(
                f"model '{self.card.name}' needs a last frame, and case '{case.id}' has no keyframe after frame 0"
            )
        return super().plan(case)

    def arguments(self, request: ClipRequest) -> dict[str, Any]:
        return super().arguments(request) | {"last_image": request.last}


@models.add
class Wan22(Wan21):
    """Wan 2.2 with two experts of 14B, one for the steps of high noise and one for the rest."""

    card = replace(
        Wan21.card, name="wan2.2-i2v-a14b", title="Wan 2.2 I2V A14B", weights="Wan-AI/Wan2.2-I2V-A14B-Diffusers",
        guidance=3.5, takes=("first frame", "last frame", "negative prompt"), lifecycle="active",
        note=f"two experts, each of {BIG}; trained up to 1280 x 720; the pipeline takes a last frame, which the "
        "makers do not mention",
    )  # fmt: skip
    Settings = ExpertSettings

    def arguments(self, request: ClipRequest) -> dict[str, Any]:
        more = {"last_image": request.last, "guidance_scale_2": request.settings.guidance_2}
        return super().arguments(request) | more


@models.add
class Wan22Small(Wan21):
    """Wan 2.2 with 5B: a VAE of 16 pixels per latent, and a noise level per token."""

    card = replace(
        Wan21.card, name="wan2.2-ti2v-5b", title="Wan 2.2 TI2V 5B", frames=121, fps=24, width=1280, height=704,
        parameters=5,
        weights="Wan-AI/Wan2.2-TI2V-5B-Diffusers", steps=50, lifecycle="active",
        note="5 billion parameters: about 10 GB in bfloat16 beside a text encoder of 11 GB; sizes are multiples of 32",
    )  # fmt: skip
    bases: ClassVar[tuple[str, ...]] = (
        "WanPipeline",
    )  # it also makes clips from text alone, and may be stored as that pipeline
    sizes: ClassVar[SizeRule] = SizeRule(32)
    expands_timesteps: ClassVar[bool] = True
