"""How much a command says: the level of the logger `bench`, to which the whole package writes.

--quiet leaves results and errors. --verbose adds what is read, fetched and chosen, and the tracebacks of errors.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from bench.base import credentials
from bench.base.wording import printable

LOGGER = logging.getLogger("bench")


@contextmanager
def loudness(quiet: bool, verbose: bool) -> Iterator[None]:
    """Around a command: as loud as asked for; verbose, if both are."""
    before, handler = LOGGER.level, _Stderr()
    LOGGER.setLevel(logging.INFO if verbose else logging.ERROR if quiet else logging.WARNING)
    LOGGER.addHandler(handler)
    try:
        yield
    finally:
        LOGGER.removeHandler(handler)
        LOGGER.setLevel(before)


def is_quiet() -> bool:
    """Whether only results and errors are said."""
    return not LOGGER.isEnabledFor(logging.WARNING)


def is_verbose() -> bool:
    """Whether everything is said."""
    return LOGGER.isEnabledFor(logging.INFO)


def to_stderr(text: str) -> None:
    """Lines on stderr, without secrets of this process's environment."""
    typer.echo(printable(credentials.redacted(text)), file=sys.stderr)


class _Stderr(logging.Handler):
    """Writes where errors go, also while bars are drawn there."""

    def emit(self, record: logging.LogRecord) -> None:
        to_stderr(self.format(record))
