"""I2VGen-XL: diffusers' pipeline, repaired for transformers 5."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from annotated_types import Ge

from bench import models
from bench.models.diffusers import ClipRequest, DiffusersModel, VideoSettings
from bench.models.plans import SizeRule
from bench.types import ModelCard


@dataclass(frozen=True)
class Settings(VideoSettings):
    """Those of every video model, and more.

    Attributes:
        fps: an input of the model, and the clip's.
        decode_chunk_size: frames decoded at a time; more need more memory.
    """

    fps: Annotated[int, Ge(1)] | None = None  # the model has an embedding of whole rates
    decode_chunk_size: Annotated[int, Ge(1)] = 1


@models.add
class I2VGenXL(DiffusersModel):
    """I2VGen-XL."""

    card = ModelCard(
        name="i2vgen-xl", title="I2VGen-XL", version=1, reads_text=True, frames=16, fps=16, width=1280, height=704,
        weights="ali-vilab/i2vgen-xl", licence="see the weights page", paper="arXiv 2311.04145", family="i2vgen-xl",
        steps=50, guidance=9.0, takes=("first frame", "negative prompt"), lifecycle="legacy", as_of="2026-11-22",
        note="diffusers keeps its pipeline among the deprecated ones; its makers write a long negative prompt",
    )  # fmt: skip
    Settings = Settings
    pipeline: ClassVar[str] = "I2VGenXLPipeline"
    sizes: ClassVar[SizeRule] = SizeRule(8)

    def prepare(self, pipeline: Any) -> None:
        # The pipeline reads the last norm of the text encoder's inner model; since transformers 5 there is no inner
        # model, and the norm is the encoder's own. Not by setattr, which would make the encoder its own submodule.
        if not hasattr(pipeline.text_encoder, "text_model"):
            vars(pipeline.text_encoder)["text_model"] = pipeline.text_encoder

    def arguments(self, request: ClipRequest) -> dict[str, Any]:
        return super().arguments(request) | {
            "target_fps": request.settings.fps,
            "decode_chunk_size": request.settings.decode_chunk_size,
        }
