"""How long, fast and large a clip was decoded, by its rows. Rows come from strangers: what is no such number is 0."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bench.media import pictures

MOST = 1e6
"""Frames, frames a second and pixels a side stay below it: nothing that is decoded here comes near."""


@dataclass(frozen=True)
class Decoded:
    """Facts of a clip; 0 for what nobody says.

    Attributes:
        frames: how many.
        fps: frames a second.
        width, height: pixels.
    """

    frames: int = 0
    fps: float = 0.0
    width: int = 0
    height: int = 0

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height; None where one is unknown, or both together are more than any picture may have."""
        return (self.width, self.height) if 0 < self.width * self.height <= pictures.MAX_PIXELS else None


def decoded(texts: Iterable[object]) -> Decoded:
    """The facts of a clip: each by the first of its rows' texts that says.

    Args:
        texts: the column `decoded`, JSON objects; anything else says nothing.
    """
    found = [json_object(text) for text in dict.fromkeys(text for text in texts if isinstance(text, str))]
    frames, fps, width, height = (
        next((value for each in found if (value := _positive(each.get(name)))), 0.0)
        for name in ("frames", "fps", "width", "height")
    )
    return Decoded(int(frames), fps, int(width), int(height))


def json_object(text: str) -> dict[str, Any]:
    """A JSON object of a row's column; {} for '' and for anything else."""
    try:
        content = json.loads(text or "{}")
    except (ValueError, RecursionError):  # ten thousand brackets are no answer either
        return {}
    return content if isinstance(content, dict) else {}


def _positive(value: object) -> float:
    """The comparison comes before the conversion, which fails for whole numbers beyond 1e308."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number and 0 < value < MOST else 0.0  # type: ignore[operator, arg-type]
