"""Cards that travel with rows: what scores need of metrics and models that may not be installed where rows are read.

They are in the metadata of a parquet file under the key that pandas restores as `DataFrame.attrs`, so that rows read
with pandas alone have them, too.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from bench.types import MetricCard, ModelCard

if TYPE_CHECKING:
    from pydantic import TypeAdapter

ATTRIBUTE = "bench_cards"
"""Name of the attribute: a text of JSON, since pandas copies attributes deeply with every frame."""

PANDAS_KEY = b"PANDAS_ATTRS"

LONGEST = 2_000
"""Characters of any text of a card; a longer one is from no card of ours."""

LARGEST = sys.float_info.max
"""Limit for any number: an integer of 400 digits is finite, but no float."""

MOST = 5_000
"""Cards in one file."""

OMITTED = ("source", "blind_to", "series", "shows", "ignores")
"""Fields of metrics' cards that are left out: a file of rows is no documentation."""

C = TypeVar("C", MetricCard, ModelCard)


@dataclass(frozen=True)
class Cards:
    """The cards of some rows.

    Attributes:
        metrics: one per metric and version.
        models: one per model.
    """

    metrics: tuple[MetricCard, ...] = ()
    models: tuple[ModelCard, ...] = ()

    @classmethod
    def merged(cls, cards: Iterable[Cards]) -> Cards:
        """All of them; a later card replaces an earlier one."""
        found = cls()
        for each in cards:
            found |= each
        return found

    @classmethod
    def of_metadata(cls, metadata: Mapping[bytes, bytes] | None) -> Cards:
        """The cards in a parquet file's metadata; none if there are none, or if they cannot be read."""
        try:
            attributes = json.loads((metadata or {}).get(PANDAS_KEY, b"{}"))
        except (ValueError, RecursionError):
            return cls()
        return cls.of_attributes(attributes) if isinstance(attributes, dict) else cls()

    @classmethod
    def of_attributes(cls, attributes: Mapping[Any, Any]) -> Cards:
        """The cards among the attributes of a frame of rows."""
        text = attributes.get(ATTRIBUTE)
        return cls.of_text(text) if isinstance(text, str) else cls()

    @staticmethod
    @lru_cache(maxsize=16)
    def of_text(text: str) -> Cards:
        """Cards from JSON of any origin: what is not a card is passed over."""
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            content = {}
        content = content if isinstance(content, dict) else {}
        return Cards(
            _cards(MetricCard, content.get("metrics"), dict.fromkeys(OMITTED[:3], "")),
            _cards(ModelCard, content.get("models"), {}),
        )

    def __or__(self, other: Cards) -> Cards:
        """Both; of two cards of one metric and version, or of one model, the other's."""
        metrics = {(card.name, card.version): card for card in (*self.metrics, *other.metrics)}
        return Cards(
            tuple(metrics[key] for key in sorted(metrics)),
            tuple({card.name: card for card in (*self.models, *other.models)}.values()),
        )

    def text(self) -> str:
        """As JSON."""
        return json.dumps(self.content())

    def content(self) -> dict[str, Any]:
        """As JSON-like content."""
        metrics = [
            {name: value for name, value in asdict(card).items() if name not in OMITTED}
            for card in self.metrics
        ]
        return {"metrics": metrics, "models": [asdict(card) for card in self.models]}

    def attributes(self) -> dict[str, str]:
        """As attributes of a frame of rows."""
        return {ATTRIBUTE: self.text()} if self != Cards() else {}

    def metadata(self) -> dict[bytes, bytes]:
        """As metadata of a parquet file."""
        return {PANDAS_KEY: json.dumps(self.attributes()).encode()} if self != Cards() else {}


def _cards(kind: type[C], content: Any, omitted: Mapping[str, str]) -> tuple[C, ...]:
    entries = content[:MOST] if isinstance(content, list) else []
    found = (_card(kind, {**omitted, **entry}) for entry in entries if isinstance(entry, dict))
    return tuple(card for card in found if card is not None)


def _card(kind: type[C], entry: Mapping[str, Any]) -> C | None:
    try:
        card: C = _adapters()[kind].validate_json(json.dumps(entry), strict=True)
    except (ValueError, RecursionError):
        return None
    return card if _is_sound(card) else None


@cache
def _adapters() -> Mapping[type, TypeAdapter[Any]]:
    from pydantic import TypeAdapter

    return {kind: TypeAdapter(kind) for kind in (MetricCard, ModelCard)}


def _is_sound(card: MetricCard | ModelCard) -> bool:
    """Whether a card whose fields have the right types can be shown and computed with: nothing huge, no NaN."""
    values = vars(card).values()
    return (
        bool(card.name)
        and all(len(value) <= LONGEST for value in values if isinstance(value, (str, tuple, Mapping)))
        and all(abs(value) <= LARGEST for value in values if isinstance(value, (int, float)))
    )
