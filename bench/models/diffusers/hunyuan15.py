"""HunyuanVideo 1.5 I2V: diffusers' pipeline, which takes neither a size nor a scale of guidance.

The size follows the image: the nearest shape among sizes with about the area of a square of 640 (480p) or 960 (720p)
pixels. Guidance is a part of the checkpoint, the guider.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

from annotated_types import Ge, MultipleOf

from bench import models
from bench.models.diffusers import ClipRequest, DiffusersModel, VideoSettings, teacache
from bench.models.plans import FrameRule, SizeRule
from bench.types import ModelCard

PATCH = 16
"""Pixels per latent: sizes are multiples of it."""

WIDEST = 4
"""Long side by short side, at most."""


@dataclass(frozen=True)
class Settings(VideoSettings):
    """Those of every video model, and more.

    Attributes:
        width, height: pixels; None for the size that the model itself chooses for the image.
        area: side of the square with the clip's area, pixels; None for the checkpoint's.
        guidance: None for the checkpoint's.
    """

    area: Annotated[int, Ge(PATCH), MultipleOf(PATCH)] | None = None


@models.add
class HunyuanVideo15(DiffusersModel):
    """HunyuanVideo 1.5 I2V, 480p."""

    card = ModelCard(
        name="hunyuanvideo-1.5-i2v", title="HunyuanVideo 1.5 I2V", version=1, reads_text=True, frames=121, fps=24,
        width=None, height=None, weights="hunyuanvideo-community/HunyuanVideo-1.5-480p_i2v",
        licence="Tencent Hunyuan Community License", paper="arXiv 2511.18870", family="hunyuanvideo", steps=50,
        takes=("first frame", "negative prompt"), as_of="2026-11-22",
        note="the clip has the shape of the image: 848 x 480 for 16:9; width and height set another",
    )  # fmt: skip
    Settings = Settings
    pipeline: ClassVar[str] = "HunyuanVideo15ImageToVideoPipeline"
    frames: ClassVar[FrameRule] = FrameRule(every=4)
    sizes: ClassVar[SizeRule] = SizeRule(PATCH)
    # the second tokenizer reads only text in quotation marks
    prompt_limits: ClassVar[dict[str, int | None]] = {"tokenizer": 1000, "tokenizer_2": None}
    teacache_signals: ClassVar[teacache.Signals] = {
        "HunyuanVideo15Transformer3DModel": teacache.normed_by_time
    }

    def native(self) -> Any:
        native = super().native()
        return native if native.area else replace(native, area=640)

    def resolve(self, pipeline: Any) -> Any:
        native = self.native()
        return replace(
            native,
            area=self.settings.area or pipeline.target_size,
            guidance=pipeline.guider.guidance_scale,
        )

    def size(self, width: int, height: int) -> tuple[int, int]:
        chosen = self.resolved
        own_width, own_height = nearest_size(width, height, chosen.area)
        return chosen.width or own_width, chosen.height or own_height

    def prepare(self, pipeline: Any) -> None:
        # The pipeline computes a size from its input image, which already has the clip's.
        pipeline.video_processor.calculate_default_height_width = _as_it_is
        if self.settings.guidance is not None:
            pipeline.guider = pipeline.guider.new(guidance_scale=self.settings.guidance)

    def arguments(self, request: ClipRequest) -> dict[str, Any]:
        taken = ("image", "prompt", "negative_prompt", "num_frames", "num_inference_steps")
        return {name: value for name, value in super().arguments(request).items() if name in taken}


def nearest_size(width: int, height: int, area: int) -> tuple[int, int]:
    """(width, height), pixels, of the clip that the model makes of an image, by the pipeline's own rule.

    Sizes are w x h whole patches, as many as the square has or just fewer: h is at most what fits beside w, and more
    than what fits beside w + 1. An upright image gets the nearest shape that is not more upright, a wide one the
    nearest that is not wider.

    Args:
        width, height: of the image, pixels.
        area: side of the square, pixels.
    """
    patches = (area // PATCH) ** 2
    upright = height / width
    sizes = [
        (w, h)
        for h in range(patches, 0, -1)
        for w in range(max(1, patches // (h + 1)), patches // h + 1)
        if max(w, h) <= WIDEST * min(w, h)
    ]
    shapes = [(round(h / w, 5), w, h) for w, h in sizes]
    within = [shape for shape in shapes if (shape[0] <= upright if upright >= 1 else shape[0] >= upright)]
    _, w, h = min(within, key=lambda shape: abs(shape[0] - upright))
    return w * PATCH, h * PATCH


def _as_it_is(height: int, width: int, target_size: int) -> tuple[int, int]:
    return height, width
