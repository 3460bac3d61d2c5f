"""Finds models and evaluators: one class per file in a package of ours, or an entry point of any other package.

    models: Registry[Model] = Registry("model", package="bench.models")

    @models.add
    class Still(Model): ...

Nothing is imported before the first look-up, and what is imported is light: torch and diffusers are imported inside
methods. Two classes with one name are an error; an entry point that fails to import, or a class that cannot say its
names, is set aside by name, so that it does not break the others.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Generic, Protocol, TypeVar

from bench.base import reading
from bench.errors import BenchError, ProgramFailed, Unavailable, UsageError, meant, no_exit, reason


class Named(Protocol):
    """What a registry holds: classes that know their own name."""

    @classmethod
    def entry_name(cls) -> str:
        """The name that the command line uses."""
        ...


T = TypeVar("T", bound=Named)
C = TypeVar("C", bound=Named)


def _is_same(one: type, other: type) -> bool:
    """Whether both are one class, perhaps of a module that was loaded twice."""
    return (one.__module__, one.__qualname__) == (other.__module__, other.__qualname__)


class Registry(Generic[T]):
    """Classes by name.

    Args:
        kind: the noun in messages: 'model', 'evaluator'.
        package: of ours, whose name is also the entry-point group of other packages.
        refused: names that users look for but that are none of these -> a sentence that says why.
        claims: further names that a class takes, such as those of an evaluator's metrics; each is one class's own. It
            raises an error for a class that is incomplete.
    """

    def __init__(
        self,
        kind: str,
        package: str,
        refused: Mapping[str, str] = MappingProxyType({}),
        claims: Callable[[type[T]], Iterable[str]] = lambda cls: (),
    ) -> None:
        self.kind, self.package, self.refused, self._claims = kind, package, refused, claims
        self.broken: dict[str, str] = {}
        self._classes: dict[str, type[T]] = {}
        self._claimed: dict[type, frozenset[str]] = {}
        self._is_complete = False

    def add(self, cls: type[C]) -> type[C]:
        """Registers cls under its own name; use as a decorator.

        Raises:
            UsageError: it cannot say its names, or another class has one of them. Of a class of ours and another's,
                ours stays, whichever comes first.
        """
        self._claimed[cls] = self._names(cls)  # type: ignore[arg-type]
        for known in [each for each in self._classes.values() if not _is_same(each, cls)]:
            shared = sorted(self._claimed[known] & self._claimed[cls])
            if shared and (self._is_ours(known) or not self._is_ours(cls)):
                raise UsageError(self._twice(shared[0], known, cls))
            if shared:
                del self._classes[known.entry_name()]
                self.broken[f"{known.__module__}.{known.__qualname__}"] = self._twice(shared[0], cls, known)
        self._classes[cls.entry_name()] = cls  # type: ignore[assignment]
        return cls

    def _names(self, cls: type[T]) -> frozenset[str]:
        try:
            with no_exit(cls.__qualname__):
                names = frozenset([cls.entry_name(), *self._claims(cls)])
            strange = [name for name in names if not isinstance(name, str) or not name.strip()]
            if strange:
                raise UsageError(f"a name is a text, not {strange[0]!r}")
        except Exception as error:
            raise UsageError(
                f"{cls.__module__}.{cls.__qualname__} is no {self.kind}: {reason(error)}"
            ) from error
        return names

    @contextmanager
    def using(self, cls: type) -> Iterator[None]:
        """Around calls of a class, which may be another package's: its errors are then reported under its name.

        Raises:
            Unavailable: it raised an error that is not ours, or called sys.exit. Mistakes of our own classes stay loud.
        """
        try:
            with no_exit(f"{cls.__module__}.{cls.__qualname__}"):
                yield
        except Exception as error:
            reading.refuse(error)
            if self._is_ours(cls) or (isinstance(error, BenchError) and not isinstance(error, ProgramFailed)):
                raise
            raise Unavailable(
                f"{cls.__module__}.{cls.__qualname__} is broken: {reason(error)}",
                "repair that package, or uninstall it",
            ) from error

    def _is_ours(self, cls: type) -> bool:
        return cls.__module__.startswith(f"{self.package}.")

    def _twice(self, name: str, first: type, second: type) -> str:
        return f"two {self.kind}s are called '{name}': {first.__module__} and {second.__module__}; rename the latter"

    def __getitem__(self, name: str) -> type[T]:
        self._complete()
        if name in self.broken and name not in self._classes:
            raise UsageError(f"{self.kind} '{name}' cannot be used: {self.broken[name]}")
        if name not in self._classes and name.lower() in self.refused:
            raise UsageError(self.refused[name.lower()])
        return self._classes[meant(self.kind, name, self._classes, hint=f"see bench ls {self.kind}s")]

    def __iter__(self) -> Iterator[str]:
        self._complete()
        return iter(sorted(self._classes))

    def __contains__(self, name: str) -> bool:
        self._complete()
        return name in self._classes

    def _complete(self) -> None:
        if self._is_complete:
            return
        self._is_complete = True
        folder = importlib.import_module(self.package)
        for module in pkgutil.walk_packages(folder.__path__, prefix=f"{self.package}."):
            importlib.import_module(module.name)
        for entry in entry_points(group=self.package):
            try:
                with no_exit(entry.value):
                    entry.load()
            except Exception as error:  # of another package: it is set aside, and the others go on
                self.broken[entry.name] = reason(error)
