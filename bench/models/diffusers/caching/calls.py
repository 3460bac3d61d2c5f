"""The calls of a pipeline's denoiser: which pass of which step each one is, and how much work it did.

A pipeline calls its transformer once a step, or once for each half of the guidance, or, of two experts, the one whose
turn it is; some begin again at the first step for the next part of the clip. What keeps something from one step to the
next has to know. The scheduler tells: it is set up once a section and asked once a step.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

NAMES = ("transformer", "transformer_2")
"""Parts of a pipeline whose blocks may be left out."""

QUERIES, KEYS = ("to_q", "add_q_proj"), ("to_k", "add_k_proj")
"""Layers of an attention that make its queries and its keys; the second of each where it reads two sequences."""


def of(pipeline: Any) -> list[Any]:
    """The transformers of a pipeline; empty where it has a UNet."""
    parts = [getattr(pipeline, name, None) for name in NAMES]
    return [part for part in parts if part is not None]


@dataclass
class Clock:
    """How far a pipeline is.

    Attributes:
        scheduler: of the pipeline.
        section: how often it was set up.
        step: of the section, from 0.
    """

    scheduler: Any
    section: int = 0
    step: int = 0

    @property
    def steps(self) -> int:
        """Of a section."""
        return len(self.scheduler.timesteps)

    @property
    def timestep(self) -> float:
        """From about 1000 down to 0, as the scheduler counts: what the denoiser is given may be rounded to bfloat16."""
        return float(self.scheduler.timesteps[min(self.step, self.steps - 1)])

    @property
    def is_at_an_end(self) -> bool:
        """Whether this is the first or the last step of a section."""
        return self.step in (0, self.steps - 1)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Follows the scheduler."""
        begin, advance = self.scheduler.set_timesteps, self.scheduler.step

        @functools.wraps(begin)  # pipelines look at the arguments that it takes
        def begun(*args: Any, **kwargs: Any) -> Any:
            self.section, self.step = self.section + 1, 0
            return begin(*args, **kwargs)

        @functools.wraps(advance)
        def advanced(*args: Any, **kwargs: Any) -> Any:
            done = advance(*args, **kwargs)
            self.step += 1
            return done

        with replaced(self.scheduler, "set_timesteps", begun), replaced(self.scheduler, "step", advanced):
            yield


class Work:
    """Multiplications in a denoiser's matrices, convolutions and attentions, and how many they would have been.

    A call costs what the costliest call of the same shapes did: the first of a section has nothing to fall back on, and
    does everything.
    """

    def __init__(self) -> None:
        self._calls: list[tuple[Any, int]] = []
        self._shapes: Any = None
        self._now = 0

    @property
    def done(self) -> int:
        """Multiplications that were done."""
        return sum(cost for _, cost in self._calls)

    @property
    def due(self) -> int:
        """Multiplications that as many calls would have been with nothing left out."""
        full: dict[Any, int] = {}
        for shapes, cost in self._calls:
            full[shapes] = max(cost, full.get(shapes, 0))
        return sum(full[shapes] for shapes, _ in self._calls)

    def begin(self, shapes: Any) -> None:
        """A call of the denoiser begins."""
        self._shapes, self._now = shapes, 0

    def end(self) -> None:
        """And is over."""
        self._calls.append((self._shapes, self._now))

    @contextmanager
    def counted(self, denoiser: torch.nn.Module) -> Iterator[None]:
        """Counts in every layer; one that is left out is not called, and counts nothing."""
        hooks = []
        for module in denoiser.modules():
            if _is_product(module):
                hooks.append(module.register_forward_hook(self._product))
            if hasattr(module, "to_q") and hasattr(module, "to_k"):
                hooks += self._attention(module)
        try:
            yield
        finally:
            for hook in hooks:
                hook.remove()

    def _product(self, layer: Any, _: Any, output: torch.Tensor) -> None:
        each = getattr(layer, "in_features", None) or math.prod(layer.weight.shape[1:])
        self._now += output.numel() * each

    def _attention(self, attention: Any) -> list[Any]:
        """Queries by keys and weights by values; from what its layers made, whoever multiplies it."""
        made = {"queries": 0, "keys": 0}

        def query(_: Any, __: Any, output: torch.Tensor) -> None:
            made["queries"] += output.numel()

        def key(_: Any, __: Any, output: torch.Tensor) -> None:
            made["keys"] += output.shape[-2]

        def attended(*_: Any) -> None:
            self._now += 2 * made["queries"] * made["keys"]
            made.update(queries=0, keys=0)

        layers = [(name, query) for name in QUERIES] + [(name, key) for name in KEYS]
        found = [(getattr(attention, name, None), hear) for name, hear in layers]
        hooks = [layer.register_forward_hook(hear) for layer, hear in found if layer is not None]
        return [*hooks, attention.register_forward_hook(attended)]


@dataclass
class Calls:
    """The calls of one denoiser while a clip is made.

    Attributes:
        denoiser: the network.
        clock: of the pipeline.
        turn: which pass of the step this is, from 0: those of guidance must not be taken for one another.
        on_section: called before the first call of a section: what is kept belongs to the one before.
        on_call: called before every call.
        work: what the calls did.
    """

    denoiser: Any
    clock: Clock
    turn: int = 0
    on_section: list[Callable[[], None]] = field(default_factory=list)
    on_call: list[Callable[[], None]] = field(default_factory=list)
    work: Work = field(default_factory=Work)
    _last: tuple[int, int] = (-1, -1)

    @contextmanager
    def followed(self) -> Iterator[None]:
        """Hears of every call."""
        inside = ExitStack()

        def before(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            self._place()
            for hear in self.on_call:
                hear()
            self.work.begin(_shapes(args, kwargs))
            # Not every pipeline says which pass it makes, and diffusers' caches ask.
            if hasattr(self.denoiser, "cache_context"):
                inside.enter_context(self.denoiser.cache_context(f"pass {self.turn}"))

        def after(*_: Any) -> None:
            inside.close()
            self.work.end()

        hooks = [
            self.denoiser.register_forward_pre_hook(before, with_kwargs=True),
            self.denoiser.register_forward_hook(after),
        ]
        try:
            with self.work.counted(self.denoiser), inside:
                yield
        finally:
            for hook in hooks:
                hook.remove()

    def _place(self) -> None:
        now = (self.clock.section, self.clock.step)
        if now[0] != self._last[0]:
            for forget in self.on_section:
                forget()
        self.turn = self.turn + 1 if now == self._last else 0
        self._last = now


@contextmanager
def replaced(thing: Any, name: str, value: Any) -> Iterator[None]:
    """Gives one object an attribute of its own for a while."""
    before = vars(thing).copy()
    setattr(thing, name, value)
    try:
        yield
    finally:
        if name in before:
            setattr(thing, name, before[name])
        else:
            delattr(thing, name)


def _is_product(module: Any) -> bool:
    """Whether it is a layer that multiplies by a matrix, or by several; an embedding looks one row up."""
    weight = getattr(module, "weight", None)
    is_layer = weight is not None and weight.dim() >= 2 and not any(module.children())
    return is_layer and not hasattr(module, "num_embeddings")


def _shapes(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    named = [*enumerate(args), *kwargs.items()]
    return tuple((name, tuple(value.shape)) for name, value in named if hasattr(value, "shape"))
