"""Cells of any origin: spreadsheets compute what begins with '=', and such a formula can send a table away."""

from __future__ import annotations

from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Beginnings that a spreadsheet takes for a formula."""


def inert(cell: Any) -> Any:
    """A text that no spreadsheet takes for a formula, by an apostrophe before it; anything else as it is."""
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(FORMULA) else cell
