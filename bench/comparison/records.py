"""A comparison for programs: a frame, and JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.comparison import columns, extreme_cases
from bench.comparison.differences import Comparison, Difference, Pair
from bench.comparison.gates import BrokenGate
from bench.comparison.notes import notes

if TYPE_CHECKING:
    import pandas as pd


def frame(found: Comparison) -> pd.DataFrame:
    """One row per pair and metric: the names of baseline and run, and every column of columns.COLUMNS."""
    import pandas as pd

    rows = [
        {"baseline": pair.a.name, "run": pair.b.name} | columns.record(each)
        for pair in found.pairs
        for each in pair.differences
    ]
    return pd.DataFrame(rows, columns=["baseline", "run", *(column.key for column in columns.COLUMNS)])


def as_json(found: Comparison, broken: Sequence[BrokenGate]) -> Any:
    """Everything, each case and its clips included, JSON-like."""
    return {
        "suite": found.suite,
        "view": found.view,
        "view_notes": list(found.view_notes),
        "pairs": [_pair(pair) for pair in found.pairs],
        "worse": [{**asdict(each.gate), "run": each.pair.b.run} for each in broken],
    }


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "a": {"run": pair.a.run, "name": pair.a.name},
        "b": {"run": pair.b.run, "name": pair.b.name},
        "seeds": {"a": pair.seeds[0], "b": pair.seeds[1]},
        "contrasts": [asdict(each) for each in pair.contrasts],
        "differences": [_difference(pair, each) for each in pair.differences],
        "skipped": [asdict(each) for each in pair.skipped],
        "holes": [asdict(each) for each in pair.holes],
        "missing": [asdict(each) for each in pair.missing],
        "cases": [asdict(each) for each in extreme_cases.gains(pair)],
        "notes": notes(pair),
    }


def _difference(pair: Pair, found: Difference) -> dict[str, Any]:
    components = found.components
    shares = components.shares if components else None
    return {
        **columns.record(found),
        "obstacles": [asdict(each) for each in found.obstacles],
        "components": components and asdict(components),
        "variance_shares": shares and dict(zip(("case", "seed", "rest"), shares, strict=True)),
        "by_case": [
            {
                **asdict(case),
                "a_clip": _clip(pair.a.clips, case.case),
                "b_clip": _clip(pair.b.clips, case.case),
            }
            for case in found.by_case
        ],
    }


def _clip(clips: Mapping[str, Path], case: str) -> str | None:
    return str(clips[case]) if case in clips else None
