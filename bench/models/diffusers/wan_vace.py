"""Wan VACE: a clip with holes, which the model fills.

The given parts come from the case: a first, a last or any other frame, and what a mask keeps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from annotated_types import Ge, Gt

from bench import models
from bench.models.diffusers import ClipRequest, DiffusersModel, VideoSettings, set_flow_shift, teacache
from bench.models.plans import FrameRule, SizeRule
from bench.types import ModelCard

if TYPE_CHECKING:
    from PIL import Image as pillow

GRAY, GIVEN, HOLE = 128, 0, 255
"""Gray level of a hole in the video; in the mask, black is given and white is to be made."""


@dataclass(frozen=True)
class Settings(VideoSettings):
    """Those of every video model, and more.

    Attributes:
        conditioning: weight of the given parts.
        flow_shift: higher values spend more steps on high noise; 3 for 480p, 5 for 720p. None: the checkpoint's.
    """

    conditioning: Annotated[float, Ge(0)] = 1.0
    flow_shift: Annotated[float, Gt(0)] | None = None


@models.add
class WanVace(DiffusersModel):
    """VACE on Wan 2.1 with 1.3B."""

    card = ModelCard(
        name="wan2.1-vace-1.3b", title="Wan 2.1 VACE 1.3B", version=1, reads_text=True, frames=81, fps=16,
        parameters=1.3,
        width=832, height=480, weights="Wan-AI/Wan2.1-VACE-1.3B-diffusers", licence="see the weights' page",
        paper="arXiv 2503.07598", family="wan-vace",
        takes=("first frame", "last frame", "keyframes", "keep mask", "negative prompt"), steps=50, guidance=5.0,
        as_of="2026-11-22", note="about 3 GB in bfloat16 beside a text encoder of 11 GB; for 480p",
    )  # fmt: skip
    Settings = Settings
    pipeline: ClassVar[str] = "WanVACEPipeline"
    frames: ClassVar[FrameRule] = FrameRule(every=4)
    sizes: ClassVar[SizeRule] = SizeRule(16)
    full_precision: ClassVar[tuple[str, ...]] = ("vae",)
    teacache_signals: ClassVar[teacache.Signals] = {"WanVACETransformer3DModel": teacache.time_embedding}

    def prepare(self, pipeline: Any) -> None:
        set_flow_shift(pipeline, self.settings.flow_shift)

    def arguments(self, request: ClipRequest) -> dict[str, Any]:
        asked = super().arguments(request)
        del asked["image"]
        video, mask = holes(request)
        return asked | {"video": video, "mask": mask, "conditioning_scale": request.settings.conditioning}


@models.add
class WanVaceBig(WanVace):
    """VACE on Wan 2.1 with 14B."""

    card = replace(
        WanVace.card, name="wan2.1-vace-14b", title="Wan 2.1 VACE 14B", weights="Wan-AI/Wan2.1-VACE-14B-diffusers",
        parameters=14,
        note="about 35 GB in bfloat16 beside a text encoder of 11 GB, so try --memory model; for 480p and 720p",
    )  # fmt: skip


def holes(request: ClipRequest) -> tuple[list[pillow.Image], list[pillow.Image]]:
    """The video, gray where it is to be made, and its mask: a picture for each frame.

    Frame 0 is the image, and keyframes are whole; in every other frame, what the case's mask keeps is as in the image.
    """
    from PIL import Image as pillow

    given = {0: request.image, **request.keyframes}
    kept = np.zeros((request.height, request.width), bool) if request.kept is None else request.kept > 0
    others = np.where(kept[..., None], np.asarray(request.image), np.uint8(GRAY))
    between = pillow.fromarray(others), pillow.fromarray(np.where(kept, GIVEN, HOLE).astype(np.uint8))
    nothing = pillow.new("L", request.image.size, GIVEN)
    pairs = [(given[t], nothing) if t in given else between for t in range(request.num_frames)]
    return [picture for picture, _ in pairs], [mask for _, mask in pairs]
