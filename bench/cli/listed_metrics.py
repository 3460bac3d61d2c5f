"""The metrics of `bench ls metrics`: a line per metric, or everything that its card says."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from bench import evaluators
from bench.base import packages, weights
from bench.cli.layout import Column
from bench.cli.listing import Entry, Listing, each
from bench.evaluators import catalogue


def listing() -> Listing:
    """Group by group, as pages show them."""
    columns = (
        Column("title"), Column("id"), Column("better", spare=1), Column("unit", spare=2),
        Column("available", wraps=True, spare=3),
    )  # fmt: skip
    entries = {entry["id"]: entry for own in each(evaluators.registry, _entries) for entry in own}
    groups = catalogue.registered().groups(entries)
    return Listing(
        columns,
        [{**entries[name], "group": group} for group, members in groups.items() for name in members],
        names="id",
    )


def _entries(name: str) -> list[Entry]:
    evaluator = evaluators.registry[name]()
    lacking = [need for need in evaluator.packages if packages.installed(need) is None]
    missing = [file.name for file in evaluator.weights() if weights.path(file) is None]
    needs = [packages.install_line(lacking[0])] if lacking else missing
    return [
        {
            "title": card.title or card.name,
            "id": card.name,
            "evaluator": name,
            "better": "–" if card.direction == "none" else card.direction,
            "unit": card.unit,
            "range": catalogue.span(card),
            "depends on": ", ".join(card.depends) or "nothing",
            "available": f"needs {', '.join(needs)}" if needs else "yes",
            "definition": card.definition,
            "source": card.source,
            "blind to": card.blind_to,
            "series": card.series,
            "version": card.version,
        }
        for card in evaluator.cards
    ]


def definitions(listing: Listing, width: int) -> Iterator[str]:
    """Metrics at length: what each number means, where it comes from, what it depends on and does not see.

    Args:
        listing: of metrics.
        width: of the terminal, cells.
    """
    for entry in listing.entries:
        better = "no better direction" if entry["better"] == "–" else f"{entry['better']} is better"
        facts = (
            entry["id"],
            better,
            f"{entry['range']} {entry['unit']}".rstrip(),
            f"version {entry['version']}",
        )
        yield f"{entry['title']}: {', '.join(facts)}"
        for heading in ("definition", "source", "depends on", "blind to", "series", "evaluator", "available"):
            if entry[heading]:
                yield textwrap.fill(
                    f"{heading}: {entry[heading]}", width, initial_indent="  ", subsequent_indent="    ",
                    break_long_words=False, break_on_hyphens=False,
                )  # fmt: skip
