"""Acceleration: what a denoiser computed in earlier steps is reused in later ones.

Imported from here: what `__all__` names; by adapters, `teacache`, for what they know about it. `methods` holds the
names and their grammar; `diffusers_caches`, `teacache` and `magcache` add the accelerations (the last two by
`block_skipping`); `calls` and `work` follow a pipeline and count. This package knows neither models nor adapters.

    acceleration = caching.parse("teacache:0.15")
    with caching.applied(acceleration, pipeline, facts) as savings:
        pipeline(…)
    savings.saved  # share of the denoiser's work that was left out

Several of diffusers' caches silently do nothing on some models. So the work is counted, and an acceleration that saved
nothing is an error instead of a clip that claims to be accelerated.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, get_args

from bench.errors import UsageError
from bench.models.diffusers.caching import (  # noqa: F401  # they add themselves to METHODS
    calls,
    diffusers_caches,
    magcache,
    teacache,
)
from bench.models.diffusers.caching.calls import Calls, Clock
from bench.models.diffusers.caching.methods import METHODS, Acceleration, Savings, parse, unfit
from bench.models.diffusers.caching.teacache import TeaCacheFacts

__all__ = [
    "METHODS", "Acceleration", "Savings", "TeaCacheFacts", "applied", "check", "check_class", "parse",
]  # fmt: skip


def check_class(acceleration: Acceleration, name: str, facts: TeaCacheFacts) -> None:
    """Checks a class of pipelines in diffusers, before weights are read.

    Args:
        acceleration: what was asked for.
        name: of the class.
        facts: what is known about the model.

    Raises:
        UsageError: its denoiser cannot be accelerated in this way.
    """
    try:
        import diffusers
    except ImportError:
        return  # loading says what to install
    parts = inspect.signature(getattr(diffusers, name).__init__).parameters
    if calls.NAMES[0] not in parts:
        raise UsageError(
            f"accel is {acceleration.name}, and a {name} has a UNet, which nothing accelerates: leave it out"
        )
    found = parts[calls.NAMES[0]].annotation
    for network in get_args(found) or (found,):
        lacks_cache = inspect.isclass(network) and not hasattr(network, "enable_cache")
        if acceleration.method.needs_cache and lacks_cache:
            raise unfit(acceleration, network, facts)


def check(acceleration: Acceleration, pipeline: Any, facts: TeaCacheFacts) -> None:
    """Checks a loaded pipeline, before the first clip.

    Args:
        acceleration: what was asked for.
        pipeline: as in applied.
        facts: what is known about the model.

    Raises:
        UsageError: this acceleration does not know its denoiser, or finds nothing in it to leave out.
    """
    with applied(acceleration, pipeline, facts):
        pass


@contextmanager
def applied(acceleration: Acceleration, pipeline: Any, facts: TeaCacheFacts) -> Iterator[Savings]:
    """Accelerates a pipeline for one clip, and counts. Nothing is kept from one clip to the next.

    Args:
        acceleration: how.
        pipeline: with a scheduler, and denoisers that have no other cache.
        facts: what is known about the model.

    Yields:
        What is saved, up to date once the pipeline was called.

    Raises:
        UsageError: as check.
    """
    savings, clock = Savings(acceleration), Clock(pipeline.scheduler)
    with ExitStack() as stack:
        stack.enter_context(clock.running())
        for denoiser in calls.denoisers(pipeline):
            followed = Calls(denoiser, clock)
            savings.calls.append(followed)
            stack.enter_context(acceleration.method.apply(followed, savings, facts))
            stack.enter_context(followed.followed())
        yield savings
