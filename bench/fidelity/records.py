"""The answer for programs: a frame, and JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bench.fidelity import notes
from bench.fidelity.findings import Fidelity, Share

if TYPE_CHECKING:
    import pandas as pd

FACTS = ("cases", "value", "low", "high", "verdict")
"""Fields of Share that stand in rows as they are; its value is called share there."""


def frame(found: Fidelity) -> pd.DataFrame:
    """One row per measure; in attrs verdict, sentence, notes, and clips, a frame of a row per clip and measure."""
    import pandas as pd

    table = pd.DataFrame([_row(each) for each in found.shares])
    table.attrs["verdict"] = found.verdict
    table.attrs["sentence"] = notes.sentence(found)
    table.attrs["notes"] = list(notes.lines(found))[1:]
    table.attrs["clips"] = pd.DataFrame(_clips(found))
    return table


def as_json(found: Fidelity) -> Any:
    """Everything, each clip and each frame included, JSON-like."""
    return {
        "base": {"run": found.base_id, "name": found.base},
        "other": {"run": found.other_id, "name": found.other},
        "verdict": found.verdict,
        "sentence": notes.sentence(found),
        "notes": list(notes.lines(found))[1:],
        "margin": found.margin,
        "picture": None if found.picture is None else str(found.picture),
        "picture_factor": found.factor,
        "identical": found.identical,
        "measures": [
            {**_row(each), "definition": each.of.definition, "missing": list(each.missing)}
            for each in found.shares
        ],
        "clips": _clips(found),
        "series": [asdict(each) for each in found.pairs],
        "failures": [{"case": each.case, "seed": each.seed, "error": each.error} for each in found.failures],
        "floor": {
            "clips": len(found.floor.records),
            "identical": found.floor.identical,
            "why": found.floor.why,
        },
        "ceiling": {"clips": len(found.ceiling.records), "why": found.ceiling.why},
    }


def _row(found: Share) -> dict[str, Any]:
    facts = {"share" if name == "value" else name: getattr(found, name) for name in FACTS}
    known = {"other": found.other, "floor": found.floor, "ceiling": found.ceiling}
    distances = {f"{name}_distance": distance for name, distance in known.items()}
    numbers = {name: None if each is None else found.of.value(each) for name, each in known.items()}
    return {"measure": found.measure, "unit": found.of.unit, **numbers, **distances, **facts}


def _clips(found: Fidelity) -> list[dict[str, Any]]:
    return [
        {"measure": each.measure, **asdict(clip), "value": each.of.value(clip.distance)}
        for each in found.shares
        for clip in each.clips
    ]
