"""What services charge: a dated list with its sources, and the user's own list, which takes precedence.

Prices change without notice, so they are in prices.toml and never in code, and are only ever estimates: what a service
itself reports takes precedence.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from bench.base import documents
from bench.errors import UsageError

LIST = Path(__file__).with_name("prices.toml")
OWN = "BENCH_PRICES"
"""The environment variable that names the user's own list, a file like prices.toml."""


@dataclass(frozen=True)
class Price:
    """What a service charges for one of its models.

    Attributes:
        model: our name of the adapter.
        version: the service's name of what runs.
        usd: US dollars.
        per: a second of the clip, or a clip of any length.
        source: where it was read.
        as_of: when it was read, ISO date or month.
        variant: of the version, if the price depends on it: '720p'; '' for every one.
        note: what to know about it.
    """

    model: str
    version: str
    usd: float
    per: Literal["second", "clip"]
    source: str
    as_of: str
    variant: str = ""
    note: str = ""

    def of(self, seconds: float) -> float:
        """US dollars for a clip of so many seconds."""
        return self.usd * seconds if self.per == "second" else self.usd


def find(model: str, version: str, variant: str = "") -> Price | None:
    """The price of a clip, from the user's own list if it is there.

    Args:
        model: our name of the adapter.
        version: the service's name of what runs.
        variant: of the version: '720p'; '' for none.

    Returns:
        None if no price is listed.

    Raises:
        UsageError: the user's own list cannot be read.
    """
    own = os.environ.get(OWN)
    listed = (*(read(Path(own)) if own else ()), *read(LIST))
    fitting = (each for each in listed if (each.model, each.version) == (model, version))
    return next((each for each in fitting if each.variant in ("", variant)), None)


@cache
def read(path: Path) -> tuple[Price, ...]:
    """The prices of a file.

    Raises:
        UsageError: it cannot be read, or a price is not one.
    """
    try:
        content = documents.toml_table(path.read_text(encoding="utf-8"))
        return tuple(_price(each) for each in content.get("price", []))
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"prices {path} cannot be read: {error}") from None


def _price(entry: dict[str, Any]) -> Price:
    price = Price(**entry)
    if price.per not in ("second", "clip") or not price.usd >= 0:
        raise ValueError(f"a price is at least 0 per second or clip, not {price.usd} per {price.per}")
    return price
