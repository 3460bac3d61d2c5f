"""MagCache: skips all blocks while ratios that were measured beforehand say that their sum keeps its size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from bench.models.diffusers.caching.block_skipping import BlockSkipping, PassState
from bench.models.diffusers.caching.calls import Calls
from bench.models.diffusers.caching.methods import METHODS, Method, Savings

if TYPE_CHECKING:
    import torch

    from bench.models.diffusers.caching.teacache import TeaCacheFacts


class MagCache(BlockSkipping):
    """Skips while the sum of the blocks is expected to have changed little in size.

    Source: Ma et al. 2025 (arXiv 2506.09045): ratios of magnitudes, measured once, are multiplied up since the blocks
    last ran; the sum of their distances from 1 stays below a threshold, and no more than 3 calls in a row are skipped,
    none in the first fifth.

    Args:
        calls: of the denoiser.
        threshold: of the sum of distances.
        ratios: one per step, of the number of steps with which they were measured.
    """

    IN_A_ROW, START = 3, 0.2

    def __init__(self, calls: Calls, threshold: float, ratios: Sequence[float]) -> None:
        super().__init__(calls)
        self.threshold, self.ratios = threshold, ratios

    def may_skip(self, state: PassState, block: Any, given: Mapping[str, Any]) -> bool:
        step, steps = self.clock.step, self.clock.steps
        if step < round(self.START * steps):
            return False
        # measured with another number of steps: the nearest ratio
        at = step if len(self.ratios) == steps else round(step * (len(self.ratios) - 1) / max(1, steps - 1))
        state.ratio *= self.ratios[at]
        state.distance += abs(1 - state.ratio)
        state.skipped += 1
        return state.distance <= self.threshold and state.skipped <= self.IN_A_ROW


class MagCalibration(BlockSkipping):
    """Skips nothing and measures MagCache's ratios: the blocks' sum against that of the step before, by token.

    Args:
        calls: of the denoiser.
        ratios: step -> the ratios that are measured.
    """

    def __init__(self, calls: Calls, ratios: dict[int, list[float]]) -> None:
        super().__init__(calls)
        self.ratios = ratios

    def may_skip(self, state: PassState, block: Any, given: Mapping[str, Any]) -> bool:
        return False

    def learn(self, state: PassState, residual: torch.Tensor) -> None:
        ratio, before = 1.0, state.residual
        if before is not None and before.shape == residual.shape:
            lengths = residual.float().norm(dim=-1), before.float().norm(dim=-1)
            ratio = float((lengths[0] / lengths[1].clamp_min(1e-8)).mean())
        self.ratios.setdefault(self.clock.step, []).append(ratio)


def _mag_cache(calls: Calls, savings: Savings, facts: TeaCacheFacts) -> AbstractContextManager[None]:
    return MagCache(calls, savings.acceleration.strength, savings.acceleration.numbers).on()


def _mag_calibration(calls: Calls, savings: Savings, facts: TeaCacheFacts) -> AbstractContextManager[None]:
    return MagCalibration(calls, savings.ratios).on()


METHODS.update({
    "mag-cache": Method(_mag_cache, "threshold", 0.06, 0, 10, numbers="ratios"),
    "mag-calibration": Method(_mag_calibration, "nothing", 0, 0, 0, must_save=False),
})  # fmt: skip
