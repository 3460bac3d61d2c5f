"""What a program is given for a clip: the values of its placeholders, the picture, the trajectory, the request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bench import models
from bench.base import files
from bench.media import pictures
from bench.models import programs
from bench.models.programs.templates import Values, filled
from bench.types import Case, Image

MAX_SEED = 2**31 - 1
"""Seeds of programs are from 1 to this: NumPy and C take no more, and several scripts read 0 as 'none'."""


@dataclass(frozen=True)
class Inputs:
    """What is the same for every clip, and what is written for one.

    Attributes:
        program: what is started.
        frames, fps, width, height: of the clip; None if neither a setting nor the program's file says.
        negative_prompt: what should not be seen.
    """

    program: programs.Program
    frames: int | None
    fps: float | None
    width: int | None
    height: int | None
    negative_prompt: str = ""

    @cached_property
    def fixed(self) -> dict[str, str]:
        """The values that are the same for every clip."""
        numbers = {"frames": self.frames, "fps": self.fps, "width": self.width, "height": self.height}
        words = {name: f"{number:g}" for name, number in numbers.items() if number is not None}
        return words | {"here": self.program.here}

    @property
    def size(self) -> tuple[int, int] | None:
        """(width, height) of the clip, where both are known."""
        return (self.width, self.height) if self.width and self.height else None

    @cached_property
    def has_trajectory(self) -> bool:
        """Whether the program takes a trajectory."""
        return "trajectory" in self.program.takes or self.program.uses("trajectory")

    def written(self, case: Case, seed: int, image: Image, workdir: Path) -> dict[str, str]:
        """The values for one clip; its picture and its trajectory are written to workdir.

        Args:
            case: for its prompt and trajectory.
            seed: of the run; the program's is drawn from case and seed.
            image: (H, W, 3) uint8: the case's image.
            workdir: the clip's folder.
        """
        program = self.program
        values = self.fixed | {
            "workdir": str(workdir),
            "prompt": case.prompt,
            "negative_prompt": self.negative_prompt,
            "seed": str(1 + models.seed_number(case, seed) % MAX_SEED),
            "image": str(workdir / program.image),
            "output": str(workdir / program.output),
            "request": str(workdir / "request.json"),
            "trajectory": "",
        }
        fitted = pictures.fit(image, *self.size, program.fit) if self.size else image
        pictures.write(workdir / program.image, fitted)
        if self.has_trajectory and case.trajectory is not None:
            values["trajectory"] = str(workdir / "trajectory.txt")
            files.write_text(workdir / "trajectory.txt", self._trajectory(case, image))
        return values

    def stage(self, workdir: Path, values: Values) -> None:
        """Writes the files that the program's file asks for."""
        for place, template in self.program.stage.items():
            files.write_text(workdir / place, filled(template, values))

    def _trajectory(self, case: Case, image: Image) -> str:
        """One line 'x, y' per frame, whole pixels within the canvas, moved and cropped as the picture is."""
        import numpy as np

        from bench.media import paths

        size = (image.shape[1], image.shape[0])
        clip = self.size or size
        canvas = np.array(self.program.canvas or clip)
        points = paths.fitted(np.array(case.trajectory, dtype=np.float64), size, clip, self.program.fit)
        points = paths.resampled(points, self.frames or len(points))
        placed = np.clip(np.floor((points + 0.5) * canvas / np.array(clip)), 0, canvas - 1).astype(int)
        return "".join(f"{x}, {y}\n" for x, y in placed)


def request(values: Mapping[str, str]) -> dict[str, Any]:
    """The values of one clip as JSON has them: texts as texts, numbers as numbers."""
    texts = ("prompt", "negative_prompt", "image", "trajectory", "output")
    kinds: dict[str, type] = {"seed": int, "frames": int, "width": int, "height": int, "fps": float}
    numbers = {name: kind(values[name]) for name, kind in kinds.items() if name in values}
    return {name: values[name] for name in texts} | numbers
