"""Leaving out all blocks of a denoiser's call: TeaCache and MagCache, and what they have to know of a checkpoint.

A transformer adds to what it is given, block by block. Where little has changed since an earlier step, what all of them
added then is added again, and none of them runs. The two differ in how they tell.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from bench.errors import UsageError
from bench.models.diffusers.caching import calls as denoisers
from bench.models.diffusers.caching.calls import Calls

if TYPE_CHECKING:
    import torch

Signal: TypeAlias = "Callable[[Any, Mapping[str, Any]], torch.Tensor]"
"""Of the first block and what it is called with: what TeaCache looks at."""


@dataclass(frozen=True)
class Coefficients:
    """TeaCache's polynomial: how much a denoiser's output changes for a change of what goes into its first block.

    Attributes:
        values: from the fourth power down to the constant.
        kept: steps at the start that are always computed: with how many it was fitted.
    """

    values: tuple[float, ...]
    kept: int = 1


HUNYUAN = Coefficients((733.226126, -401.131952, 67.5869174, -3.149878, 0.0961237896))
COEFFICIENTS: Mapping[str, Coefficients] = {
    "hunyuanvideo-i2v": HUNYUAN,
    "hunyuanvideo-i2v-33ch": HUNYUAN,
    "framepack": HUNYUAN,  # as its makers' own application has it
    "framepack-f1": HUNYUAN,
    "wan2.1-i2v-480p": Coefficients((257151.496, -35422.9917, 1402.86849, -13.5890334, 0.132517977), kept=5),
    "wan2.1-i2v-720p": Coefficients((8107.0546, 2133.93892, -372.934672, 16.6203073, -0.0417769401), kept=5),
    "cogvideox-5b-i2v": Coefficients((-1538.80483, 843.202495, -134.363087, 7.97131516, -0.0523162339)),
    "cogvideox1.5-5b-i2v": Coefficients((122.842302, -104.088754, 26.2981677, -0.306009921, 0.037121322)),
    "ltx-video": Coefficients((21.4700694, -12.8016453, 2.31279151, 0.792487521, 0.00969274326)),
}
"""Model -> what the makers of TeaCache fitted to it: github.com/ali-vilab/TeaCache (Apache-2.0); as of 2026-11-22. Of
Wan's two sets this is the one for the projected time embedding, which is what its blocks are given."""


@dataclass
class Memory:
    """What is kept of one pass from step to step.

    Attributes:
        residual: what all blocks together added when they last ran.
        signal: what went into the first block in the step before.
        distance: summed since the blocks last ran; of what, is the method's.
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
        self.memories: dict[int, Memory] = {}
        self.memory = Memory()
        self._entered: Any = None
        self._is_skipping = False
        self._in_pair = [False] * len(self.blocks)
        calls.on_section.append(self.memories.clear)

    @abstractmethod
    def may_skip(self, memory: Memory, block: Any, given: Mapping[str, Any]) -> bool:
        """Whether the blocks may be left out; given is what the first of them is called with."""

    def learn(self, memory: Memory, residual: torch.Tensor) -> None:
        """The blocks ran, and added this; memory has what they added before."""

    @contextmanager
    def on(self) -> Iterator[None]:
        """Stands before every block."""
        with ExitStack() as stack:
            for number, block in enumerate(self.blocks):
                stack.enter_context(denoisers.replaced(block, "forward", self._around(number, block.forward)))
            yield

    def _around(self, number: int, forward: Callable[..., Any]) -> Callable[..., Any]:
        signature, last = inspect.signature(forward), len(self.blocks) - 1

        def around(*args: Any, **kwargs: Any) -> Any:
            given = signature.bind(*args, **kwargs).arguments
            if number == 0:
                self._enter(given)
            if self._is_skipping:
                hidden = given["hidden_states"] if number < last else self._entered + self.memory.residual
                return (hidden, given["encoder_hidden_states"]) if self._in_pair[number] else hidden
            made = forward(*args, **kwargs)
            self._in_pair[number] = isinstance(made, tuple)
            if number == last:
                self._leave(made[0] if self._in_pair[number] else made)
            return made

        return around

    def _enter(self, given: Mapping[str, Any]) -> None:
        memory = self.memory = self.memories.setdefault(self.calls.turn, Memory())
        self._entered = given["hidden_states"].clone()  # a block may work in place
        fits = memory.residual is not None and memory.residual.shape == self._entered.shape
        self._is_skipping = self.may_skip(memory, self.blocks[0], given) and fits
        if not self._is_skipping:
            memory.restart()

    def _leave(self, hidden: torch.Tensor) -> None:
        residual = hidden - self._entered
        self.learn(self.memory, residual)
        self.memory.residual = residual


class TeaCache(BlockSkipping):
    """Skips while what goes into the first block has changed little since the blocks last ran.

    Source: Liu et al. 2024 (arXiv 2411.19108), section 3.3: relative L1 distances from step to step, each rescaled by a
    polynomial, summed up to a threshold. 0 skips nothing.
    """

    def __init__(self, calls: Calls, threshold: float, fitted: Coefficients, signal: Signal) -> None:
        super().__init__(calls)
        self.threshold, self.fitted, self.signal = threshold, fitted, signal

    def may_skip(self, memory: Memory, block: Any, given: Mapping[str, Any]) -> bool:
        seen, before = self.signal(block, given).detach().float(), memory.signal
        memory.signal = seen
        if before is None or before.shape != seen.shape:
            return False
        if self.clock.is_at_an_end or self.clock.step < self.fitted.kept:
            return False
        change = float((seen - before).abs().mean() / before.abs().mean())
        memory.distance += polynomial(self.fitted.values, change)
        return self.threshold > 0 and memory.distance < self.threshold


class MagCache(BlockSkipping):
    """Skips while the sum of the blocks is expected to have changed little in size.

    Source: Ma et al. 2025 (arXiv 2506.09045): ratios of magnitudes, measured once, are multiplied up since the blocks
    last ran; the sum of their distances from 1 stays below a threshold, and no more than 3 calls in a row are skipped,
    none in the first fifth.
    """

    IN_A_ROW, START = 3, 0.2

    def __init__(self, calls: Calls, threshold: float, ratios: Sequence[float]) -> None:
        super().__init__(calls)
        self.threshold, self.ratios = threshold, ratios

    def may_skip(self, memory: Memory, block: Any, given: Mapping[str, Any]) -> bool:
        step, steps = self.clock.step, self.clock.steps
        if step < round(self.START * steps):
            return False
        # measured with another number of steps: the nearest of them
        at = step if len(self.ratios) == steps else round(step * (len(self.ratios) - 1) / max(1, steps - 1))
        memory.ratio *= self.ratios[at]
        memory.distance += abs(1 - memory.ratio)
        memory.skipped += 1
        return memory.distance <= self.threshold and memory.skipped <= self.IN_A_ROW


class MagCalibration(BlockSkipping):
    """Skips nothing and measures what MagCache needs: the blocks' sum against that of the step before, by token."""

    def __init__(self, calls: Calls, ratios: dict[int, list[float]]) -> None:
        super().__init__(calls)
        self.ratios = ratios

    def may_skip(self, memory: Memory, block: Any, given: Mapping[str, Any]) -> bool:
        return False

    def learn(self, memory: Memory, residual: torch.Tensor) -> None:
        ratio, before = 1.0, memory.residual
        if before is not None and before.shape == residual.shape:
            lengths = residual.float().norm(dim=-1), before.float().norm(dim=-1)
            ratio = float((lengths[0] / lengths[1].clamp_min(1e-8)).mean())
        self.ratios.setdefault(self.clock.step, []).append(ratio)


def _time_embedding(block: Any, given: Mapping[str, Any]) -> Any:
    return given["temb"]


def _normed_by_time(block: Any, given: Mapping[str, Any]) -> Any:
    """What HunyuanVideo's first attention is given; where the image stands in for a frame, its tokens have a time."""
    hidden, time = given["hidden_states"], given["temb"]
    if given.get("token_replace_emb") is None:
        return block.norm1(hidden, emb=time)[0]
    return block.norm1(hidden, time, given["token_replace_emb"], given["num_tokens"])[0]


def _shifted_by_time(block: Any, given: Mapping[str, Any]) -> Any:
    """What LTX-Video's first attention is given."""
    hidden, time = given["hidden_states"], given["temb"]
    table = block.scale_shift_table
    values = table[None, None].to(time.device) + time.reshape(*time.shape[:2], len(table), -1)
    shift, scale = values[:, :, 0], values[:, :, 1]
    return block.norm1(hidden) * (1 + scale) + shift


SIGNALS: Mapping[str, Signal] = {
    "WanTransformer3DModel": _time_embedding,
    "WanVACETransformer3DModel": _time_embedding,
    "SkyReelsV2Transformer3DModel": _time_embedding,
    "CogVideoXTransformer3DModel": _time_embedding,
    "EasyAnimateTransformer3DModel": _time_embedding,
    "HunyuanVideoTransformer3DModel": _normed_by_time,
    "HunyuanVideoFramepackTransformer3DModel": _normed_by_time,
    "HunyuanVideo15Transformer3DModel": _normed_by_time,
    "LTXVideoTransformer3DModel": _shifted_by_time,
}
"""Class of a denoiser -> what TeaCache looks at."""


def polynomial(coefficients: Sequence[float], x: float) -> float:
    """Its value at x; coefficients from the highest power down."""
    value = 0.0
    for coefficient in coefficients:
        value = value * x + coefficient
    return value


def _blocks(denoiser: Any) -> list[Any]:
    """The blocks that a call runs through, in their order."""
    names = ("blocks", "transformer_blocks", "single_transformer_blocks")
    blocks = [block for name in names for block in getattr(denoiser, name, ())]
    if not blocks:
        raise UsageError(f"a {type(denoiser).__name__} has no blocks that could be left out: leave accel out")
    return blocks
