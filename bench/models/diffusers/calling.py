"""One call of a pipeline: seeded, counted, without the libraries' output; frames as uint8."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from bench import models
from bench.base import isolation
from bench.errors import BadClip
from bench.models.diffusers import library_output
from bench.types import Frames, Runtime

if TYPE_CHECKING:
    from numpy.typing import NDArray

REMEDIES = {"float16": "try --dtype bfloat16 or float32", "bfloat16": "try --dtype float32"}
"""Precision in which a pipeline overflowed -> what to try."""


def called(pipeline: Any, arguments: dict[str, Any], number: int, runtime: Runtime) -> Frames:
    """The frames that a pipeline gives.

    Args:
        pipeline: ready on its device.
        arguments: of its call, besides generator and output type.
        number: the seed, in [0, 2^63).
        runtime: where the pipeline computes, and in which precision.

    Raises:
        BadClip: NaN or infinity.
    """
    import torch

    # Another number for the global generators: a pipeline that draws from both would draw the same noise twice.
    with isolation.seeded(number + 1, runtime.device), library_output.no_deprecations():
        generator = torch.Generator("cpu").manual_seed(number)  # the same noise on any device
        result = pipeline(**arguments, generator=generator, output_type="np")
    return to_uint8(finite(result.frames[0], runtime.dtype))


def finite(frames: NDArray[np.floating[Any]], dtype: str) -> NDArray[np.floating[Any]]:
    """The frames of a pipeline that computed in that precision.

    Raises:
        BadClip: NaN or infinity, which half precision gives when it overflows.
    """
    if not np.isfinite(frames).all():
        remedy = REMEDIES.get(dtype, "no other precision mends that: check its weights and settings")
        raise BadClip(f"the pipeline gave NaN or infinity in {dtype}; {remedy}")
    return frames


def to_uint8(frames: NDArray[np.floating[Any]]) -> Frames:
    """(T, H, W, 3) in [0, 1] as uint8, rounded: diffusers' own export cuts off, which is half a level too dark."""
    levels: Frames = np.round(np.clip(frames, 0.0, 1.0) * 255.0).astype(np.uint8)
    return levels


def trimmed(frames: Frames, wanted: int) -> Frames:
    """The first frames, as many as are wanted.

    Raises:
        BadClip: there are fewer.
    """
    if len(frames) < wanted:
        raise BadClip(f"the pipeline made {len(frames)} frames, and {wanted} were asked for")
    return frames[:wanted]


def progress_bar(step: models.Step, sections: int) -> Callable[..., Any]:
    """A replacement for pipeline.progress_bar, the one hook that every pipeline has.

    Some pipelines count on it by hand, some iterate over it, and some open several, one after the other.

    Args:
        step: is called with the steps done and the steps of the whole clip.
        sections: how often the pipeline opens a bar for one clip.
    """
    before = 0

    def bar(iterable: Sequence[Any] | None = None, total: int | None = None) -> Any:
        nonlocal before
        steps = total or 0 if iterable is None else len(iterable)
        one = _StepBar(before, steps * sections, step)
        before += steps
        return one if iterable is None else one.over(iterable)

    return bar


class _StepBar:
    """Calls step instead of drawing."""

    def __init__(self, done: int, total: int, step: models.Step) -> None:
        self.done, self.total, self.step = done, total, step

    def __enter__(self) -> _StepBar:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def update(self, steps: int = 1) -> None:
        self.done += steps
        self.step(self.done, self.total)

    def over(self, iterable: Sequence[Any]) -> Iterator[Any]:
        """The elements, each counted when the next one is asked for."""
        for element in iterable:
            yield element
            self.update()
