"""Packages from the index: which extra brings them, whether they are here, and the line that installs a missing one.

Which extra brings a package is said by this package's metadata, `[project.optional-dependencies]`, and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version

from bench.errors import Unavailable

OWN = "i2v-bench"

EVERYTHING = "all"
"""The extra that has all others."""

NAMES = {"open_clip": "open-clip-torch", "jwt": "pyjwt", "google": "google-genai", "yaml": "pyyaml"}
"""Module -> package on the index, where the names differ by more than a dash."""


def check(*names: str) -> None:
    """Refuses to go on without packages.

    Raises:
        Unavailable: the first of them that is missing, and how to install it.
    """
    for name in names:
        if installed(name) is None:
            raise missing(name)


@contextmanager
def explained() -> Iterator[None]:
    """Around imports of packages that only an extra brings.

    Raises:
        Unavailable: such a package is missing, and how to install it. Errors about other modules stay as they are.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        module = (error.name or "").partition(".")[0]
        name = NAMES.get(module, module)
        if not any(canonical(name) in names for extra, names in by_extra().items() if extra):
            raise
        raise missing(name) from error


def missing(name: str) -> Unavailable:
    """The error of a package that is not installed."""
    return Unavailable(f"package {name} is not installed", install_line(name))


def install_line(name: str) -> str:
    """The line that installs a package with what else is needed beside it.

    Args:
        name: as on the package index.
    """
    brought_by = [extra for extra, names in by_extra().items() if canonical(name) in names]
    if not brought_by:
        return f"pip install {name}"
    return install_extra(brought_by[0])


def install_extra(extra: str) -> str:
    """The line that installs an extra; '' stands for what is always needed."""
    return f'pip install "{OWN}[{extra}]"' if extra else f"pip install --upgrade {OWN}"


@cache
def installed(name: str) -> str | None:
    """A package's version; cached, since it takes milliseconds to read and thirty models need the same three."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def wanted(name: str) -> str:
    """The versions of a package that this one accepts, as '>=2,<3'; '' for any."""
    return next((names[canonical(name)] for names in by_extra().values() if canonical(name) in names), "")


@cache
def by_extra() -> dict[str, dict[str, str]]:
    """Extra, '' for what is always needed -> package -> versions; empty if this package is not installed itself."""
    from packaging.requirements import Requirement  # every huggingface_hub brings it

    found: dict[str, dict[str, str]] = {"": {}}
    try:
        lines = requires(OWN) or []
    except PackageNotFoundError:
        return found
    for line in lines:
        requirement = Requirement(line)
        extra = re.search(r"extra == ['\"]([\w-]+)", str(requirement.marker or ""))
        names = found.setdefault(extra[1] if extra else "", {})
        names[canonical(requirement.name)] = str(requirement.specifier)
    found.pop(EVERYTHING, None)
    return found


def canonical(name: str) -> str:
    """A package's name as the index compares names."""
    return re.sub(r"[-_.]+", "-", name).lower()
