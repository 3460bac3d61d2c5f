"""CogVideoX from an image: 5B (2024), and 1.5, which makes other sizes and longer clips."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

from bench import models
from bench.errors import UsageError
from bench.models.diffusers import ClipRequest, DiffusersModel, VideoSettings, teacache
from bench.models.plans import FrameRule, Plan, SizeRule
from bench.types import Case, ModelCard

LICENCE = "CogVideoX licence (see the weights' page)"


@dataclass(frozen=True)
class Settings(VideoSettings):
    """Those of every video model, and more.

    Attributes:
        sampler: 'dpm', with guidance that grows over the steps, as the makers' script samples; 'checkpoint' for the
            scheduler that the checkpoint names and constant guidance, which is diffusers' default.
    """

    sampler: Literal["dpm", "checkpoint"] = "dpm"


@models.add
class CogVideoX(DiffusersModel):
    """CogVideoX-5B-I2V: a single size, since its positional embeddings were learned."""

    card = ModelCard(
        name="cogvideox-5b-i2v", title="CogVideoX-5B-I2V", version=1, reads_text=True, frames=49, fps=8,
        parameters=5,
        width=720, height=480, weights="THUDM/CogVideoX-5b-I2V", licence=LICENCE, paper="arXiv 2408.06072",
        note="bfloat16; 720 x 480 only; reads 226 tokens of English and cuts off the rest",
        family="cogvideox", takes=("first frame", "negative prompt"), steps=50, guidance=6.0, lifecycle="legacy",
        as_of="2026-11-22",
    )  # fmt: skip
    Settings = Settings
    pipeline: ClassVar[str] = "CogVideoXImageToVideoPipeline"
    frames: ClassVar[FrameRule] = FrameRule(every=8)  # an even number of latents would lose the single frame
    sizes: ClassVar[SizeRule] = SizeRule(16)
    teacache_signals: ClassVar[teacache.Signals] = {"CogVideoXTransformer3DModel": teacache.time_embedding}
    teacache_coefficients = teacache.Coefficients(
        (-1538.80483, 843.202495, -134.363087, 7.97131516, -0.0523162339)
    )

    def __init__(self, *words: Any) -> None:
        super().__init__(*words)
        # The size of the user's own checkpoint is known once it is loaded.
        self._only = None if self.checkpoint and self.checkpoint.name else self._card_size()

    def plan(self, case: Case) -> Plan:
        SizeRule(only=self._only).made(self.resolved.width, self.resolved.height)
        return super().plan(case)

    def resolve(self, pipeline: Any) -> Any:
        config, scale = pipeline.transformer.config, pipeline.vae_scale_factor_spatial
        width, height = config.sample_width * scale, config.sample_height * scale
        chosen = super().resolve(pipeline)
        if config.use_learned_positional_embeddings:
            self._only = width, height
            return replace(chosen, width=self.settings.width or width, height=self.settings.height or height)
        self._only = None
        if chosen.width > width or chosen.height > height:
            raise UsageError(
                f"size is {chosen.width} x {chosen.height}, and this checkpoint makes {width} x {height} at most"
            )
        return chosen

    def prepare(self, pipeline: Any) -> None:
        if self.settings.sampler == "dpm":
            from diffusers import CogVideoXDPMScheduler

            config = pipeline.scheduler.config
            pipeline.scheduler = CogVideoXDPMScheduler.from_config(config, timestep_spacing="trailing")

    def arguments(self, request: ClipRequest) -> dict[str, Any]:
        return super().arguments(request) | {"use_dynamic_cfg": request.settings.sampler == "dpm"}

    def _card_size(self) -> tuple[int, int] | None:
        return self.card.width or 0, self.card.height or 0


@models.add
class CogVideoX15(CogVideoX):
    """CogVideoX1.5-5B-I2V: two latent frames per token, any size whose shorter side is 768."""

    card = replace(
        CogVideoX.card, name="cogvideox1.5-5b-i2v", title="CogVideoX1.5-5B-I2V", frames=81, fps=16,
        width=1360, height=768, weights="THUDM/CogVideoX1.5-5B-I2V", lifecycle="active",
        note="bfloat16; trained with a shorter side of 768 and a longer one of 768 to 1360; reads 226 tokens of "
        "English and cuts off the rest",
    )  # fmt: skip
    frames: ClassVar[FrameRule] = FrameRule(every=16, most=161)
    teacache_coefficients = teacache.Coefficients(
        (122.842302, -104.088754, 26.2981677, -0.306009921, 0.037121322)
    )

    def _card_size(self) -> None:
        return None
