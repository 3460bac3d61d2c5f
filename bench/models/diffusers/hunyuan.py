"""HunyuanVideo I2V: diffusers' pipeline, in the two layouts that were published.

They differ in how they receive the image: in place of the first latent frame (token_replace), or beside every latent
frame (latent_concat, '33ch'), whose first four frames the pipeline drops.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

from annotated_types import Gt

from bench import models
from bench.errors import UsageError
from bench.models.diffusers import ClipRequest, DiffusersModel, DistilledSettings, set_flow_shift, teacache
from bench.models.plans import FrameRule, SizeRule
from bench.types import ModelCard


@dataclass(frozen=True)
class Settings(DistilledSettings):
    """Those of every distilled model, and more. The 33ch weights were trained without guidance.

    Attributes:
        flow_shift: of the scheduler; None for the checkpoint's. Its makers use 7 for steady clips, 17 for lively ones.
    """

    flow_shift: Annotated[float, Gt(0)] | None = None


@models.add
class HunyuanVideo(DiffusersModel):
    """HunyuanVideo I2V, the image in place of the first latent frame."""

    card = ModelCard(
        name="hunyuanvideo-i2v", title="HunyuanVideo I2V", version=1, reads_text=True, frames=129, fps=15,
        width=1280, height=720, weights="hunyuanvideo-community/HunyuanVideo-I2V",
        licence="Tencent Hunyuan Community License", paper="arXiv 2412.03603", family="hunyuanvideo", steps=50,
        guidance=6.0, takes=("first frame", "negative prompt"), as_of="2026-11-22",
        note="60 GB at 1280 x 720 by its makers; --memory model and fewer or smaller frames need less",
    )  # fmt: skip
    Settings = Settings
    pipeline: ClassVar[str] = "HunyuanVideoImageToVideoPipeline"
    frames: ClassVar[FrameRule] = FrameRule(every=4)
    sizes: ClassVar[SizeRule] = SizeRule(16)
    # 256 tokens of the prompt after the template, whose first token is counted with the prompt
    prompt_limits: ClassVar[dict[str, int]] = {"tokenizer": 257}
    layout: ClassVar[str] = "token_replace"
    teacache_signals: ClassVar[teacache.Signals] = {"HunyuanVideoTransformer3DModel": teacache.normed_by_time}
    teacache_coefficients = teacache.Coefficients(
        (733.226126, -401.131952, 67.5869174, -3.149878, 0.0961237896)
    )

    def prepare(self, pipeline: Any) -> None:
        found = pipeline.transformer.config.image_condition_type
        if found != self.layout:
            raise UsageError(
                f"the checkpoint's layout is {found}, and model '{self.card.name}' is for {self.layout};"
                " choose hunyuanvideo-i2v for token_replace, hunyuanvideo-i2v-33ch for latent_concat"
            )
        set_flow_shift(pipeline, self.settings.flow_shift)

    def arguments(self, request: ClipRequest) -> dict[str, Any]:
        return super().arguments(request) | {"true_cfg_scale": request.settings.true_cfg}


@models.add
class HunyuanVideo33(HunyuanVideo):
    """HunyuanVideo I2V, the image beside every latent frame."""

    card = replace(
        HunyuanVideo.card, name="hunyuanvideo-i2v-33ch", title="HunyuanVideo I2V (33 channels)",
        weights="hunyuanvideo-community/HunyuanVideo-I2V-33ch", guidance=1.0,
    )  # fmt: skip
    frames: ClassVar[FrameRule] = FrameRule(every=4, extra=4)
    layout: ClassVar[str] = "latent_concat"
    teacache_coefficients = HunyuanVideo.teacache_coefficients
