"""The calls of a pipeline's denoiser: which pass of which step each one is.

A pipeline calls its transformer once per step, or once for each half of the guidance; with two experts, one of them;
and some start over at the first step for the next section of the clip. A cache that keeps something from step to step
has to tell these calls apart. The scheduler shows where a pipeline is: it is set up once per section and called once
per step.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from bench.models.diffusers.caching.work import Work

NAMES = ("transformer", "transformer_2")
"""Parts of a pipeline whose blocks may be left out."""


def denoisers(pipeline: Any) -> list[Any]:
    """The transformers of a pipeline; empty if it has a UNet."""
    parts = [getattr(pipeline, name, None) for name in NAMES]
    return [part for part in parts if part is not None]


@dataclass
class Clock:
    """How far a pipeline is.

    Attributes:
        scheduler: of the pipeline.
        section: how often the scheduler was set up.
        step: within the section, from 0.
    """

    scheduler: Any
    section: int = 0
    step: int = 0

    @property
    def steps(self) -> int:
        """Number of steps in a section."""
        return len(self.scheduler.timesteps)

    @property
    def timestep(self) -> float:
        """From about 1000 down to 0, as the scheduler counts; the denoiser's input may be rounded to bfloat16."""
        return float(self.scheduler.timesteps[min(self.step, self.steps - 1)])

    @property
    def is_first_or_last(self) -> bool:
        """Whether this is the first or the last step of a section."""
        return self.step in (0, self.steps - 1)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Follows the scheduler."""
        begin, advance = self.scheduler.set_timesteps, self.scheduler.step

        @functools.wraps(begin)  # pipelines inspect the arguments that it takes
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


@dataclass
class Calls:
    """The calls of one denoiser while a clip is made.

    Attributes:
        denoiser: the network.
        clock: of the pipeline.
        pass_number: within the step, from 0: the passes of guidance must not be confused.
        on_section: called before the first call of a section, so that what was kept is dropped.
        on_call: called before every call.
        work: how much the calls computed.
    """

    denoiser: Any
    clock: Clock
    pass_number: int = 0
    on_section: list[Callable[[], None]] = field(default_factory=list)
    on_call: list[Callable[[], None]] = field(default_factory=list)
    work: Work = field(default_factory=Work)
    _last: tuple[int, int] = (-1, -1)

    @contextmanager
    def followed(self) -> Iterator[None]:
        """Follows every call."""
        inside = ExitStack()

        def before(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            self._place()
            for callback in self.on_call:
                callback()
            self.work.begin(_shapes(args, kwargs))
            # Not every pipeline names its passes, and diffusers' caches need the names.
            if hasattr(self.denoiser, "cache_context"):
                inside.enter_context(self.denoiser.cache_context(f"pass {self.pass_number}"))

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
            for callback in self.on_section:
                callback()
        self.pass_number = self.pass_number + 1 if now == self._last else 0
        self._last = now


@contextmanager
def replaced(thing: Any, name: str, value: Any) -> Iterator[None]:
    """Gives one object an attribute of its own while the context is open.

    Args:
        thing: the object.
        name: of the attribute.
        value: of the attribute.
    """
    before = vars(thing).copy()
    setattr(thing, name, value)
    try:
        yield
    finally:
        if name in before:
            setattr(thing, name, before[name])
        else:
            delattr(thing, name)


def _shapes(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    named = [*enumerate(args), *kwargs.items()]
    return tuple((name, tuple(value.shape)) for name, value in named if hasattr(value, "shape"))
