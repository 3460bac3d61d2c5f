"""What JSON can hold: numbers with every digit, and null where there is no finite one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """One dictionary per row; None for NaN. pandas' own to_json cuts numbers off after some decimals."""
    plain = frame.astype(object)
    found: list[dict[str, Any]] = finite(plain.where(frame.notna(), None).to_dict("records"))
    return found


def finite(content: Any) -> Any:
    """The same with None for numbers that are not finite, Python's numbers for NumPy's, and texts as keys.

    >>> finite({1: [0.1, math.nan, -math.inf], "n": (2, True, None)})
    {'1': [0.1, None, None], 'n': [2, True, None]}
    """
    if isinstance(content, Mapping):
        return {str(key): finite(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [finite(value) for value in content]
    value = content.item() if hasattr(content, "item") else content
    return None if isinstance(value, float) and not math.isfinite(value) else value
