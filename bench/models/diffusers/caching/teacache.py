"""TeaCache: skips all blocks while the input of the first one has changed little.

What it must know stands with the adapters: which tensor of their network it observes (`teacache_signals`), and the
coefficients that were fitted to their weights (`teacache_coefficients`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from bench.errors import UsageError
from bench.models.diffusers.caching.block_skipping import BlockSkipping, PassState
from bench.models.diffusers.caching.calls import Calls
from bench.models.diffusers.caching.methods import METHODS, Method, Savings, unfit, written

if TYPE_CHECKING:
    import torch

__all__ = ["Coefficients", "Signal", "Signals", "normed_by_time", "time_embedding"]

Signal: TypeAlias = "Callable[[Any, Mapping[str, Any]], torch.Tensor]"
"""Called with the first block and its arguments by name; gives the tensor that TeaCache observes."""

Signals: TypeAlias = Mapping[str, Signal]
"""Class of a denoiser -> its signal."""


@dataclass(frozen=True)
class Coefficients:
    """TeaCache's polynomial: how much a denoiser's output changes for a change of its first block's input.

    Those in the adapters were fitted by the makers of TeaCache: github.com/ali-vilab/TeaCache (Apache-2.0), as of
    2026-11-22.

    Attributes:
        values: from the fourth power down to the constant.
        kept: steps at the start that are always computed, as many as when it was fitted.
    """

    values: tuple[float, ...]
    kept: int = 1


@dataclass(frozen=True)
class TeaCacheFacts:
    """What is known about a model.

    Attributes:
        model: its name, for messages.
        signals: class of a denoiser -> what TeaCache observes in it.
        coefficients: fitted to its weights; None if there are none.
    """

    model: str
    signals: Signals
    coefficients: Coefficients | None = None


def time_embedding(block: Any, given: Mapping[str, Any]) -> Any:
    """The time embedding that the first block is given."""
    return given["temb"]


def normed_by_time(block: Any, given: Mapping[str, Any]) -> Any:
    """The input of HunyuanVideo's first attention; where the image replaces a frame, its tokens have their own time."""
    hidden, time = given["hidden_states"], given["temb"]
    if given.get("token_replace_emb") is None:
        return block.norm1(hidden, emb=time)[0]
    return block.norm1(hidden, time, given["token_replace_emb"], given["num_tokens"])[0]


class TeaCache(BlockSkipping):
    """Skips while the first block's input has changed little since the blocks last ran.

    Source: Liu et al. 2024 (arXiv 2411.19108), section 3.3: relative L1 distances from step to step, each rescaled by a
    polynomial, summed up to a threshold.

    Args:
        calls: of the denoiser.
        threshold: of the sum; 0 skips nothing.
        fitted: the polynomial.
        signal: what is observed.
    """

    def __init__(self, calls: Calls, threshold: float, fitted: Coefficients, signal: Signal) -> None:
        super().__init__(calls)
        self.threshold, self.fitted, self.signal = threshold, fitted, signal

    def may_skip(self, state: PassState, block: Any, given: Mapping[str, Any]) -> bool:
        now, before = self.signal(block, given).detach().float(), state.signal
        state.signal = now
        if before is None or before.shape != now.shape:
            return False
        if self.clock.is_first_or_last or self.clock.step < self.fitted.kept:
            return False
        change = float((now - before).abs().mean() / before.abs().mean())
        state.distance += polynomial(self.fitted.values, change)
        return self.threshold > 0 and state.distance < self.threshold


def polynomial(coefficients: Sequence[float], x: float) -> float:
    """Its value at x; coefficients from the highest power down."""
    value = 0.0
    for coefficient in coefficients:
        value = value * x + coefficient
    return value


def _teacache(calls: Calls, savings: Savings, facts: TeaCacheFacts) -> AbstractContextManager[None]:
    network, acceleration = type(calls.denoiser), savings.acceleration
    if network.__name__ not in facts.signals:
        raise unfit(acceleration, network, facts)
    fitted = Coefficients(acceleration.numbers) if acceleration.numbers else facts.coefficients
    if fitted is None:
        raise UsageError(
            f"TeaCache's coefficients are not known for model '{facts.model}'; give them:"
            f" {written(acceleration.name)}, or choose mag-cache"
        )
    return TeaCache(calls, acceleration.strength, fitted, facts.signals[network.__name__]).on()


METHODS["teacache"] = Method(_teacache, "threshold", 0.15, 0, 10, numbers="coefficients")
