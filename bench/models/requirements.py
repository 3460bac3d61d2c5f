"""What a model needs on this machine, and whether it is here: packages, weights, keys, programs, servers.

Nothing is fetched, loaded or asked over a network, so that `bench ls models` can check every model. `bench doctor`
goes further: it queries the hub or server at Need.address, and the headers of Need.files.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from bench.base import packages
from bench.errors import Unavailable

Kind: TypeAlias = Literal["package", "weights", "checkpoint", "key", "program", "server", "maker"]
"""'checkpoint' is the user's choice of weights, 'maker' the vendor of a retired model."""


@dataclass(frozen=True)
class Need:
    """One thing that a model requires.

    Attributes:
        kind: of thing.
        name: of a package or variable; a hub id.
        is_met: whether it is here, as far as this machine alone can tell.
        found: what is here: a version, parts and sizes; or what is wrong.
        remedy: the line that mends it; '' if it is met.
        address: where it would come from: a hub id, a server's address; '' for neither.
        files: weights that would be read, if all are here.
        only: the folder of that repository that is needed; '' for all.
        without: its folders that are not.
    """

    kind: Kind
    name: str
    is_met: bool
    found: str = ""
    remedy: str = ""
    address: str = ""
    files: tuple[Path, ...] = ()
    only: str = ""
    without: tuple[str, ...] = ()


def package(name: str) -> Need:
    """A package, installed in a version that this package's own metadata accepts; named as on the package index."""
    from packaging.specifiers import SpecifierSet  # every huggingface_hub brings it

    found, install = packages.installed(name), packages.install_line(name)
    if found is None:
        return Need("package", name, False, "not installed", install)
    wanted = packages.wanted(name)
    if not SpecifierSet(wanted).contains(found, prereleases=True):
        return Need("package", name, False, f"{found}, and {wanted} is needed", f"{install} --upgrade")
    return Need("package", name, True, found)


def key(*names: str) -> Need:
    """A secret in the environment, under any one of these names; only whether it is set is checked."""
    present = [name for name in names if os.environ.get(name, "").strip()]
    if present:
        return Need("key", " or ".join(names), True, f"{present[0]} is set")
    return Need("key", " or ".join(names), False, "not set", f"export {names[0]}=…")


def tried(kind: Kind, name: str, check: Callable[[], object]) -> Need:
    """A need that a call checks: met, or with the reason and the remedy of the Unavailable that it raises.

    Args:
        kind: of thing.
        name: of the need.
        check: raises Unavailable if the need is not met.
    """
    try:
        check()
    except Unavailable as error:
        return Need(kind, name, False, error.reason, error.remedy)
    return Need(kind, name, True)
