"""What Python callers write, as the requests that the command line makes of words."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import index
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from bench.errors import UsageError

if TYPE_CHECKING:
    from bench.base.progress import Progress
    from bench.engine.requests import Consent, MetricRequest
    from bench.media.arrays import Layout
    from bench.models import Model

Place: TypeAlias = str | Path
"""A file, a folder, or a hub id."""


def names(words: str | Sequence[str]) -> tuple[str, ...]:
    """One name or several."""
    return (words,) if isinstance(words, str) else tuple(words)


def places(found: Place | Sequence[Place]) -> tuple[str, ...]:
    """One place or several."""
    return (str(found),) if isinstance(found, (str, Path)) else tuple(map(str, found))


def assignments(values: Mapping[str, Any] | None) -> tuple[str, ...]:
    """'name=value' of each."""
    return tuple(f"{name}={value}" for name, value in (values or {}).items())


def loras(found: Place | Sequence[Place] | Mapping[str, float]) -> tuple[str, ...]:
    """One LoRA or several, 'path' or 'path:scale' each."""
    if isinstance(found, Mapping):
        return tuple(f"{place}:{scale}" for place, scale in found.items())
    return places(found)


def seeds(found: int | Iterable[int]) -> tuple[int, ...]:
    """One seed or several, also as NumPy's integers.

    Raises:
        UsageError: something else.
    """
    try:
        return tuple(index(seed) for seed in (found if isinstance(found, Iterable) else [found]))
    except TypeError:
        raise UsageError(f"seeds are whole numbers, not {found!r}") from None


def metrics(
    wanted: str | Sequence[str],
    settings: Mapping[str, Any] | None,
    view: str | Sequence[str],
) -> MetricRequest:
    """Which metrics; 'all' is what no name is: all that can be measured here.

    Args:
        wanted: names of evaluators or metrics.
        settings: {"clipsim.model": "ViT-L-14"}.
        view: one view or several.
    """
    from bench.engine.requests import MetricRequest
    from bench.scoring import views

    chosen = () if wanted == "all" else names(wanted)
    return MetricRequest(chosen, assignments(settings), views.all_named(names(view)))


def consent(download: bool) -> Consent:
    """Whether missing weights may be fetched; nobody is asked."""
    return "yes" if download else "no"


def progress(is_shown: bool) -> Progress:
    """Bars on stderr, or nothing."""
    if is_shown:
        from bench.cli.terminal import TerminalProgress

        return TerminalProgress()
    from bench.base.progress import Progress

    return Progress()


def in_memory(
    model: Callable[..., Any],
    name: str,
    settings: Mapping[str, Any],
    dtype: str,
    revision: str,
    layout: Layout,
) -> Model:
    """A pipeline of diffusers, or a function, that is in memory.

    Args:
        model: what makes the clips.
        name: what tables call it.
        settings: of the pipeline's clips, or further arguments of the function.
        dtype: precision of autocast around a pipeline's call; 'auto' for none.
        revision: of a function; '' where nothing identifies it.
        layout: of a function's frames.

    Raises:
        UsageError: no name, or words that mean nothing to it.
    """
    from bench.engine.requests import LONGEST_NAME
    from bench.models.in_memory import FunctionModel

    if not name.strip() or len(name) > LONGEST_NAME:
        raise UsageError(f"a model in memory needs name=…, 1 to {LONGEST_NAME} characters, not '{name}'")
    diffusers = sys.modules.get("diffusers")
    if diffusers is None or not isinstance(model, diffusers.DiffusionPipeline):
        if dtype != "auto":
            raise UsageError(f"a function computes in a precision of its own: leave dtype out, not '{dtype}'")
        return FunctionModel(model, name, settings, revision, layout)
    from bench.models.diffusers.in_memory import PipelineInMemory

    if revision:
        raise UsageError("a pipeline is known by its weights: revision is for functions")
    return PipelineInMemory(model, name, assignments(settings), dtype)


def check_in_memory(of_named: Mapping[str, object]) -> None:
    """Refuses what only a model by name has.

    Raises:
        UsageError: one is given.
    """
    if given := [word for word, value in of_named.items() if value]:
        raise UsageError(f"{given[0]} is for models by name: a model in memory is as its caller made it")


def check_named(name: str, revision: str) -> None:
    """Refuses what only a model in memory has.

    Raises:
        UsageError: one is given.
    """
    if name or revision:
        raise UsageError(
            "name and revision are for a model in memory: a model by name has a label of its own"
        )
