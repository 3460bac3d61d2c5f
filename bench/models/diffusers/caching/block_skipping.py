"""Leaving out all blocks of a denoiser's call: what TeaCache and MagCache share.

A transformer's blocks add to their input, one after the other. If little has changed since an earlier step, the sum
that they added then is added again, and none of them runs. The two methods differ in how they detect that.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.errors import UsageError
from bench.models.diffusers.caching.calls import Calls, replaced

if TYPE_CHECKING:
    import torch


@dataclass
class PassState:
    """What is kept of one pass from step to step.

    Attributes:
        residual: what all blocks together added when they last ran.
        signal: what went into the first block in the step before.
        distance: summed since the blocks last ran; its meaning depends on the method.
        ratio: product since then.
        skipped: calls since then.
    """

    residual: torch.Tensor | None = None
    signal: torch.Tensor | None = None
    distance: float = 0.0
    ratio: float = 1.0
    skipped: int = 0

    def restart(self) -> None:
        """The blocks run."""
        self.distance, self.ratio, self.skipped = 0.0, 1.0, 0


class BlockSkipping(ABC):
    """Leaves out all blocks of a call and adds what they added when they last ran.

    Args:
        calls: of the denoiser.
    """

    def __init__(self, calls: Calls) -> None:
        self.calls, self.clock = calls, calls.clock
        self.blocks = _blocks(calls.denoiser)
        self._states: dict[int, PassState] = {}
        self._state = PassState()
        self._input: Any = None
        self._is_skipping = False
        self._gives_pair = [False] * len(self.blocks)
        calls.on_section.append(self._states.clear)

    @abstractmethod
    def may_skip(self, state: PassState, block: Any, given: Mapping[str, Any]) -> bool:
        """Whether the blocks may be left out.

        Args:
            state: of the pass.
            block: the first one.
            given: its arguments, by name.
        """

    def learn(self, state: PassState, residual: torch.Tensor) -> None:
        """The blocks ran, and added residual; state still has what they added before."""

    @contextmanager
    def on(self) -> Iterator[None]:
        """Wraps every block."""
        with ExitStack() as stack:
            for number, block in enumerate(self.blocks):
                stack.enter_context(replaced(block, "forward", self._around(number, block.forward)))
            yield

    def _around(self, number: int, forward: Callable[..., Any]) -> Callable[..., Any]:
        signature, last = inspect.signature(forward), len(self.blocks) - 1

        def around(*args: Any, **kwargs: Any) -> Any:
            given = signature.bind(*args, **kwargs).arguments
            if number == 0:
                self._enter(given)
            if self._is_skipping:
                hidden = given["hidden_states"] if number < last else self._input + self._state.residual
                return (hidden, given["encoder_hidden_states"]) if self._gives_pair[number] else hidden
            made = forward(*args, **kwargs)
            self._gives_pair[number] = isinstance(made, tuple)
            if number == last:
                self._leave(made[0] if self._gives_pair[number] else made)
            return made

        return around

    def _enter(self, given: Mapping[str, Any]) -> None:
        state = self._state = self._states.setdefault(self.calls.pass_number, PassState())
        self._input = given["hidden_states"].clone()  # a block may work in place
        fits = state.residual is not None and state.residual.shape == self._input.shape
        self._is_skipping = self.may_skip(state, self.blocks[0], given) and fits
        if not self._is_skipping:
            state.restart()

    def _leave(self, hidden: torch.Tensor) -> None:
        residual = hidden - self._input
        self.learn(self._state, residual)
        self._state.residual = residual


def _blocks(denoiser: Any) -> list[Any]:
    """The blocks that a call runs through, in their order."""
    names = ("blocks", "transformer_blocks", "single_transformer_blocks")
    blocks = [block for name in names for block in getattr(denoiser, name, ())]
    if not blocks:
        raise UsageError(f"a {type(denoiser).__name__} has no blocks that could be left out: leave accel out")
    return blocks
