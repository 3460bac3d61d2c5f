"""Tiny random-weight checkpoints in the real diffusers format, for tests and for trying the command line without a GPU.

    python -m tests.tiny_checkpoints svd OUT

The parts are those of the published model at the smallest sizes that they can have, so an adapter that loads and runs
one has gone through every line that it would go through with real weights. The same words write the same weights.
One module per family; each builder names the models that load what it builds.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    import torch

    from bench.models.diffusers import DiffusersModel

Builder = TypeVar("Builder", bound=Callable[[], object])

Adder = TypeVar("Adder", bound=Callable[..., None])

Tiny: TypeAlias = Callable[[str], Path]
"""The fixture `tiny`: model -> the folder of its tiny checkpoint."""

Of: TypeAlias = Callable[..., Any]
"""The fixture `of`: (model, on=…, dtype=…, **settings) -> the model on its tiny checkpoint."""

_builders: dict[str, Callable[[], object]] = {}
_adders: dict[str, Callable[..., None]] = {}


def builds(*models: str) -> Callable[[Builder], Builder]:
    """Marks a function that gives the pipeline of these models."""

    def mark(builder: Builder) -> Builder:
        _builders.update(dict.fromkeys(models, builder))
        return builder

    return mark


def adds(*models: str) -> Callable[[Adder], Adder]:
    """Marks a function of a pipeline and its folder that writes the further files of these models' checkpoints."""

    def mark(adder: Adder) -> Adder:
        _adders.update(dict.fromkeys(models, adder))
        return adder

    return mark


def builders() -> Mapping[str, Callable[[], object]]:
    """Model -> the function that builds its pipeline, from every module here."""
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            importlib.import_module(f"{__name__}.{module.name}")
    return dict(sorted(_builders.items()))


def write(model: str, folder: Path, variant: str | None = None) -> Path:
    """Writes the tiny checkpoint of a model to folder and returns folder.

    Args:
        model: its name.
        folder: where to.
        variant: 'fp16' stores half-precision weights under diffusers' names for them; None stores float32.
    """
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(20231125)
        pipeline = builders()[model]()
        for part in pipeline.components.values():
            if isinstance(part, torch.nn.Module):
                _fill_zeros(part)
                if variant == "fp16":
                    part.half()
        if model in _adders:
            _adders[model](pipeline, folder)
    pipeline.save_pretrained(folder, variant=variant)
    return folder


def borrow(model: DiffusersModel, lender: DiffusersModel) -> None:
    """Gives a model the loaded pipeline of another that would load the same and is only called otherwise."""
    lender.load()
    model._pipeline = lender._pipeline
    model.resolved = model.resolve(model._pipeline)


def _fill_zeros(part: torch.nn.Module) -> None:
    """Gives every parameter that starts as zeros small random values.

    Such layers (biases, the last layer of a residual branch) let nothing through in a network that never trained: the
    image would not reach the clip, and a test could not detect an adapter that ignores it.
    """

    for parameter in part.parameters():
        if not parameter.any():
            parameter.data.normal_(std=0.05)
