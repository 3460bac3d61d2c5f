"""The page of metrics: what each number means, and what calibration says of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.calibration import curves
from bench.errors import BadResults
from bench.evaluators import catalogue
from bench.evaluators.catalogue import span
from bench.types import BETTER
from bench.web.static import drawing

if TYPE_CHECKING:
    from bench.calibration.curves import Calibration, Curve
    from bench.types import MetricCard


def calibration(folders: Iterable[Path]) -> Calibration | None:
    """The first table of response curves below folders that can be read."""
    for folder in folders:
        try:
            return curves.read(folder / curves.FILE)
        except (BadResults, OSError):
            continue
    return None


def content(metrics: Sequence[str], found: Calibration | None) -> dict[str, Any]:
    """What the template asks for.

    Args:
        metrics: that the site shows; all cards of these.
        found: response curves; None where there are none.
    """
    cards = catalogue.registered().cards
    shown = [cards[name] for name in dict.fromkeys(map(catalogue.bare, metrics)) if name in cards]
    unknown = [name for name in metrics if catalogue.bare(name) not in cards]
    return {
        "metrics": [_metric(card, found) for card in shown],
        "unknown": unknown,
        "about": dict(found.about) if found else {},
    }


def _metric(card: MetricCard, found: Calibration | None) -> dict[str, Any]:
    own = [curve for curve in found.curves if curve.metric == card.name] if found else []
    seen = [curve for curve in own if curve.verdict in curves.SEEN]
    return {
        "name": card.name,
        "title": f"{card.name} {card.arrow}".rstrip(),
        "facts": [
            (name, text)
            for name, text in (
                ("Definition", card.definition), ("Range", _range(card)), ("Better", BETTER[card.direction]),
                ("Version", str(card.version)), ("Source", card.source), ("Blind to", card.blind_to),
                ("Series", card.series),
            )
            if text
        ],
        "curves": [_curve(curve, found, card.unit) for curve in seen] if found else [],
        "silent": ", ".join(curve.damage for curve in own if curve.verdict == "silent"),
    }  # fmt: skip


def _range(card: MetricCard) -> str:
    return f"{span(card)} {card.unit}".replace("-", "−").strip()


def _curve(curve: Curve, found: Calibration, unit: str) -> dict[str, str]:
    damage = next(each for each in found.damages if each.name == curve.damage)
    line = drawing.Line(
        [0.0, *damage.severities], [0.0, *curve.changes], [0.0, *curve.lows], [0.0, *curve.highs]
    )
    return {
        "damage": damage.title,
        "found": curves.found(curve),
        "about": damage.about,
        "unit": unit,
        "svg": drawing.plot(line, f"{curve.metric} and {damage.name}", damage.unit),
    }
