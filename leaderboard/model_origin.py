"""Where the numbers of a run come from: weights, versions, settings, and how clips were decoded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from bench.runs.row_facts import json_object

# columns of a row that say where its number came from, in reading order; those of JSON follow
PROVENANCE = (
    "suite", "suite_version", "label", "model", "checkpoint", "checkpoint_digest", "adapter_version", "reads_text",
    "clip_sha256", "device", "created", "bench_version", "commit",
)  # fmt: skip
JSON_COLUMNS = ("settings", "decoded", "software")


def show(rows: pd.DataFrame) -> None:
    """Draws the table.

    Args:
        rows: of one clip, or of the run where it has none.
    """
    facts = [*_facts(rows, PROVENANCE), *_json_facts(rows, JSON_COLUMNS)]
    st.dataframe(
        pd.DataFrame(facts, columns=["fact", "value"]),
        hide_index=True,
        height="content",
        alt="Where the numbers come from",
    )


def _facts(rows: pd.DataFrame, names: Sequence[str]) -> list[tuple[str, str]]:
    """Each column's value; where rows differ, all of them."""
    return [(name, _several(rows[name])) for name in names]


def _json_facts(rows: pd.DataFrame, names: Sequence[str]) -> list[tuple[str, str]]:
    found = []
    for name in names:
        texts = [text for text in rows[name].unique() if text]
        for text in texts[-1:]:  # the rows of one clip say the same; a failure may say nothing
            found += [(f"{name}: {key}", str(value)) for key, value in json_object(text).items()]
    return found


def _several(column: pd.Series[Any]) -> str:
    values = [str(value) for value in column.dropna().unique() if str(value)]
    return ", ".join(values) or "–"
