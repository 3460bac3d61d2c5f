"""The shipped programs as models of their own names: `bench run dynamicrafter`."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from typing import Any

from bench import models
from bench.models.programs import SHIPPED, shipped
from bench.models.programs.command import Command

FACTS = ("title", "licence", "paper", "note", "reads_text", "fit", "frames", "fps", "width", "height")
"""Keys of a program's file that are facts of its card, under the same names."""


def _add(name: str, content: dict[str, Any]) -> None:
    """Registers the model of a shipped file, which is checked when the model is made."""
    facts = {key: content[key] for key in FACTS if key in content}
    card = replace(Command.card, name=name, takes=tuple(content.get("takes", Command.card.takes)), **facts)
    about = {
        "__doc__": f"{card.title}, by its own scripts.",
        "card": card,
        "own": name,
        "__module__": __name__,
    }
    globals()[name] = models.add(type(name, (Command,), about))  # where pickle looks for a class


for _name in shipped():
    _content = tomllib.loads((SHIPPED / f"{_name}.toml").read_text(encoding="utf-8"))
    if not _content.get("interpolates"):  # those work on clips, and are written after a model's name
        _add(_name, _content)
