"""Changes of a clip's format, which shows the same: what a metric may depend on besides the content.

Nothing is wrong with such clips. A metric that changes here compares clips of one format only, and its card says so in
`depends`. Lossy compression is among the damages of appearance.
"""

from __future__ import annotations

import numpy as np

from bench.calibration.damages.damage import Damage
from bench.media import pictures
from bench.types import Frames


def _every(frames: Frames, severity: float, _: np.random.Generator) -> Frames:
    return frames[:: max(1, round(severity))].copy()


def _trimmed(frames: Frames, severity: float, _: np.random.Generator) -> Frames:
    return frames[: max(1, round(len(frames) * (1 - severity)))].copy()


def _smaller(frames: Frames, severity: float, _: np.random.Generator) -> Frames:
    height, width = (max(1, round(side / severity)) for side in frames.shape[1:3])
    return pictures.fit_frames(frames, width, height, "stretch")


def _barred(frames: Frames, severity: float, _: np.random.Generator) -> Frames:
    bar = max(1, round(frames.shape[1] * severity / (1 - severity) / 2))
    return np.pad(frames, ((0, 0), (bar, bar), (0, 0), (0, 0)))


HALF_FPS = Damage(
    "half_fps", "Half the frame rate", "times fewer frames", (2,), _every,
    "Every second frame, at half the rate.",
    is_innocent=True, changes="fps",
)  # fmt: skip

TRIM = Damage(
    "trim", "First two thirds only", "share cut off", (0.33,), _trimmed,
    "The first two thirds of the frames, of two seconds more than one, at which drifts are measured.",
    is_innocent=True, changes="seconds",
)  # fmt: skip

HALF_SIZE = Damage(
    "half_size", "Half the size", "times smaller", (2,), _smaller,
    "Every frame at half its width and height: Lanczos, antialiased.",
    is_innocent=True, changes="pixels",
)  # fmt: skip

LETTERBOX = Damage(
    "letterbox", "Letterbox", "share of the height", (0.1, 0.25), _barred,
    "Black bars above and below, which make every frame higher: this share of the new height.",
    is_innocent=True, changes="letterbox",
)  # fmt: skip
