"""Length, rate and size of a decoded clip, from its rows. Rows may come from anywhere: what is no such number is 0."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bench.media import streams

MOST = 1e6
"""Upper limit of frames, frames per second and pixels per side: nothing that is decoded here comes near."""


GIFS = "GIFs, whose palette of 256 colours dithers: warping_error rises by a fifth to manyfold. Compare with GIFs."
"""What readers of a run's numbers are told."""


@dataclass(frozen=True)
class Decoded:
    """Facts of a clip; 0 if unknown.

    Attributes:
        frames: how many.
        fps: frames per second.
        width, height: pixels.
    """

    frames: int = 0
    fps: float = 0.0
    width: int = 0
    height: int = 0

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height; None if one is unknown, or if both together exceed the limit of any frame."""
        return (self.width, self.height) if 0 < self.width * self.height <= streams.MAX_PIXELS else None


def decoded(texts: Iterable[object]) -> Decoded:
    """The facts of a clip: each from the first text that has it.

    Args:
        texts: of the column `decoded`, JSON objects; anything else is ignored.
    """
    found = [json_object(text) for text in dict.fromkeys(text for text in texts if isinstance(text, str))]
    frames, fps, width, height = (
        next((value for each in found if (value := _positive(each.get(name)))), 0.0)
        for name in ("frames", "fps", "width", "height")
    )
    return Decoded(int(frames), fps, int(width), int(height))


def seen(text: object) -> Decoded:
    """The facts of what evaluators saw of a clip: of the view, where the row is of one.

    Args:
        text: of the column `decoded`.
    """
    in_view = json_object(text).get("view") if isinstance(text, str) else None
    return decoded([json.dumps(in_view)]) if isinstance(in_view, dict) else decoded([text])


def gif_note(texts: Iterable[object]) -> str:
    """'The clips are GIFs, …', or 'Some clips …'; '' where none is known to be one.

    Args:
        texts: of the column `decoded`.

    >>> gif_note(['{"codec": "gif"}', '{"codec": "h264"}', ""])[:20]
    'Some clips are GIFs,'
    """
    found = [json_object(text) for text in dict.fromkeys(text for text in texts if isinstance(text, str))]
    codecs = {str(codec) for each in found if (codec := each.get("codec"))}
    if "gif" not in codecs:
        return ""
    return f"{'The clips' if codecs == {'gif'} else 'Some clips'} are {GIFS}"


def json_object(text: str) -> dict[str, Any]:
    """A JSON object of a row's column; {} for '' and for anything else."""
    try:
        content = json.loads(text or "{}")
    except (ValueError, RecursionError):  # ten thousand brackets are no answer either
        return {}
    return content if isinstance(content, dict) else {}


def _positive(value: object) -> float:
    """Compares before it converts, which fails for whole numbers beyond 1e308."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number and 0 < value < MOST else 0.0  # type: ignore[operator, arg-type]
