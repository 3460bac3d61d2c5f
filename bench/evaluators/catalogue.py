"""Every metric that is registered here, by name: its card, and how its name, range and direction read."""

from __future__ import annotations

from bench import evaluators
from bench.base.wording import number
from bench.types import ARROWS, MetricCard


def cards() -> dict[str, MetricCard]:
    """Metric -> its card, of every metric that is registered here."""
    return {card.name: card for owner in evaluators.registry for card in evaluators.registry[owner].cards}


def bare(metric: str) -> str:
    """The metric's name without the settings that it was measured with."""
    return metric.split("[", maxsplit=1)[0]


def card(metric: str) -> MetricCard | None:
    """The card of a metric, also of one measured with other settings; None for one that is not registered here."""
    return cards().get(bare(metric))


def span(known: MetricCard) -> str:
    """The range of possible values: '0 … 1', '≥ 0', 'any'."""
    if known.low is None and known.high is None:
        return "any"
    if known.high is None:
        return f"≥ {number(known.low or 0.0)}"
    return f"≤ {number(known.high)}" if known.low is None else f"{number(known.low)} … {number(known.high)}"


def title(metric: str) -> str:
    """The metric's name and which way is better: 'clipsim ↑'."""
    known = card(metric)
    return f"{metric} {ARROWS[known.direction]}".rstrip() if known else metric
