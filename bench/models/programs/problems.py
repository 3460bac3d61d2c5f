"""Checks of a program's TOML file, made when it is read; each problem comes with the text to look for in the file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bench.models.programs import injection, templates

if TYPE_CHECKING:
    from bench.models.programs import Program

NUMBERS = ("frames", "width", "height", "fps")
"""Placeholders of a program that makes a clip for which its file must give a number."""


def problems(program: Program) -> Iterator[tuple[str, str]]:
    """Pairs of a text of the file and the problem with it, the first one first."""
    try:
        texts = list(program.templates())
    except ValueError as error:
        yield "command", f"a command cannot be split into words: {error}"
        return
    if not any(key == "command" for key, _ in texts):
        yield "command", "there is no command"
    if len(program.canvas) not in (0, 2):
        yield "canvas", "canvas is [width, height]"
    yield from _wrong_paths(program)
    for key, template in texts:
        yield from _wrong_placeholders(program, key, template)
    yield from injection.of_command([template for key, template in texts if key == "command"])
    for place, text in program.stage.items():
        yield from injection.of_stage(place, text)


def _wrong_paths(program: Program) -> Iterator[tuple[str, str]]:
    paths = [("image", program.image, "image"), ("output", program.output, "output")]
    paths += [(place, place, "a staged file") for place in program.stage]
    for text, path, what in paths:
        if _leads_out(path):
            yield text, f"{what} lies below the clip's own folder, not at '{path}'"


def _wrong_placeholders(program: Program, key: str, template: str) -> Iterator[tuple[str, str]]:
    known = _known(program, key)
    for text in templates.unknown(template, known):
        yield text, f"unknown placeholder {text} in {key}: {_choices(known)}"
    if program.interpolates:
        return
    for name in templates.names(template):
        if name in NUMBERS and getattr(program, name) is None:
            yield f"{{{name}", f"{{{name}}} in {key} needs a number: add {name} = …"


def _known(program: Program, key: str) -> frozenset[str]:
    """The placeholders that may be used under a key."""
    if key in ("version", "weights"):
        return frozenset({"here"})
    if program.interpolates:
        return templates.OF_A_STEP
    return templates.OF_A_START if program.batch else templates.OF_A_START | templates.OF_A_CLIP


def _choices(known: frozenset[str]) -> str:
    listed = ", ".join(f"{{{name}}}" for name in sorted(known))
    filters = ", ".join(f":{how}" for how in templates.FILTERS)
    return f"there are {listed} and {{env:NAME=default}}, with {filters}; a brace itself is written twice"


def _leads_out(place: str) -> bool:
    path = PurePosixPath(place)
    return not path.parts or path.is_absolute() or ".." in path.parts
