"""`--out` of every command: a folder of runs, or the URL of a bucket, which a folder of this machine mirrors."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from bench.cli.commands.output import progress
from bench.stores import is_url


def placed(command: Callable[..., None], is_reading: bool) -> Callable[..., None]:
    """The command with the folder that mirrors the bucket, where it was given a URL.

    Args:
        command: some have an option --out.
        is_reading: whether the command looks at the rows of any run there; others bring those of the runs they work in.
    """
    if "out" not in inspect.signature(command).parameters:
        return command

    @wraps(command)
    def in_place(**options: Any) -> None:
        from bench.runs import buckets

        def opened(place: str | Path) -> Path:
            return buckets.opened(place, progress(), with_rows=is_reading)

        options["out"] = opened(options["out"])
        if options.get("runs"):  # some may be folders
            options["runs"] = [str(opened(word)) if is_url(word) else word for word in options["runs"]]
        command(**options)

    return in_place
