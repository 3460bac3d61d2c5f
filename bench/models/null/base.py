"""What the null models share: the card, the settings, the pictures they start from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt

from bench.base import files
from bench.errors import Unavailable
from bench.media import pictures, video
from bench.types import Case, Clip, Image, ModelCard, Role


@dataclass(frozen=True)
class NullSettings:
    """Length and size of the clip; max_side, pixels, keeps a run on a CPU short."""

    num_frames: Annotated[int, Ge(1)] = 16
    fps: Annotated[float, Gt(0)] = 8.0
    max_side: Annotated[int, Ge(16)] = 384


def null_card(name: str, title: str, does: str, role: Role = "null baseline") -> ModelCard:
    """The card of a model without weights.

    Args:
        name: what the command line calls it.
        title: what people call it.
        does: what it makes of its input, for the note.
        role: what its row is for.
    """
    return ModelCard(
        name=name, title=title, version=1, reads_text=False, frames=None, fps=None, width=None, height=None,
        weights=None, role=role, licence="Apache-2.0", paper="",
        note=f"null baseline: {does}" if role == "null baseline" else does,
    )  # fmt: skip


def input_image(case: Case, settings: NullSettings) -> Image:
    """(H, W, 3) uint8: the case's image, its longer side at most max_side.

    Raises:
        BadImage: it cannot be read.
    """
    return pictures.limited(pictures.read(case.image), settings.max_side)


def reference_clip(case: Case, model: str) -> Clip:
    """The case's reference clip.

    Args:
        case: the case.
        model: the name to leave out, for the remedy.

    Raises:
        Unavailable: the case has none.
        BadClip: it cannot be read.
    """
    if case.reference is None:
        raise Unavailable(
            f"case '{case.id}' has no reference clip", f"leave the model '{model}' out for this suite"
        )
    return video.read_clip(case.reference)


def generator(case: Case, seed: int) -> np.random.Generator:
    """The random numbers of a clip; any whole number is a seed."""
    return np.random.default_rng(int(files.digest([seed, case.id]), 16))
