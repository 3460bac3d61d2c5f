"""What `bench ls` lists; imports neither torch nor diffusers nor pandas."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from bench import evaluators, models, runs, suites
from bench.base import settings, weights
from bench.base.registry import Registry
from bench.cli.layout import Column, Grid
from bench.errors import Unavailable, UnknownName
from bench.evaluators import catalogue
from bench.models.requirements import Need
from bench.runs import RunFolder
from bench.types import Condition, ModelCard

NULL, OTHER = "null models", "others"
"""Families for cards that name none: of baselines and other rows that are no models, and of models."""

T = TypeVar("T")

BYTES = 2
"""Bytes per parameter in bfloat16: what the network that makes the frames takes, without encoders and activations."""

SEARCHED = (
    "name", "title", "family", "group", "role", "access", "conditions on", "licence", "weights", "id", "evaluator",
    "run", "label", "suite", "file", "for",
)  # fmt: skip
"""What `bench ls KIND WORD` looks into."""

Entry = dict[str, Any]
"""What is known of one thing, JSON-like; a table shows the columns that it is headed by."""


@dataclass(frozen=True)
class Listing:
    """What a list shows, and what it knows.

    Attributes:
        columns: of the table; each shows the entries' value of its heading.
        entries: in order; those of one 'family' or 'group' stand together.
        names: key of what they are called on the command line.
    """

    columns: tuple[Column, ...]
    entries: list[Entry]
    names: str = "name"

    def ids(self) -> list[str]:
        """What the entries are called on the command line."""
        return [str(entry[self.names]) for entry in self.entries]

    def grid(self) -> Grid:
        """The table."""
        lines = [
            ["" if entry[column.heading] is None else str(entry[column.heading]) for column in self.columns]
            for entry in self.entries
        ]
        groups = [str(entry.get("family") or entry.get("group") or "") for entry in self.entries]
        return Grid(self.columns, lines, groups=groups if any(groups) else ())


def of(kind: str, out: Path, words: Sequence[str] = ()) -> Listing:
    """A list.

    Args:
        kind: 'models', 'metrics', 'suites', 'weights' or 'runs'.
        out: folder of runs.
        words: only entries in which each of them occurs, in capitals or not: in names, titles, families, licences.

    Raises:
        UsageError: nothing has these words.
    """
    listings: dict[str, Callable[[], Listing]] = {
        "models": _models,
        "metrics": _metrics,
        "suites": _suites,
        "weights": _weights,
        "runs": lambda: _runs(out),
    }
    found = listings[kind]()
    if not words:
        return found
    exact = [entry for entry in found.entries if str(entry[found.names]) in words]
    entries = exact if len(exact) == len(words) else [entry for entry in found.entries if _has(entry, words)]
    if not entries:
        raise UnknownName(kind.removesuffix("s"), " ".join(words), found.ids())
    return replace(found, entries=entries)


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


def is_exact(listing: Listing, words: Sequence[str]) -> bool:
    """Whether the words name what is listed, each by its id."""
    return {word.casefold() for word in words} == {name.casefold() for name in listing.ids()}


def _has(entry: Entry, words: Sequence[str]) -> bool:
    text = "\n".join(str(value) for key, value in entry.items() if key in SEARCHED).casefold()
    return all(word.casefold() in text for word in words)


def problems(kind: str, out: Path) -> list[str]:
    """A line for each run, or plug-in, that cannot be listed."""
    if kind == "runs":
        return [str(problem) for problem in runs.problems(out)]
    doors: dict[str, dict[str, str]] = {
        "models": models.registry.broken,
        "metrics": evaluators.registry.broken,
        "weights": evaluators.registry.broken,
    }
    return [f"'{name}' cannot be used: {why}" for name, why in doors.get(kind, {}).items()]


def notes(kind: str) -> list[str]:
    """Lines below the table."""
    if kind != "models":
        return []
    names = ", ".join(why.split(" is text-to-video")[0] for why in models.registry.refused.values())
    return [
        f"not here, since they take no image: {names}",
        "bench doctor MODEL says what it lacks, bench run -m MODEL --dry-run what it would make; --json has the rest",
    ]


def _each(registry: Registry[Any], described: Callable[[str], T]) -> list[T]:
    """What is said of each class; one of another package that cannot be described is set aside by name."""
    found = []
    for name in registry:
        try:
            with registry.using(registry[name]):
                found.append(described(name))
        except Unavailable as error:
            registry.broken[name] = str(error)
    return found


def _models() -> Listing:
    columns = (
        Column("name"), Column("size", "right", spare=2), Column("memory", "right", spare=3),
        Column("native", spare=5), Column("conditions on", wraps=True, spare=4), Column("licence", wraps=True, spare=1),
        Column("runs here", wraps=True),
    )  # fmt: skip
    entries = _each(models.registry, _model)
    return Listing(
        columns, sorted(entries, key=lambda entry: (entry["family"] != NULL, entry["family"], entry["name"]))
    )


def _model(name: str) -> dict[str, Any]:
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


def _metrics() -> Listing:
    columns = (
        Column("title"), Column("id"), Column("better", spare=1), Column("unit", spare=2),
        Column("available", wraps=True, spare=3),
    )  # fmt: skip
    entries = {entry["id"]: entry for cards in _each(evaluators.registry, _cards) for entry in cards}
    groups = catalogue.registered().groups(entries)
    return Listing(
        columns,
        [{**entries[name], "group": group} for group, members in groups.items() for name in members],
        names="id",
    )


def _cards(name: str) -> list[dict[str, Any]]:
    evaluator = evaluators.registry[name]()
    missing = [file.name for file in evaluator.weights() if weights.path(file) is None]
    return [
        {
            "title": card.title or card.name,
            "id": card.name,
            "evaluator": name,
            "better": "–" if card.direction == "none" else card.direction,
            "unit": card.unit,
            "range": catalogue.span(card),
            "depends on": ", ".join(card.depends) or "nothing",
            "available": "yes" if not missing else f"needs {', '.join(missing)}",
            "definition": card.definition,
            "source": card.source,
            "blind to": card.blind_to,
            "series": card.series,
            "version": card.version,
        }
        for card in evaluator.cards
    ]


def _suites() -> Listing:
    columns = (
        Column("name"), Column("cases", "right"), Column("version", spare=2), Column("title", wraps=True),
        Column("reference clips", wraps=True, spare=1),
    )  # fmt: skip
    entries = []
    for name in suites.names():
        suite = suites.load(name)
        entries.append(
            {
                "name": name,
                "version": suite.version,
                "cases": len(suite.cases),
                "reference clips": suite.reference_note or "none",
                "title": suite.title,
            }
        )
    return Listing(columns, entries)


def _weights() -> Listing:
    columns = (
        Column("file"), Column("for", wraps=True, spare=2), Column("MB", "right"),
        Column("licence", wraps=True, spare=1), Column("present"), Column("sha256", spare=3),
    )  # fmt: skip
    entries: dict[str, Entry] = {}
    for name, needed in _each(evaluators.registry, lambda name: (name, evaluators.weights_of(name))):
        for file in needed:
            place = weights.path(file)
            entry = entries.setdefault(
                file.name,
                {
                    "file": file.name,
                    "for": name,
                    "MB": round(file.size / 1e6, 1),
                    "licence": file.licence,
                    "present": "yes" if place else "no",
                    "path": str(place) if place else None,
                    "sha256": file.sha256,
                    "urls": list(file.urls),
                },
            )
            entry["for"] = ", ".join(dict.fromkeys([*entry["for"].split(", "), name]))
    return Listing(columns, list(entries.values()), names="file")


def _runs(out: Path) -> Listing:
    columns = (
        Column("run"), Column("label", spare=3), Column("suite", spare=2), Column("last worked on", spare=1),
        Column("clips", "right"), Column("state"), Column("settings", wraps=True, spare=4),
    )  # fmt: skip
    return Listing(columns, [_run(folder) for folder in runs.find(out)], names="run")


def _run(folder: RunFolder) -> Entry:
    run, records = folder.run, folder.records()
    lost = sum(bool(record.error) for record in records)
    made = len(records) - lost
    wanted = len(folder.suite.cases) * len({record.seed for record in records})
    worked = datetime.fromtimestamp((folder.path / "run.json").stat().st_mtime).astimezone()
    return {
        "run": folder.path.name,
        "label": run.label,
        "suite": str(run.suite_id),
        "last worked on": worked.isoformat(" ", "minutes")[:16],
        "clips": f"{made} of {wanted}" if made < wanted else str(made),
        "state": _state(folder, len(records), lost),
        "settings": ", ".join(f"{name}={value}" for name, value in run.settings.items() if value is not None),
    }


def _state(folder: RunFolder, clips: int, lost: int) -> str:
    """'measured', or what is missing."""
    if not clips:
        return "no clips"
    seen = "measured" if folder.rows.folded.exists() else "not measured"
    return f"{seen}, {lost} lost" if lost else seen
