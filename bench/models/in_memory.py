"""A function of the caller as a model: an image in, frames out, in this process.

    bench.run(lambda image, prompt, seed: generate(image, prompt, seed), "mine@step-500")

Pipelines of diffusers that are in memory are in `bench.models.diffusers.in_memory`. Neither is registered: they have no
name until a caller gives one, and rows say that their clips were made in memory.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import replace
from inspect import Parameter, signature
from typing import Any

from bench import models
from bench.base import files, isolation
from bench.errors import UsageError
from bench.media import arrays, pictures
from bench.media.arrays import Layout
from bench.models.plans import Plan
from bench.models.requirements import Need
from bench.types import Case, Checkpoint, Clip, ModelCard, Runtime

NAME = "in-memory"
"""The model's name in rows."""

TITLE = "made in memory"

SOURCE = "in memory"
"""Where the weights are from, as runs record it."""

FPS = 8.0
"""Frames per second of a clip whose settings state no fps."""

LENGTHS = ("frames", "num_frames")
"""Names under which a function may take the number of frames."""

BY_POSITION = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)


def checkpoint(digest: str) -> Checkpoint:
    """What a run records of weights in memory, of which the digest is '' where nothing identifies them."""
    return Checkpoint(SOURCE, None, "", digest)


class InMemory(models.Model):
    """A model that a caller has in memory, under the name that the caller gives."""

    _label: str

    @property
    def label(self) -> str:
        return self._label

    @property
    def is_identified(self) -> bool:
        return bool(self.checkpoint and self.checkpoint.digest)

    def needs(self) -> Iterator[Need]:
        yield from ()  # it is here


class FunctionModel(InMemory):
    """A function that is given an image and gives frames.

    Args:
        function: takes a picture of Pillow, RGB, by position, and the rest by name: prompt, seed (below 2^32), frames
            or num_frames, fps, and what settings name.
        name: what tables call it.
        settings: values by name; fps is that of the clip, too, and 8 by default.
        revision: what identifies the function; '' if nothing does.
        layout: of the frames that it gives.

    Raises:
        UsageError: the function has no parameter for a setting, or one that nothing fills.
    """

    card = ModelCard(
        name=NAME, title=TITLE, version=1, reads_text=False, frames=None, fps=None, width=None, height=None,
        weights=None, licence="", paper="", access="",
    )  # fmt: skip

    def __init__(
        self,
        function: Callable[..., Any],
        name: str,
        settings: Mapping[str, Any],
        revision: str = "",
        layout: Layout = "THWC",
    ) -> None:
        super().__init__(
            None, Runtime(), checkpoint(files.digest(["revision", revision]) if revision else "")
        )
        self._function, self._label, self._layout = function, name, layout
        self._settings, self._given = settings, {"fps": FPS, **settings}
        self._taken, self._takes_all = _parameters(function)
        self.card = replace(self.card, reads_text="prompt" in self._taken)  # type: ignore[misc]  # of this function
        self._check()

    def plan(self, case: Case) -> Plan:
        frames = next((self._given[name] for name in LENGTHS if name in self._given), None)
        return Plan(frames, None, None, None, float(self._given["fps"]), self.card.fit)

    def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
        from PIL import Image

        number = models.seed_number(case, seed) % 2**32
        image = Image.fromarray(pictures.read(case.image))
        with isolation.seeded(number, _device()), _without_gradients():
            made = self._function(image, **self._arguments(case.prompt, number))
        if isinstance(made, Clip):
            return made
        return Clip(
            arrays.frames_of(made, self._layout, f"frames of '{self.label}'"), float(self._given["fps"])
        )

    def effective_settings(self) -> dict[str, Any]:
        """The settings, and which function it is."""
        function = self._function
        named = f"{function.__module__}.{getattr(function, '__qualname__', type(function).__qualname__)}"
        return {**self.decisive_settings(), SOURCE: named}

    def decisive_settings(self) -> dict[str, Any]:
        return {name: _plain(value) for name, value in self._given.items()}

    def _arguments(self, prompt: str, number: int) -> dict[str, Any]:
        offered = {"prompt": prompt, "seed": number, **self._given}
        for name, other in (LENGTHS, LENGTHS[::-1]):
            if name in offered and other in self._taken:
                offered.setdefault(other, offered[name])
        named = {name: value for name, value in offered.items() if name in self._taken}
        return named | dict(self._settings if self._takes_all else {})

    def _check(self) -> None:
        if not (isinstance(self._given["fps"], (int, float)) and self._given["fps"] > 0):
            raise UsageError(f"fps is a number above 0, not {self._given['fps']!r}")
        given = self._arguments("", 0)
        filled = {*given, *(LENGTHS if set(LENGTHS) & set(given) else ()), "fps"}
        for name in self._given:
            if name not in filled:
                raise UsageError(
                    f"'{self.label}' takes no {name}: it takes {', '.join(self._taken) or 'the image alone'}"
                )
        for name, parameter in self._taken.items():
            if parameter.default is Parameter.empty and name not in given:
                raise UsageError(
                    f"'{self.label}' needs {name}, which nothing fills: settings={{'{name}': …}}"
                )


def _parameters(function: Callable[..., Any]) -> tuple[Mapping[str, Parameter], bool]:
    """The parameters behind the image, which are given by name, and whether any name is taken.

    Raises:
        UsageError: it takes nothing by position.
    """
    try:
        found = list(signature(function).parameters.values())
    except (TypeError, ValueError):  # a function in C may not state them
        return {}, False
    if not found or found[0].kind not in (*BY_POSITION, Parameter.VAR_POSITIONAL):
        raise UsageError(
            f"a model in memory is a function of an image, and {function!r:.80} takes none by position"
        )
    rest = found if found[0].kind is Parameter.VAR_POSITIONAL else found[1:]
    named = {each.name: each for each in rest if each.kind in (*BY_POSITION, Parameter.KEYWORD_ONLY)}
    return named, any(each.kind is Parameter.VAR_KEYWORD for each in rest)


def _plain(value: Any) -> Any:
    """The value if JSON can hold it; for anything else, its type."""
    return (
        value if isinstance(value, (str, int, float, bool, type(None))) else f"a {type(value).__qualname__}"
    )


def _device() -> str:
    """The GPU that the process uses, if it uses one."""
    torch = sys.modules.get("torch")
    return f"cuda:{torch.cuda.current_device()}" if torch and torch.cuda.is_initialized() else "cpu"


def _without_gradients() -> Any:
    torch = sys.modules.get("torch")
    return torch.no_grad() if torch else nullcontext()
