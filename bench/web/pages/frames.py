"""A frame as a file to take away, CSV or JSON: the same text from the board and from the static site.

Cells come from strangers, and spreadsheets compute what begins with '=': in CSV such texts get an apostrophe in front.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bench.base.json_values import records
from bench.exports.spreadsheets import inert

if TYPE_CHECKING:
    import pandas as pd


def as_csv(frame: pd.DataFrame) -> str:
    """Comma-separated, with a heading line; no cell that a spreadsheet would compute."""
    texts = frame.select_dtypes(exclude="number").columns
    safe = frame.assign(**{name: frame[name].astype(object).map(inert) for name in texts})
    return safe.rename(columns=inert).to_csv(index=False, lineterminator="\n")


def as_json(frame: pd.DataFrame) -> str:
    """A list of objects; null where there is nothing."""
    return json.dumps(records(frame), ensure_ascii=False, allow_nan=False, indent=1) + "\n"
