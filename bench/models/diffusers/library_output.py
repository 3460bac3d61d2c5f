"""What diffusers and transformers log and draw: kept from the terminal, and searched for weights that are missing."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

LOGGERS = ("diffusers", "transformers")


@contextmanager
def no_messages() -> Iterator[None]:
    """Keeps their log messages, above all deprecations, off the terminal; handlers added later still receive them."""
    loggers = [logging.getLogger(name) for name in LOGGERS]
    printers = [list(logger.handlers) for logger in loggers]
    for logger in loggers:
        logger.handlers = [logging.NullHandler()]  # without any handler, Python itself prints
    try:
        yield
    finally:
        for logger, handlers in zip(loggers, printers, strict=True):
            logger.handlers = handlers


@contextmanager
def no_bars() -> Iterator[None]:
    """Switches off their progress bars, one per part, while a pipeline loads."""
    from diffusers.utils import logging as diffusers_logging
    from transformers.utils import logging as transformers_logging

    switched = [one for one in (diffusers_logging, transformers_logging) if one.is_progress_bar_enabled()]
    for one in switched:
        one.disable_progress_bar()
    try:
        yield
    finally:
        for one in switched:
            one.enable_progress_bar()


@contextmanager
def no_deprecations() -> Iterator[None]:
    """Keeps messages that diffusers addresses to its own developers away from the user."""
    from diffusers.utils import logging as diffusers_logging

    before = diffusers_logging.get_verbosity()
    diffusers_logging.set_verbosity_error()
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"diffusers\.")
            warnings.filterwarnings("ignore", category=FutureWarning, module=r"diffusers\.")
            yield
    finally:
        diffusers_logging.set_verbosity(before)


@contextmanager
def all_weights_found() -> Iterator[None]:
    """Refuses weights that lack a layer: both libraries fill it with random numbers and merely log that.

    Raises:
        ValueError: the report of what is missing.
    """
    messages: list[str] = []
    listener = logging.Handler(logging.WARNING)
    listener.emit = lambda record: messages.append(record.getMessage())  # type: ignore[method-assign]
    loggers = [logging.getLogger(name) for name in LOGGERS]
    with _audible():
        for logger in loggers:
            logger.addHandler(listener)
        try:
            yield
        finally:
            for logger in loggers:
                logger.removeHandler(listener)
    for message in messages:
        if "newly initialized" in message:
            raise ValueError("weights are missing: " + " ".join(message.split()))
        if "LoRA" in message and "unexpected keys" in message:
            raise ValueError(" ".join(message.split())[:200])


@contextmanager
def _audible() -> Iterator[None]:
    """Lets their warnings through, whatever the process has silenced: logging as a whole, single loggers, other ranks.

    A training's set-up often does, and diffusers itself drops the messages of all ranks but the first.
    """
    manager = logging.root.manager
    named = [logging.getLogger(name) for name in [*manager.loggerDict] if name.split(".")[0] in LOGGERS]
    before: list[dict[str, Any]] = [
        {name: getattr(logger, name) for name in ("level", "disabled", "propagate", "filters")}
        for logger in named
    ]
    disabled = manager.disable
    logging.disable(logging.NOTSET)
    for logger in named:
        logger.disabled, logger.propagate, logger.filters = False, "." in logger.name, []
        logger.setLevel(logging.NOTSET if "." in logger.name else logging.WARNING)
    try:
        yield
    finally:
        for logger, facts in zip(named, before, strict=True):
            logger.disabled, logger.propagate, logger.filters = (
                facts["disabled"],
                facts["propagate"],
                facts["filters"],
            )
            logger.setLevel(facts["level"])
        logging.disable(disabled)
