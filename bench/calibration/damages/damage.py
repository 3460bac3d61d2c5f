"""A damage as a value: its function, its severities, its baseline, and what of the clip's format it changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from bench.types import Clip, Dependence, Frames

Function: TypeAlias = Callable[[Frames, float, np.random.Generator], Frames]


def untouched(frames: Frames) -> Frames:
    """The baseline of most damages: the clip itself."""
    return frames


@dataclass(frozen=True)
class Damage:
    """One way in which clips go wrong, or an innocent change that should not be taken for one.

    Attributes:
        name: what cards and the command line call it.
        title: what people call it.
        unit: of severity.
        severities: growing, none of them 0.
        function: frames, severity > 0 and generator -> damaged frames.
        about: one sentence that is enough to repeat it.
        baseline: what severity 0 is: the frames themselves, unless the damage needs room in space or time.
        is_innocent: nothing is wrong with such a clip; it must not be taken for damage.
        keeps_case: whether the case (camera, trajectory, keyframes) still describes what was asked for.
        changes: what of the clip's format it changes while the clip shows the same, for what a metric may depend on;
            '' for none. Then the clip has another length or size than its baseline, and its trajectory and keyframes
            name frames and pixels that it does not have.
    """

    name: str
    title: str
    unit: str
    severities: tuple[float, ...]
    function: Function
    about: str
    baseline: Callable[[Frames], Frames] = untouched
    is_innocent: bool = False
    keeps_case: bool = True
    changes: Dependence | Literal[""] = ""

    @property
    def keeps_frames(self) -> bool:
        """Whether frame numbers and pixels that the case names are still those of the clip."""
        return self.keeps_case and self.changes in ("", "codec")

    @property
    def has_shared_baseline(self) -> bool:
        """Whether severity 0 is the clip and the case that most damages start from."""
        return self.baseline is untouched and self.keeps_case

    def clip(self, clip: Clip, severity: float, rng: np.random.Generator) -> Clip:
        """The damaged clip, at a rate at which it takes as long as before where frames are left out evenly.

        Args:
            clip: the sound clip.
            severity, rng: as `of` takes them.

        Raises:
            ValueError: a negative severity.
        """
        thinned = severity if self.changes == "fps" and severity else 1.0
        return Clip(self.of(clip.frames, severity, rng), clip.fps / thinned)

    def of(self, frames: Frames, severity: float, rng: np.random.Generator) -> Frames:
        """The damaged frames, as many and as large as the baseline's unless the format changes.

        Args:
            frames: (T, H, W, 3) uint8, any T, H and W from 1; left as they are.
            severity: in the unit, at least 0; 0 is the baseline.
            rng: draws the pattern.

        Raises:
            ValueError: a negative severity.
        """
        if severity < 0:
            raise ValueError(f"a severity is at least 0, not {severity}")
        return self.function(frames, severity, rng) if severity else self.baseline(frames)
