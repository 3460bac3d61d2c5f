"""Whether anything may be fetched, by --offline and HF_HUB_OFFLINE, and which fetches failed a moment ago.

    with network.offline():
        ...

Inside, nothing is fetched and no service is asked. A fetch that failed is remembered in the cache folder for some
minutes, so that the next metric and the next command do not wait for it once more.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from bench.base import documents, files
from bench.errors import BenchError

VARIABLES = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
"""Variables that forbid huggingface_hub to fetch anything: the first that is set decides."""

REMEMBERED = 600.0
"""Seconds for which a failed fetch is not tried again."""

AGAIN = "--download tries again at once"
"""How to have failures forgotten, for messages."""

_is_offline = ContextVar("is_offline", default=False)


def is_offline() -> bool:
    """Whether the user forbids everything that needs a network, services included."""
    return _is_offline.get()


def forbidden_by() -> str:
    """What forbids fetching files: '--offline', or a variable of huggingface_hub; '' if nothing does."""
    if is_offline():
        return "--offline"
    name = next((name for name in VARIABLES if os.environ.get(name)), "")
    return name if os.environ.get(name, "").upper() in ("1", "ON", "YES", "TRUE") else ""


@contextmanager
def offline(is_so: bool = True) -> Iterator[None]:
    """Forbids everything that needs a network while the block runs, to libraries of the hub and child processes, too.

    Args:
        is_so: False to change nothing.
    """
    if not is_so:
        yield
        return
    variable = VARIABLES[0]
    token, before = _is_offline.set(True), os.environ.get(variable)
    os.environ[variable] = "1"
    _tell_hub_library()
    try:
        yield
    finally:
        _is_offline.reset(token)
        os.environ.pop(variable)
        os.environ.update({} if before is None else {variable: before})
        _tell_hub_library()


def _tell_hub_library() -> None:
    """huggingface_hub reads the variables once, when it is imported."""
    constants = sys.modules.get("huggingface_hub.constants")
    if constants is not None:
        constants.HF_HUB_OFFLINE = bool(forbidden_by())  # type: ignore[attr-defined]


def note_failure(place: str, reason: str) -> None:
    """Remembers why a fetch from an address or a host failed."""
    with suppress(BenchError):  # a cache that cannot be written to takes no weights either
        files.write_json(_note(place), {"reason": reason, "time": time.time()})


def recent_failure(place: str) -> str:
    """Why a fetch from an address or a host failed, and when, if that was some minutes ago; else ''."""
    try:
        noted = documents.json_value(files.content(_note(place)))
        reason, age = str(noted["reason"]), time.time() - float(noted["time"])
    except (OSError, ValueError, KeyError, TypeError, BenchError):
        return ""
    return f"{reason}, {_ago(age)}" if 0 <= age < REMEMBERED else ""


def forget_failures() -> None:
    """Lets every failed fetch be tried again."""
    with suppress(OSError, BenchError):
        for note in _notes().glob("*.json"):
            note.unlink(missing_ok=True)


def _notes() -> Path:
    return files.cache() / "failed-fetches"


def _note(place: str) -> Path:
    return _notes() / f"{files.digest(place)[:16]}.json"


def _ago(seconds: float) -> str:
    return f"{round(seconds / 60)} min ago" if seconds >= 30 else "just now"
