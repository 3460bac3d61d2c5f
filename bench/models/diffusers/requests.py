"""What a diffusers model is asked for: the settings that all of them share, and one clip as a pipeline receives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from annotated_types import Ge, Gt, Le

from bench.errors import UsageError
from bench.media import pictures
from bench.media.input_image import InputImage
from bench.models.diffusers.memory import SpeedSettings
from bench.models.plans import Plan
from bench.types import Case, ClipRecord, ModelCard, Plane

if TYPE_CHECKING:
    from PIL import Image as pillow


@dataclass(frozen=True)
class ClipSettings:
    """Length, size and sampling of a clip; None: the model's own.

    Attributes:
        num_frames: of the clip; frames that a pipeline makes beyond them are cut off.
        fps: of the clip; also an input of models that are conditioned on it.
        width, height: of the clip, pixels; rounded to what the pipeline makes.
        steps: of denoising.
        guidance: scale of classifier-free guidance; 1 for none.
        negative_prompt: what should not be seen.
    """

    num_frames: Annotated[int, Ge(1)] | None = None
    fps: Annotated[float, Gt(0), Le(240)] | None = None
    width: Annotated[int, Ge(16)] | None = None
    height: Annotated[int, Ge(16)] | None = None
    steps: Annotated[int, Ge(1), Le(1000)] | None = None
    guidance: Annotated[float, Ge(0)] | None = None
    negative_prompt: str = ""


@dataclass(frozen=True)
class VideoSettings(SpeedSettings, ClipSettings):
    """Those, and the settings of SpeedSettings; a model adds its own."""


@dataclass(frozen=True)
class DistilledSettings(VideoSettings):
    """Those of a model whose guidance is distilled: one pass per step.

    Attributes:
        guidance: an input of the model.
        true_cfg: scale of classifier-free guidance, which alone reads the negative prompt and doubles the work; 1 for
            none.

    Raises:
        UsageError: a negative prompt that nothing would read.
    """

    true_cfg: Annotated[float, Ge(1)] = 1.0

    def __post_init__(self) -> None:
        if self.negative_prompt and self.true_cfg == 1:
            raise UsageError("negative_prompt is read with true_cfg above 1 only, and that is 1")


@dataclass(frozen=True)
class ClipRequest:
    """One clip to be made, as a pipeline receives it.

    Attributes:
        case: for its prompt, and whatever else a pipeline may read.
        settings: the model's, with every default filled in.
        image: the case's image at the clip's size.
        num_frames: to ask the pipeline for; may be more than the clip will have.
        width, height: pixels.
        keyframes: frame of the clip -> its picture at the clip's size; empty for a model that takes none.
        kept: (H, W) uint8, 255 where every frame should stay as the image is; None if the case has no keep mask, or
            the model takes none.
    """

    case: Case
    settings: Any
    image: pillow.Image
    num_frames: int
    width: int
    height: int
    keyframes: Mapping[int, pillow.Image]
    kept: Plane | None = None

    @property
    def last(self) -> pillow.Image | None:
        """The picture to end with: the last keyframe; None if there is none after frame 0."""
        last = max(self.keyframes, default=0)
        return self.keyframes[last] if last else None


def requested(case: Case, settings: Any, plan: Plan, num_frames: int, card: ModelCard) -> ClipRequest:
    """The request for a clip, with the case's pictures at the clip's size.

    Args:
        case: what is animated.
        settings: the model's, with every default filled in.
        plan: for the clip's size.
        num_frames: to ask the pipeline for.
        card: for the conditions that the model takes, and how pictures are fitted.

    Raises:
        BadImage: a picture cannot be read.
    """
    width, height, takes = plan.width or 0, plan.height or 0, card.takes

    def fitted(path: Path) -> pillow.Image:
        from PIL import Image

        return Image.fromarray(pictures.fit(pictures.read(path), width, height, card.fit))

    kept = None
    if "keep mask" in takes and case.keep:
        # the same pixels that the metrics of keep masks evaluate
        record = ClipRecord(case.id, 0, None, "", fit=card.fit)
        kept = InputImage(case, record, width, height).regions.kept
    shown = case.keyframes if {"keyframes", "last frame"} & set(takes) else ()
    keyframes = {keyframe.frame: fitted(keyframe.image) for keyframe in shown}
    return ClipRequest(case, settings, fitted(case.image), num_frames, width, height, keyframes, kept)
