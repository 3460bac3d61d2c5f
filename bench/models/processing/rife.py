"""Interpolation by a program that multiplies the frame rate, RIFE unless another is named: 'svd+rife@16'."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.errors import ProgramFailed, Unavailable, UsageError
from bench.media import pictures, video
from bench.models import processing, programs, requirements
from bench.models.processing.frame_rate import FrameRate, exact, frames_at
from bench.models.programs import processes
from bench.models.programs.processes import Watch, ignore
from bench.models.programs.templates import OF_A_STEP
from bench.models.requirements import Need
from bench.types import Clip, Frames


@dataclass(frozen=True)
class Settings:
    """program: a TOML file that says interpolates = true, or the name of a shipped one."""

    program: str = "rife"


@processing.add
class Rife(FrameRate):
    """RIFE, or another program that multiplies a frame rate, by its command line (bench/models/programs/rife.toml)."""

    name = "rife"
    Settings = Settings

    def __init__(self, argument: str, chosen: Any = None, device: str = "cpu") -> None:
        super().__init__(argument, chosen, device)
        self.program = programs.read(self.settings.program)
        if not self.program.interpolates:
            raise UsageError(f"program '{self.program.name}' does not say that it interpolates")
        self._fixed = dict.fromkeys(OF_A_STEP, "") | {"here": self.program.here}

    def check(self, fps: float) -> None:
        multiple = exact(self.fps) / exact(fps)
        if multiple.denominator != 1 or multiple < 2:
            raise UsageError(
                f"{self} multiplies a frame rate by 2, 3, …, and {self.fps:g} is not such a multiple of {fps:g}"
            )

    def needs(self) -> Iterator[Need]:
        yield requirements.tried("program", self.program.name, self.load)

    def load(self) -> None:
        try:
            processes.call(self.program, self._fixed, Path("load"))
            self.program.weights_digest(self._fixed)
        except Unavailable as error:
            raise Unavailable(error.reason, self.program.install) from None

    def apply(self, clip: Clip, log: Path, watch: Watch = ignore) -> Clip:
        self.check(clip.fps)
        if len(clip) == 1:
            return Clip(clip.frames, self.fps)
        with tempfile.TemporaryDirectory(prefix="bench-rife-") as folder:
            workdir = Path(folder).resolve()
            values = self._fixed | {
                "workdir": folder, "input": str(workdir / "input"), "output": str(workdir / self.program.output),
                "multiple": str(round(self.fps / clip.fps)), "fps": f"{self.fps:g}", "width": str(clip.width),
                "height": str(clip.height),
            }  # fmt: skip
            # The last twice: Practical-RIFE ends without waiting for its last picture to be written.
            for number, frame in enumerate([*clip.frames, clip.frames[-1]]):
                pictures.write(workdir / "input" / f"{number:07}.png", frame)
            processes.run(processes.call(self.program, values, log), self.program.timeout, watch)
            made = self._read(workdir / self.program.output, frames_at(len(clip), clip.fps, self.fps))
        return Clip(made, self.fps)

    def identity(self) -> dict[str, Any]:
        return super().identity() | {
            "program": self.program.name,
            "program_digest": self.program.digest,
            "program_version": processes.version(self.program, self._fixed),
            "weights": self.program.weights_digest_if_here(self._fixed),
        }

    def _read(self, place: Path, count: int) -> Frames:
        """The first frames of what the program wrote."""
        if not place.exists():
            raise ProgramFailed(f"{self} ends well, but wrote no {place.name}")
        found = video.read_clip(place).frames
        if len(found) < count:
            raise ProgramFailed(f"{self} wrote {len(found)} of {count} frames")
        return found[:count]
