"""Licences of weights that somebody has read and accepted on this machine, kept in the cache folder."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bench.base import documents, files
from bench.errors import BenchError


def accept(licence: str) -> None:
    """Remembers, with the time, that somebody accepts a licence.

    Raises:
        StorageFailed: the cache folder cannot be written to.
    """
    files.write_json(_file(), {**_accepted(), licence: datetime.now(UTC).isoformat(timespec="seconds")})


def is_accepted(licence: str) -> bool:
    """Whether somebody has accepted a licence here."""
    return licence in _accepted()


def _accepted() -> dict[str, str]:
    try:
        found = documents.json_value(files.content(_file()))
    except (OSError, ValueError, BenchError):  # none yet, or no file of ours
        return {}
    return dict(found) if isinstance(found, dict) else {}


def _file() -> Path:
    return files.cache() / "accepted-licences.json"
