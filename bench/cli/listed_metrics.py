"""The metrics of `bench ls metrics`: a line per metric, or everything that its card says."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from bench import evaluators
from bench.base import packages, weights
from bench.cli.layout import Column
from bench.cli.listing import Entry, Listing, each
from bench.errors import Unavailable
from bench.evaluators import Evaluator, catalogue


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
    return [
        {
            "title": card.title or card.name,
            "id": card.name,
            "evaluator": name,
            "better": "–" if card.direction == "none" else card.direction,
            "unit": card.unit,
            "range": catalogue.span(card),
            "depends on": ", ".join(card.depends) or "nothing",
            "available": _available(evaluator),
            "asked for": "only by name" if evaluator.opt_in else "by default",
            "weights": [file.described for file in evaluator.weights()],
            "definition": card.definition,
            "source": card.source,
            "blind to": card.blind_to,
            "series": card.series,
            "version": card.version,
        }
        for card in evaluator.cards
    ]


def _available(evaluator: Evaluator) -> str:
    """'yes', or what is missing first: a package, weights, or what the evaluator says itself."""
    lacking = [need for need in evaluator.packages if packages.installed(need) is None]
    if lacking:
        return f"needs {packages.install_line(lacking[0])}"
    missing = [f"{file.name} ({file.amount})" for file in evaluator.weights() if weights.path(file) is None]
    if missing:
        return f"needs {', '.join(missing)}"
    try:
        evaluator.check()
    except Unavailable as error:
        return f"no: {error.reason}"
    return "yes"


def _needs(name: str) -> list[str]:
    """What to do about what is missing, a line each."""
    evaluator = evaluators.registry[name]()
    if any(packages.installed(need) is None for need in evaluator.packages):
        return []
    try:
        evaluator.check()
    except Unavailable as error:
        return [error.remedy]
    missing = [file for file in evaluator.weights() if weights.path(file) is None]
    try:
        for file in missing:
            weights.refuse_terms(file)
    except Unavailable as error:
        return [error.remedy]
    return [f"bench fetch {name}"] if missing else []


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
        for heading in ("definition", "source", "depends on", "blind to", "series"):
            if entry[heading]:
                yield _filled(f"{heading}: {entry[heading]}", width)
        yield _filled(f"evaluator: {entry['evaluator']}, measured {entry['asked for']}", width)
        for file in entry["weights"]:
            yield _filled(f"weights: {file}", width)
        yield _filled(f"available: {'; '.join([entry['available'], *_needs(entry['evaluator'])])}", width)


def _filled(text: str, width: int) -> str:
    return textwrap.fill(
        text,
        width,
        initial_indent="  ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
