"""Program files of the example, cases for it, and the frames that it must give."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench import models
from bench.engine.requests import ModelRequest
from bench.engine.resolve_models import resolve
from bench.media import pictures
from bench.models.programs.command import Command, Settings
from bench.models.programs.inputs import MAX_SEED
from bench.types import Case, Runtime, Suite
from tests.models.programs import example_program

EXAMPLE = Path(example_program.__file__)


Write = Callable[..., str]


def toml(value: Any) -> str:
    """JSON of numbers, texts and lists is TOML; tables are written inline."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(each)}" for key, each in value.items()) + "}"
    return json.dumps(value)


def picture(folder: Path, name: str, prompt: str = "", **facts: Any) -> Case:
    image = folder / f"{name}.png"
    pictures.write(image, np.random.default_rng(len(name)).integers(0, 200, (40, 64, 3), dtype=np.uint8))
    return Case(id=name, image=image, prompt=prompt, **facts)


def command(path: str, **chosen: Any) -> Command:
    model = Command(Settings(program=path, **chosen))
    model.load()
    return model


def expected(case: Case, number: int, count: int = 3) -> Any:
    return example_program.frames(case.image, case.prompt, number, count)


def number(case: Case, seed: int) -> int:
    from bench.models import seed_number

    return 1 + seed_number(case, seed) % MAX_SEED


def is_alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0]
    except OSError:
        return False


def entrants(path: str, case: Case, *settings: str) -> list[tuple[models.Model, Any]]:
    suite = Suite("mine", "1", "", (case,))
    return resolve(ModelRequest(("command",), settings=(f"program={path}", *settings)), suite, Runtime())
