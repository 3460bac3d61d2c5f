"""Another size of the same shape: 'svd+resize@1024x576'."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.errors import UsageError
from bench.media import pictures
from bench.models import processing
from bench.models.plans import Plan
from bench.models.processing import Treatment
from bench.models.programs.processes import Watch, ignore
from bench.types import Clip


@processing.add
class Resize(Treatment):
    """Resizing by Lanczos (pictures.fit). The shape stays, since first frames are compared."""

    name = "resize"
    form = "WIDTHxHEIGHT, as in @1024x576"

    def __init__(self, argument: str, chosen: Any = None, device: str = "cpu") -> None:
        super().__init__(argument, chosen, device)
        found = re.fullmatch(r"([1-9]\d{0,4})x([1-9]\d{0,4})", argument)
        if not found:
            raise self._refused()
        self.width, self.height = int(found[1]), int(found[2])

    def plan(self, plan: Plan) -> Plan:
        if plan.width is not None and plan.height is not None:
            self._check(plan.width, plan.height)
        return replace(plan, width=self.width, height=self.height)

    def apply(self, clip: Clip, log: Path, watch: Watch = ignore) -> Clip:
        self._check(clip.width, clip.height)
        return Clip(pictures.fit_frames(clip.frames, self.width, self.height, "stretch"), clip.fps)

    def _check(self, width: int, height: int) -> None:
        """Allows a pixel of rounding, and refuses distortion."""
        is_near = (
            abs(width * self.height / height - self.width) < 1
            or abs(height * self.width / width - self.height) < 1
        )
        if not is_near:
            raise UsageError(f"{self} would distort a clip of {width} x {height}")
