"""What was measured of one run: all of its rows, and the series along one clip for players."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.runs import parquet, publishing
from bench.runs.row_facts import decoded
from bench.web.pages.along import places

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from bench.web.static.clips import Placed


@dataclass
class Measured:
    """Rows of single runs with all columns of Measurement; of all runs at once they would not fit into memory.

    Attributes:
        path, table: the last file that was read: a published one may hold many runs.
    """

    path: Path | None = None
    table: pa.Table | None = None

    def rows(self, path: Path, run: str) -> pd.DataFrame:
        """A run's rows in a file."""
        import pyarrow.compute as pc

        if self.path != path or self.table is None:
            table = parquet.read_table(path, parquet.schema().names)
            self.path, self.table = path, publishing.public_table(table)
        found = parquet.joined([self.table.filter(pc.equal(self.table["run"], run))])
        return found.astype({name: object for name in found if str(found[name].dtype) == "category"})


def of_case(rows: pd.DataFrame, case: str, placed: Placed | None, metrics: Sequence[str]) -> dict[str, Any]:
    """What a player shows of a run's first seed on a case.

    Args:
        rows: of the run.
        case: its id.
        placed: the clip; None if the run has none.
        metrics: whose series are shown.
    """
    own = rows[rows["case"] == case]
    first = own[own["seed"] == own["seed"].min()]
    about = decoded(first["decoded"])
    series = {
        str(row["metric"]): _line(row["series"], about.frames)
        for row in first.to_dict("records")
        if row["metric"] in metrics and row["series"] is not None and len(row["series"])
    }
    clip = {"address": placed.address if placed else "", "note": placed.note if placed else ""}
    return {**clip, **asdict(about), "series": series}


def _line(series: Sequence[float], frames: int) -> dict[str, Any]:
    """Values, the frame of the first, and how many frames each stands after the one before."""
    at = places(series, frames)
    return {
        "first": at.start,
        "step": at.step,
        "line": [_rounded(value) for value in series],
    }


def _rounded(value: float) -> float | None:
    """Four significant digits: more than a plot or a table shows is only weight."""
    return float(f"{value:.4g}") if math.isfinite(value) else None
