"""A suite's standing in two sentences, computed from its totals. Pure.

Who leads, who cannot be told apart, and where a clip that needs no model would stand. The terminal, the board and the
site say the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from bench.base.wording import one_line
from bench.scoring.standings import Line, Standing

MOST_NAMED = 3
"""Names before the rest is counted."""


def story(found: Standing) -> str:
    """The sentence; one that says what is missing where no run has a total.

    Args:
        found: with a recipe.
    """
    models = _best_first([line for line in found.lines if line.role == "model"])
    others = _best_first([line for line in found.lines if line.role != "model"])
    if not models:
        return _of_baselines(others)
    return " ".join(filter(None, [_of_models(models), _of_the_cheap(models, others)]))


def _best_first(lines: Sequence[Line]) -> list[Line]:
    """Those that have a total."""
    return sorted(
        (line for line in lines if line.total and line.total.mean == line.total.mean),
        key=lambda line: -_mean(line),
    )


def _mean(line: Line) -> float:
    return line.total.mean if line.total else float("nan")


def _of_baselines(others: Sequence[Line]) -> str:
    if not others:
        return "No run has a total yet."
    best, *rest = others
    said = f"No model yet, only baselines: {_scored(best)} of 100"
    return f"{said}, {_scored(rest[-1])}." if rest else f"{said}."


def _of_models(models: Sequence[Line]) -> str:
    first, *rest = models
    if not rest:
        return f"{_scored(first)} of 100."
    among = f"Of {len(models)} models,"
    if not first.total_rank:
        return f"{among} {_scored(first)} of 100, on too few clips to be ranked."
    tied = [line for line in rest if line.total_rank and line.total_rank.low == 1]
    if tied:
        return f"{among} {_names([first, *tied])} share the first place: they cannot be told apart."
    return f"{among} {one_line(first.name)} takes the first place with {_mean(first):.0f} of 100."


def _of_the_cheap(models: Sequence[Line], others: Sequence[Line]) -> str:
    """Where the best null baseline would stand."""
    best = next((line for line in others if line.role == "null baseline"), None)
    if best is None:
        return ""
    what = f"{one_line(best.name)} ({best.card.title.lower()}, which needs no model)"
    above = sum(_mean(line) > _mean(best) for line in models)
    if above < len(models):
        return f"{what[0].upper()}{what[1:]} would be {_ordinal(above + 1)} with {_mean(best):.0f}."
    they = "All stand" if above > 1 else "It stands"
    return f"{they} above every null baseline; {what} scores {_mean(best):.0f}."


def _scored(line: Line) -> str:
    return f"{one_line(line.name)} scores {_mean(line):.0f}"


def _names(lines: Sequence[Line]) -> str:
    names = [one_line(line.name) for line in lines]
    if len(names) > MOST_NAMED:
        names = [*names[:MOST_NAMED], f"{len(names) - MOST_NAMED} more"]
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _ordinal(place: int) -> str:
    """'1st', '2nd', '3rd', '4th', '11th'."""
    teen = place % 100 in (11, 12, 13)
    return f"{place}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(place % 10, 'th')}"
