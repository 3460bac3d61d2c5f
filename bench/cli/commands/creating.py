"""`bench new`: a model, metric or suite of one's own, begun."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.cli import completion
from bench.cli.commands.output import say
from bench.cli.options import how


def new(
    kind: Annotated[
        str,
        typer.Argument(metavar="KIND", help="model, metric or suite.", autocompletion=completion.beginnings),
    ],
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name, as slow-zoom.")],
    to: Annotated[Path, how(metavar="FOLDER", help="Folder that the package's folder is made in.")] = Path(),
) -> None:
    """Write a package for a model, metric or suite of your own, which works as it is.

    bench new model slow-zoom      a class that makes clips, its card, its test
    bench new metric sparkle       a class that measures them
    bench new suite my-pictures    a folder of pictures and prompts
    """
    from bench import scaffold

    folder = scaffold.write(kind, name, to)
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            say(path)
    say(f"cd {folder} && pip install --editable . pytest && pytest: README.md has the rest")
