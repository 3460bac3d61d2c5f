"""Tiny checkpoints, models on them, and a case to animate; each made once per session."""

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import models
from bench.media import pictures
from bench.models import checkpoints
from bench.types import Case, Runtime
from tests import tiny_checkpoints
from tests.tiny_checkpoints import Of, Tiny


@pytest.fixture(scope="session")
def one_thread() -> Iterator[None]:
    """One torch thread: sums over another number of them differ in the last bits."""
    import diffusers  # noqa: F401
    import torch
    import transformers  # noqa: F401

    torch.set_num_threads(1)
    gc.collect()
    gc.freeze()  # unloading a model runs the garbage collector, which takes a second over the objects of these imports
    yield
    gc.unfreeze()


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory, one_thread: None) -> Tiny:
    """Writes the tiny checkpoint of a model, one folder for all with the same parts; tests must not change it."""
    root, builders = tmp_path_factory.mktemp("tiny"), tiny_checkpoints.builders()

    def folder(name: str) -> Path:
        first = next(other for other, builder in builders.items() if builder is builders[name])
        return root / first if (root / first).is_dir() else tiny_checkpoints.write(first, root / first)

    return folder


@pytest.fixture(scope="session")
def of(tiny: Tiny) -> Of:
    """A model on its tiny checkpoint, or on that of another model; not yet loaded."""

    def model(name: str, on: str | None = None, dtype: str = "float32", **settings: Any) -> Any:
        cls: Any = models.registry[name]
        found = checkpoints.resolve(str(tiny(on or name)))
        return cls(cls.Settings(**settings), Runtime(dtype=dtype), found)

    return model


@pytest.fixture(scope="session")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A picture of 32 x 32 random pixels, and a prompt."""
    path = tmp_path_factory.mktemp("photo") / "photo.png"
    pictures.write(path, np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8))
    return Case("photo", path, prompt="a cat walks")
