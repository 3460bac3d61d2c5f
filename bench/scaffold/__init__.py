"""Packages of one's own, begun: `bench new` writes a model, a metric or a suite that works as it is.

Imported from here: `KINDS`, `write`. Lives here: `naming` (what a name becomes in code, and which are taken) and
`templates`, one folder per kind. Knows the registries of models and evaluators, and suites; nothing knows it but the
command line.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bench.base import files, temporaries
from bench.errors import UsageError, meant
from bench.scaffold import naming
from bench.scaffold.naming import Names

if TYPE_CHECKING:
    from jinja2 import Environment

    from bench.types import Image

__all__ = ["KINDS", "write"]

GROUPS = {"model": "bench.models", "metric": "bench.evaluators", "suite": "bench.suites"}
"""Kind -> the group of entry points by which the benchmark finds it."""

KINDS = tuple(GROUPS)
"""What can be begun."""


def write(kind: str, name: str, parent: Path) -> Path:
    """Writes a package in a folder of its own, called like the package.

    Args:
        kind: one of KINDS.
        name: of the model, metric or suite: lower case, words joined by '-' or '_'.
        parent: the folder that the package's folder is made in.

    Returns:
        The package's folder.

    Raises:
        UsageError: such a name is no name, is taken, or the folder exists or cannot be written.
        UnknownName: there is no such kind.
    """
    kind = meant("kind", kind, KINDS)
    names = naming.of(kind, name)
    folder = parent / names.package
    if folder.exists():
        raise UsageError(f"{folder} exists: choose another name, or another folder with --to")
    try:
        with temporaries.folder(folder) as unfinished:
            for path, text in _texts(kind, names):
                (unfinished / path).parent.mkdir(parents=True, exist_ok=True)
                (unfinished / path).write_text(text, encoding="utf-8")
            if kind == "suite":
                _write_picture(unfinished / names.module / names.package / "images" / "hill.png")
            unfinished.rename(folder)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {files.why(error)}") from error
    return folder


def _texts(kind: str, names: Names) -> Iterator[tuple[Path, str]]:
    """Path and content of each file of text: paths of templates have 'module' and 'package' for the names."""
    for template in _environment().list_templates():
        of, _, path = template.removesuffix(".jinja").partition("/")
        if of in (kind, "any"):
            own = path.replace("module", names.module).replace("package", names.package)
            content = _environment().get_template(template)
            yield Path(own), content.render(names=names, kind=kind, group=GROUPS[kind])


def _write_picture(path: Path) -> None:
    """A drawn picture, which nobody owns, for the first case of a suite."""
    from bench.media import pictures

    path.parent.mkdir(parents=True, exist_ok=True)
    pictures.write(path, _hill(256, 384))


def _hill(height: int, width: int) -> Image:
    """A green hill below a sky that grows light towards it: (height, width, 3) uint8."""
    import numpy as np

    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    sky = np.stack([90 + 120 * y, 140 + 80 * y, 220 + 20 * y], axis=-1)
    ground = np.stack([70 + 40 * y, 120 + 20 * x, 50 + 10 * y], axis=-1)
    is_ground = y > 0.62 - 0.12 * np.sin(np.pi * x)
    return np.where(is_ground[..., None], ground, sky).round().astype(np.uint8)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("bench.scaffold"), undefined=StrictUndefined, keep_trailing_newline=True
    )
