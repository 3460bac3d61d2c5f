"""What `bench ls` lists; imports neither torch nor diffusers nor pandas."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from bench import evaluators, models, runs, suites
from bench.base import weights
from bench.cli import listed_metrics, listed_models
from bench.cli.layout import Column
from bench.cli.listing import Entry, Listing, each
from bench.errors import BadResults, UnknownName
from bench.runs import RunFolder
from bench.types import ClipRecord, Suite

KINDS = ("models", "metrics", "suites", "weights", "runs")
"""What can be listed."""


def of(kind: str, out: Path, words: Sequence[str] = ()) -> Listing:
    """A list.

    Args:
        kind: 'models', 'metrics', 'suites', 'weights' or 'runs'.
        out: folder of runs.
        words: see Listing.having.

    Raises:
        UnknownName: nothing has these words.
    """
    listings: dict[str, Callable[[], Listing]] = {
        "models": listed_models.listing,
        "metrics": listed_metrics.listing,
        "suites": lambda: of_suites(map(suites.load, suites.names())),
        "weights": _weights,
        "runs": lambda: _runs(out),
    }
    whole = listings[kind]()
    found = whole.having(words)
    if words and not found.entries:
        raise UnknownName(kind.removesuffix("s"), " ".join(words), whole.ids())
    return found


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


def of_suites(found: Iterable[Suite]) -> Listing:
    """What is known of suites."""
    columns = (
        Column("name"), Column("cases", "right"), Column("seeds", "right", spare=3), Column("version", spare=2),
        Column("title", wraps=True), Column("reference clips", wraps=True, spare=1),
        Column("licence", wraps=True, spare=4), Column("source", wraps=True, spare=5),
    )  # fmt: skip
    entries = [
        {
            "name": suite.name,
            "version": suite.version,
            "cases": len(suite.cases),
            "seeds": len(suite.seeds),
            "reference clips": suite.reference_note or "none",
            "title": suite.title,
            "licence": suite.licence,
            "source": suite.source,
            "made by": suite.made_by,
        }
        for suite in found
    ]
    return Listing(columns, entries)


def terms_of_suite(folder: RunFolder) -> str:
    """Source and licence of the suite that a run animates, in one line; '' of a suite without a source."""
    try:
        suite = folder.suite
    except BadResults:
        return ""
    return f"suite {suite.name} is from {suite.source}; licence: {suite.licence}" if suite.source else ""


def _weights() -> Listing:
    columns = (
        Column("file"), Column("for", wraps=True, spare=2), Column("MB", "right"),
        Column("licence", wraps=True, spare=1), Column("present"), Column("sha256", spare=3),
    )  # fmt: skip
    entries: dict[str, Entry] = {}
    for name, needed in each(evaluators.registry, lambda name: (name, evaluators.weights_of(name))):
        for file in needed:
            place = weights.path(file)
            entry = entries.setdefault(
                file.name,
                {
                    "file": file.name,
                    "for": name,
                    "MB": round(file.size / 1e6, 1) if file.size else None,
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
    made, wanted = len(records) - lost, _wanted(folder, records)
    worked = datetime.fromtimestamp((folder.path / "run.json").stat().st_mtime).astimezone()
    return {
        "run": folder.path.name,
        "label": run.label,
        "suite": str(run.suite_id),
        "last worked on": worked.isoformat(" ", "minutes")[:16],
        "clips": str(made) if made == wanted else f"{made} of {wanted or '?'}",
        "state": _state(folder, len(records), lost),
        "settings": ", ".join(f"{name}={value}" for name, value in run.settings.items() if value is not None),
    }


def _wanted(folder: RunFolder, records: Sequence[ClipRecord]) -> int | None:
    """How many clips the run has once it is complete; None where its suite.json is broken."""
    try:
        return len(folder.suite.cases) * len({record.seed for record in records})
    except BadResults:
        return None


def _state(folder: RunFolder, clips: int, lost: int) -> str:
    """'measured', or what is missing."""
    if not clips:
        return "no clips"
    seen = "measured" if folder.rows.folded.exists() else "not measured"
    return f"{seen}, {lost} lost" if lost else seen
