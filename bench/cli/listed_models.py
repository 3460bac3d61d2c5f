"""The models of `bench ls models`: what each conditions on, its size, and what it lacks on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench import models
from bench.base import settings
from bench.cli.layout import Column
from bench.cli.listing import Entry, Listing, each
from bench.models.requirements import Need
from bench.types import Condition, ModelCard

NULL, OTHER = "null models", "others"
"""Families for cards that name none: of baselines and other rows that are no models, and of models."""

BYTES = 2
"""Bytes per parameter in bfloat16: what the network that makes the frames takes, without encoders and activations."""


def listing() -> Listing:
    """Null models first, then family by family."""
    columns = (
        Column("name"), Column("size", "right", spare=2), Column("memory", "right", spare=3),
        Column("native", spare=5), Column("conditions on", wraps=True, spare=4), Column("licence", wraps=True, spare=1),
        Column("runs here", wraps=True),
    )  # fmt: skip
    entries = each(models.registry, _entry)
    return Listing(
        columns, sorted(entries, key=lambda entry: (entry["family"] != NULL, entry["family"], entry["name"]))
    )


def _entry(name: str) -> Entry:
    model = models.registry[name]()
    card = model.card
    found = list(model.needs())
    return {
        "name": name,
        "title": card.title,
        "family": card.family or (OTHER if card.role == "model" else NULL),
        "role": card.role,
        "access": card.access,
        "conditions on": ", ".join([*(["text"] if card.reads_text else []), *map(_short, card.takes)]),
        "takes": list(card.takes),
        "reads text": card.reads_text,
        "native": _native(card),
        "width": card.width,
        "height": card.height,
        "frames": card.frames,
        "fps": card.fps,
        "fit": card.fit,
        "steps": card.steps,
        "guidance": card.guidance,
        "weights": card.weights,
        "parts": dict(card.parts),
        "licence": card.licence.partition(" (")[0],
        "licence in full": card.licence,
        "size": f"{card.parameters:g} B" if card.parameters else "",
        "memory": f"≥ {card.parameters * BYTES:g} GB" if card.parameters else "",
        "parameters": card.parameters,
        "paper": card.paper,
        "lifecycle": card.lifecycle,
        "as_of": card.as_of,
        "adapter version": card.version,
        "note": card.note,
        "runs here": _lacking(card, found),
        "needs": [_need(need) for need in found],
        "settings": [vars(setting) for setting in settings.describe(model.Settings)],
    }


def _native(card: ModelCard) -> str:
    """Size, frames and frame rate, as far as they are fixed."""
    size = f"{card.width} × {card.height}" if card.width else "any size"
    return f"{size}, {card.frames} @ {card.fps:g}" if card.frames and card.fps else size


def _short(condition: Condition) -> str:
    """A condition in a narrow column."""
    return {
        "first frame": "first",
        "last frame": "last",
        "negative prompt": "negative",
        "keep mask": "mask",
    }.get(condition, condition)


def _lacking(card: ModelCard, found: Sequence[Need]) -> str:
    """'yes', or what is missing, each thing once."""
    if card.lifecycle == "retired":
        return f"no, retired ({card.as_of})"
    lacking = [need.name if need.kind == "package" else need.kind for need in found if not need.is_met]
    legacy = ", legacy" if card.lifecycle == "legacy" else ""
    return (f"needs {', '.join(dict.fromkeys(lacking))}" if lacking else "yes") + legacy


def _need(need: Need) -> dict[str, Any]:
    return {name: value for name, value in vars(need).items() if name != "files"}
