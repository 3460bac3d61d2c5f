"""Which rows count in a view: those measured in it, and those about whole clips or sets, which count in every view.

Scores, ranks, totals and comparisons exist within one view. Pure: frames of rows in and out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bench.errors import UnknownName, UsageError, meant
from bench.media import clip_view
from bench.media.clip_view import ClipView
from bench.runs import parquet
from bench.scoring import summary
from bench.types import NATIVE

if TYPE_CHECKING:
    import pandas as pd

DEFAULT = "default"
"""The word for the view in which clips of different protocols compare: clip_view.DEFAULT."""


@dataclass(frozen=True)
class Chosen:
    """Rows of one view per suite.

    Attributes:
        rows: the columns of the rows that they were chosen from.
        views: suite, as name@version -> the view of its rows.
        notes: suite -> why its rows are native though the default view was asked for; only of such suites.
    """

    rows: pd.DataFrame
    views: Mapping[str, str]
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def heading(self) -> str:
        """The views, for headings: 'view 1.75s@8fps@0.13MP', or 'native'."""
        return " and ".join(heading(view) for view in dict.fromkeys(self.views.values()))


def said(view: str) -> str:
    """The view in a few words, for readers of a table."""
    if view == NATIVE:
        return "Native: clips as they are, whatever their length, rate and size"
    parsed = ClipView.parse(view)
    return (
        f"View {view}: the first {parsed.frames} frames at {parsed.fps:g} per second and {parsed.megapixels:g} "
        "megapixels; costs, distances of sets, keyframes and trajectories are of whole clips"
    )


def heading(view: str) -> str:
    """What headings say: 'view 1.75s@8fps@0.13MP', or 'native'."""
    return NATIVE if view == NATIVE else f"view {view}"


def named(word: str) -> ClipView | None:
    """The view that a word of a user means; None for native.

    Raises:
        UsageError: it is neither 'native' nor 'default' nor written as a view is.
    """
    name = _spelt(word)
    if name in (NATIVE, DEFAULT):
        return None if name == NATIVE else clip_view.DEFAULT
    return ClipView.parse(name)


def _spelt(word: str) -> str:
    """A view as written, or 'native' or 'default' in whatever case."""
    hint = f"or one like {clip_view.DEFAULT}"
    return word if "@" in word else meant("view", word, (NATIVE, DEFAULT), hint)


def all_named(words: Sequence[str]) -> tuple[ClipView | None, ...]:
    """The views that several words mean, each once, in their order.

    Raises:
        UsageError: one is no view, or there is none.
    """
    if not words:
        raise UsageError(f"there is one view at least, {NATIVE} or {DEFAULT}")
    return tuple(dict.fromkeys(map(named, words)))


def chosen(rows: pd.DataFrame, word: str = DEFAULT) -> Chosen:
    """The rows that count in a view.

    In the default view a suite's rows are native where a run was not measured in the view, or none of its runs has a
    value there: numbers compare within one view only, and none of them should vanish.

    Args:
        rows: at least suite, suite_version, run, case, metric, value and view; of any number of runs and suites.
        word: see named.

    Raises:
        UsageError: word is no view.
        UnknownName: nothing was measured in it, though there are rows; never of 'default'.
    """
    word = _spelt(word)
    view = str(named(word) or NATIVE)
    there = {*map(str, rows["view"].unique())}
    if word != DEFAULT and there and view not in there:
        raise UnknownName("view", word, there, hint="bench evaluate --view measures in others")
    suites = parquet.suite_ids(rows)
    notes = _lacking(rows, view) if word == DEFAULT and view in there else _unseen(suites, view, word)
    views = dict.fromkeys(map(str, suites.unique()), view) | dict.fromkeys(notes, NATIVE)
    is_native = suites.isin(list(notes)).to_numpy()
    counts = np.where(is_native, _counts(rows, NATIVE), _counts(rows, view))
    return Chosen(rows[counts], views, notes)


def only(rows: pd.DataFrame, view: str) -> pd.DataFrame:
    """The rows that count in a view: those of it, and the native ones about sets, whole clips or how they were made."""
    return rows[_counts(rows, view)]


def of(rows: pd.DataFrame) -> str:
    """The view of rows of one suite that were chosen before."""
    others = sorted({*map(str, rows["view"].unique())} - {NATIVE})
    return others[0] if others else NATIVE


def _counts(rows: pd.DataFrame, view: str) -> NDArray[np.bool_]:
    is_native = (rows["view"] == NATIVE).to_numpy(dtype=bool)
    if view == NATIVE:
        return is_native
    is_whole = ~_is_viewable(rows).to_numpy(dtype=bool)
    return np.asarray((rows["view"] == view).to_numpy(dtype=bool) | (is_native & is_whole))


def _unseen(suites: pd.Series[str], view: str, word: str) -> dict[str, str]:
    """The notes of suites of which nothing was measured in the default view: results of an older version."""
    reason = f"native, since nothing was measured in view {view} yet: bench evaluate RUN adds it"
    return dict.fromkeys(map(str, suites.unique()), reason) if word == DEFAULT else {}


def _is_viewable(rows: pd.DataFrame) -> pd.Series[bool]:
    """Whether each row's number is about what can be seen in a view."""
    known = summary.catalogue_of(rows)
    whole = [metric for metric in rows["metric"].unique() if known.card(str(metric)).is_native_only]
    return rows["case"].notna() & ~rows["metric"].isin(whole)


def _lacking(rows: pd.DataFrame, view: str) -> dict[str, str]:
    """Suite -> why its rows cannot be those of the view.

    A run counts as measured in the view if at least half of its metrics were: some may be of evaluators that are gone.
    """
    about = ["suite", "suite_version", "run"]
    viewable = rows[_is_viewable(rows)]
    is_seen = viewable["view"] == view
    found: dict[str, str] = {}
    native, seen = (
        viewable[which][[*about, "metric"]].drop_duplicates().astype(str).groupby(about)["metric"].size()
        for which in (viewable["view"] == NATIVE, is_seen)
    )
    valued = {*parquet.suite_ids(viewable[is_seen & viewable["value"].notna()]).unique()}
    for name, version in dict.fromkeys(key[:2] for key in native.index):
        suite = f"{name}@{version}"
        measured = native.loc[(name, version)]
        unseen = [run for run in measured.index if seen.get((name, version, run), 0) * 2 < measured[run]]
        if unseen:
            found[suite] = (
                f"native, since {_listed(unseen)} not measured in view {view}: bench evaluate RUN adds it"
            )
        elif suite not in valued:
            found[suite] = (
                f"native, since nothing is measurable in view {view}: bench show --view {view} says why"
            )
    return found


def _listed(runs: Sequence[str]) -> str:
    return f"{runs[0]} was" if len(runs) == 1 else f"{runs[0]} and {len(runs) - 1} more were"
