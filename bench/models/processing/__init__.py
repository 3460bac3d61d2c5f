"""Post-processing as part of a model's name: 'svd+minterpolate@16', 'svd+realesrgan@2x+resize@1024x576'.

A treatment has a name, one argument after '@' and settings of its own (`--set realesrgan.weights=x2.pth`). A number for
a model whose clips were interpolated or enlarged is thus published under another name. One module per treatment; it
registers itself with `add`, and `chain` finds it by name. Imported from here: the grammar (`split`, `chain`) and the
base class; from `processed_model`, the model. This package knows `bench.models` and `bench.media`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

from bench.base import settings
from bench.base.registry import Registry
from bench.base.settings import NoSettings
from bench.errors import UsageError, folded, meant
from bench.models.plans import Plan
from bench.models.programs.processes import Watch, ignore
from bench.models.requirements import Need
from bench.types import Clip

__all__ = ["Treatment", "add"]


class Treatment(ABC):
    """Makes another clip of a clip.

    Attributes:
        name: before the '@'.
        form: what is written after it, for messages.
        version: grows when the same words give another clip.
        Settings: as those of a model.

    Args:
        argument: what is written after the '@'.
        chosen: an instance of Settings; None for the defaults.
        device: for treatments that compute with torch.

    Raises:
        UsageError: the treatment does not take this argument.
    """

    name: ClassVar[str]
    form: ClassVar[str]
    version: ClassVar[int] = 1
    Settings: ClassVar[type[Any]] = NoSettings

    def __init__(self, argument: str, chosen: Any = None, device: str = "cpu") -> None:
        self.argument = argument
        self.settings = chosen if chosen is not None else self.Settings()
        self.device = device

    def __str__(self) -> str:
        return f"{self.name}@{self.argument}"

    @classmethod
    def entry_name(cls) -> str:
        """The name that the command line uses."""
        return cls.name

    def needs(self) -> Iterator[Need]:
        """What this machine must have, as for a model."""
        return iter(())

    def load(self) -> None:
        """Brings what it needs into memory.

        Raises:
            Unavailable: a package, a program or weights are missing.
        """

    def unload(self) -> None:
        """Gives the memory back."""

    @abstractmethod
    def plan(self, plan: Plan) -> Plan:
        """What becomes of the clip that is planned.

        Raises:
            UsageError: it cannot treat such a clip.
        """

    @abstractmethod
    def apply(self, clip: Clip, log: Path, watch: Watch = ignore) -> Clip:
        """The clip, treated.

        Args:
            clip: as the model, or the treatment before, made it.
            log: path without suffix, for the output of a program.
            watch: called between steps; may raise Cancelled.

        Raises:
            UsageError: it cannot treat such a clip.
        """

    def identity(self) -> dict[str, Any]:
        """What decides its clips, for the run's identity."""
        return {"name": str(self), "version": self.version} | asdict(self.settings)

    def facts(self) -> dict[str, Any]:
        """The identity, and the versions of the libraries that do the work; recorded with each clip."""
        return self.identity()

    def _refused(self) -> UsageError:
        return UsageError(f"{self.name} is written {self.name}@{self.form}, not '{self}'")


registry: Registry[Treatment] = Registry("treatment", package="bench.models.processing")
add = registry.add


def split(name: str) -> tuple[str, list[str]]:
    """A model's name, and the treatments after it: 'svd+minterpolate@16' is ('svd', ['minterpolate@16']).

    Raises:
        UsageError: nothing stands between two '+', or after the last.
    """
    model, *words = name.split("+")
    if not all(words):
        raise UsageError(f"a model is written name+treatment@argument, not '{name}'")
    return model, words


def chain(words: Sequence[str], assignments: Sequence[str], device: str) -> tuple[list[Treatment], list[str]]:
    """The treatments that words name.

    Args:
        words: 'minterpolate@16'.
        assignments: 'name=value'; those of a treatment as 'minterpolate.mode=blend'.
        device: where they compute.

    Returns:
        The treatments in the order of words, and the assignments that belong to none of them.

    Raises:
        UnknownName: there is no such treatment or setting.
        UsageError: an argument or a value that the treatment does not take.
    """
    prefixes = tuple(folded(f"{each.partition('@')[0]}.") for each in words)
    others = [each for each in assignments if not folded(each.strip()).startswith(prefixes)]
    return [_treatment(each, assignments, device) for each in words], others


def _treatment(words: str, assignments: Sequence[str], device: str) -> Treatment:
    written, _, argument = words.partition("@")
    name = meant("treatment", written, {*registry, *registry.broken}, hint="see docs/postprocess.md")
    cls, prefix = registry[name], folded(f"{written}.")
    given = [each.strip() for each in assignments]
    own = [each[len(prefix) :] for each in given if folded(each).startswith(prefix)]
    with registry.using(cls):
        return cls(argument, settings.parse(cls.Settings, own, f"treatment '{name}'"), device)
