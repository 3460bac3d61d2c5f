"""What `bench ls` lists; imports neither torch nor diffusers nor pandas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench import evaluators, models, runs, suites
from bench.base import settings, weights
from bench.evaluators import catalogue
from bench.models.requirements import Need
from bench.types import Condition, ModelCard

NULL, OTHER = "null models", "others"
"""Families for cards that name none: of baselines and other rows that are no models, and of models."""

Listing = tuple[list[str], list[dict[str, Any]]]
"""Headings of the table, and the entries, which may hold more than is shown."""


def of(kind: str, out: Path) -> Listing:
    """The entries of 'models', 'metrics', 'suites', 'weights' or 'runs' (those below out)."""
    listings: dict[str, Callable[[], Listing]] = {
        "models": _models,
        "metrics": _metrics,
        "suites": _suites,
        "weights": _weights,
        "runs": lambda: _runs(out),
    }
    return listings[kind]()


def problems(kind: str, out: Path) -> list[str]:
    """A line for each run, or plug-in, that cannot be listed."""
    if kind == "runs":
        return [str(problem) for problem in runs.problems(out)]
    doors: dict[str, dict[str, str]] = {
        "models": models.registry.broken,
        "metrics": evaluators.registry.broken,
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


def _models() -> Listing:
    headings = ["name", "conditions on", "native", "steps", "weights", "terms", "state", "runs here"]
    entries = [_model(name) for name in models.registry]
    return headings, sorted(
        entries, key=lambda entry: (entry["family"] != NULL, entry["family"], entry["name"])
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
        "terms": card.licence.partition(" (")[0],
        "licence": card.licence,
        "paper": card.paper,
        "state": card.lifecycle if card.lifecycle == "active" else f"{card.lifecycle} {card.as_of}",
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
        return "no"
    lacking = [need.name if need.kind == "package" else need.kind for need in found if not need.is_met]
    return f"needs {', '.join(dict.fromkeys(lacking))}" if lacking else "yes"


def _need(need: Need) -> dict[str, Any]:
    return {name: value for name, value in vars(need).items() if name != "files"}


def _metrics() -> Listing:
    headings = [
        "metric",
        "title",
        "evaluator",
        "better",
        "unit",
        "range",
        "depends on",
        "available",
        "definition",
    ]
    entries = {entry["metric"]: entry for name in evaluators.registry for entry in _cards(name)}
    groups = catalogue.registered().groups(entries)
    return headings, [
        {**entries[name], "group": group} for group, members in groups.items() for name in members
    ]


def _cards(name: str) -> list[dict[str, Any]]:
    evaluator = evaluators.registry[name]()
    missing = [file.name for file in evaluator.weights() if weights.path(file) is None]
    return [
        {
            "metric": card.name,
            "title": card.title or card.name,
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
    headings = ["name", "version", "cases", "reference clips", "title"]
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
    return headings, entries


def _weights() -> Listing:
    headings = ["file", "for", "MB", "licence", "present", "sha256"]
    entries: dict[str, dict[str, Any]] = {}
    for name in evaluators.registry:
        for file in evaluators.registry[name]().weights():
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
    return headings, list(entries.values())


def _runs(out: Path) -> Listing:
    headings = ["run", "label", "suite", "clips", "settings"]
    entries = []
    for folder in runs.find(out):
        run = folder.run
        entries.append(
            {
                "run": folder.path.name,
                "label": run.label,
                "suite": str(run.suite_id),
                "clips": len(list((folder.path / "clips").glob("*.json"))),
                "settings": ", ".join(
                    f"{name}={value}" for name, value in run.settings.items() if value is not None
                ),
            }
        )
    return headings, entries
