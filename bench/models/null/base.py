"""What the null models share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Gt

from bench.errors import Unavailable
from bench.media import pictures, video
from bench.types import Case, Clip, Image


@dataclass(frozen=True)
class NullSettings:
    """How long and how large the clip is; max_side keeps a run on a CPU short."""

    num_frames: Annotated[int, Ge(1)] = 16
    fps: Annotated[float, Gt(0)] = 8.0
    max_side: Annotated[int, Ge(16)] = 384


def input_image(case: Case, settings: NullSettings) -> Image:
    """(H, W, 3) uint8: the case's image, its longer side at most max_side.

    Raises:
        BadImage: it cannot be read.
    """
    return pictures.limited(pictures.read(case.image), settings.max_side)


def reference_clip(case: Case, model: str) -> Clip:
    """The clip of what does happen, for models that make another of it.

    Args:
        case: the case.
        model: whose name the remedy tells to leave out.

    Raises:
        Unavailable: the case has none.
        BadClip: it cannot be read.
    """
    if case.reference is None:
        raise Unavailable(
            f"case '{case.id}' has no reference clip", f"leave the model '{model}' out for this suite"
        )
    return video.read_clip(case.reference)
