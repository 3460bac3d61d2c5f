"""Third-party weights: declared beside the net that uses them, fetched once, verified whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Weights:
    """A file of weights and its identity.

    Attributes:
        name: the file's name in the cache.
        urls: where it may be fetched from, tried in order; empty for a file that a package brings.
        sha256: of the whole file.
        size: bytes.
        licence: of the weights.
        package: the installed Python package that contains the file; '' for a download.
    """

    name: str
    urls: tuple[str, ...]
    sha256: str
    size: int
    licence: str
    package: str = ""


def path(weights: Weights) -> Path | None:
    """Where the file lies on this machine, its size checked; None if it is not here."""
    raise NotImplementedError


def fetch(weights: Weights) -> Path:
    """The verified file, downloaded to the cache folder if it is not here.

    Raises:
        Unavailable: offline (HF_HUB_OFFLINE=1), not reachable, or the bytes are not those that were declared.
    """
    raise NotImplementedError
