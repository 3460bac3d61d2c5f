"""What was measured along the clips of one run, for its page and for players: series and sizes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.runs import parquet
from bench.runs.row_facts import decoded
from bench.web.pages.along import first_frame

if TYPE_CHECKING:
    import pandas as pd

    from bench.web.static.clips import Placed

LONG = ("case", "seed", "metric", "metric_version", "series", "decoded")
"""Columns that only single runs are asked for: of all runs at once they would not fit into memory."""


@dataclass(frozen=True)
class Along:
    """A run's long columns.

    Attributes:
        rows: run and LONG, of this run.
    """

    rows: pd.DataFrame

    @classmethod
    def read(cls, path: Path, run: str) -> Along:
        """Of a run in a file of results."""
        table = parquet.read_table(path, ["run", *LONG]).to_pandas(integer_object_nulls=True)
        own = table[(table["run"].astype(object) == run) & table["case"].notna()]
        texts = {
            name: own[name].astype(object) for name in ("run", "case", "metric", "metric_version", "decoded")
        }
        return cls(own.assign(**texts))

    def case(self, case: str, placed: Placed | None, metrics: Sequence[str]) -> dict[str, Any]:
        """What a player shows of the run's first seed on a case."""
        rows = self.rows[self.rows["case"] == case]
        first = rows[rows["seed"] == rows["seed"].min()]
        about = decoded(first["decoded"])
        series = {
            str(row["metric"]): _line(row["series"], about.frames)
            for row in first.to_dict("records")
            if row["metric"] in metrics and row["series"] is not None and len(row["series"])
        }
        clip = {"address": placed.address if placed else "", "note": placed.note if placed else ""}
        return {**clip, **asdict(about), "series": series}


def _line(series: Sequence[float], frames: int) -> dict[str, Any]:
    """Values, and the frame of the first: pairs of frames stand at the later one."""
    return {
        "first": first_frame(series, frames),
        "line": [_rounded(value) for value in series],
    }


def _rounded(value: float) -> float | None:
    """Four significant digits: more than a plot or a table shows is only weight."""
    return float(f"{value:.4g}") if math.isfinite(value) else None
