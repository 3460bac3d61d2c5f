"""The table of the leaderboard: who is ranked where, with a clip, a total and the numbers that people ask for first."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.base.wording import minus, with_interval
from bench.scoring import views
from bench.scoring.totals import SCALE
from bench.web import content, player
from bench.web.content import Badge, Cell, Row, Table
from bench.web.pages import roles
from bench.web.pages.cells import best_first, metric_column, score_cell, short_licence

if TYPE_CHECKING:
    from bench.scoring.standings import Column, Line, Score
    from bench.statistics.ranking import Rank
    from bench.web.pages.leaderboard import Ranking

ABOUT = (
    "Mean over cases of the mean over seeds. Point at a number for its 95 % interval, which is the line below it, and "
    "its rank; a darker cell is better. A rank of 2–5: the data allow any place from 2nd to 5th; with 95 % confidence "
    "all such ranges hold at once. “5 of 8 clips” marks a mean that some clips have no value for. “–” is no value, "
    "never 0. Thin lines are null baselines, which need no model, and reference clips: measured like models, never "
    "ranked, and marked on the bars of the totals. Most numbers reward not moving: read them beside the motion. Tick "
    "rows to compare them."
)
FILTERS = {"role": "Role", "access": "Access", "licence": "Licence", "reads": "Reads text"}
UNKNOWN = "unknown"
"""What filters offer for models of which a fact is not known."""

SUBJECT = 1
"""Place of the column of names: the rank stands before it."""

MOST_CELLS = 4000
"""Cells of metrics in a table that has all of them: a browser takes seconds to draw more."""


def table(found: Ranking, clips: Mapping[str, str] | None = None) -> Table:
    """One row per run that is not left out; sorted by the first column that has a better direction, the best first.

    Args:
        found: the suite's ranking.
        clips: run -> address of a clip for its row.
    """
    lines, (metrics, has_every) = found.lines, _metrics(found)
    clips = {line.run: clips[line.run] for line in lines if line.run in clips} if clips else {}
    columns = tuple(_columns(found, metrics, bool(clips)))
    rows = [_row(found, line, metrics, clips.get(line.run, "") if clips else None) for line in lines]
    rows = _shaded(columns, rows)
    first = next((column.key for column in columns if column.sign), "")
    if first:
        place = [column.key for column in columns].index(first)
        rows.sort(key=lambda row: best_first(row.cells[place], columns[place].sign))
        rows = [_with_rank(row, place) for row in rows]
    every = len({column.metric for column in metrics})
    return Table(
        f"Scores on {found.suite}, {views.heading(found.view)}: one row per run, one column per metric",
        columns,
        tuple(rows),
        caption=ABOUT,
        sorted_by=first,
        filters=FILTERS,
        sizes="size",
        picks=player.MOST,
        is_tall=True,
        subject=SUBJECT,
        extra=f"All {every} metrics" if has_every else "More metrics",
    )


def columns(found: Ranking, has_clips: bool = False) -> tuple[content.Column, ...]:
    """The table's columns.

    Args:
        found: the suite's ranking.
        has_clips: whether some row has a clip.
    """
    metrics, _ = _metrics(found)
    return tuple(_columns(found, metrics, has_clips))


def _metrics(found: Ranking) -> tuple[list[Column], bool]:
    """The standing's columns, then all others with a value unless these are too many; and whether all are there."""
    shown = list(found.standing.columns)
    valued = {
        column for line in found.lines for column, score in line.scores.items() if not math.isnan(score.mean)
    }
    others = valued - set(shown)
    if not found.first or len(found.lines) * (len(shown) + len(others)) > MOST_CELLS:
        return shown, not others
    order = found.known.ordered({column.metric for column in others})
    return [*shown, *sorted(others, key=lambda column: (order.index(column.metric), column.version))], True


def _columns(found: Ranking, metrics: Sequence[Column], has_clips: bool) -> Iterator[content.Column]:
    seen = [column.metric for column in metrics]
    about = "Best and worst place that the data allow, by the column that sorts"
    yield content.Column("rank", "Rank", about, is_text=True)
    yield content.Column("name", "Model", is_text=True)
    if has_clips:
        yield content.Column("loop", "Clip", "One of its clips", is_text=True)
    for recipe, by_run in found.totals:
        totals = [(line.role, total) for line in found.lines if (total := by_run[line.run].total)]
        ticks = [total.mean for role, total in totals if role == "null baseline"]
        ends = SCALE if totals else (0.0, 0.0)
        title = f"Total: {recipe.name} ↑" if len(found.totals) > 1 else "Total ↑"
        yield content.Column(
            f"total:{recipe.name}", title, f"{recipe.name}: {recipe.title}", f"of {SCALE[1]:.0f}", 1, scale=ends,
            ticks=tuple(ticks),
        )  # fmt: skip
    for column in metrics:
        scale = _scale([score for line in found.lines if (score := line.scores.get(column))])
        made = metric_column(found.known, column, seen.count(column.metric) > 1, scale)
        yield replace(made, is_extra=bool(found.first) and column.metric not in found.first)
    yield content.Column(
        "coverage",
        "Coverage",
        "Clips that have a value, in the metric that has fewest",
        sign=1,
        is_extra=bool(found.first),
    )
    yield content.Column(
        "clips",
        "Clips",
        "Whether the clips behind the numbers are at hand",
        is_text=True,
        is_extra=bool(found.first),
    )


def _row(found: Ranking, line: Line, metrics: Sequence[Column], clip: str | None) -> Row:
    shown = set(found.standing.columns)  # ranks of the others would take as long as all the rest
    totals = [
        _total_cell(by_run[line.run].total, by_run[line.run].total_rank, by_run[line.run].total_missing)
        for _, by_run in found.totals
    ]
    scores = [
        _short(line.scores.get(column), line.ranks.get(column) if column in shown else None, line.cases)
        for column in metrics
    ]
    is_here = line.provenance == "clips here"
    cells = (
        Cell(content.NOTHING),
        Cell(
            line.name, line.name.casefold(), note=" · ".join(_about(line)), about=_called(line),
            badges=roles.badges(line.role), link=content.to("model", run=line.run),
        ),
        *([] if clip is None else [Cell("", clip=clip)]),
        *totals,
        *scores,
        Cell(f"{line.coverage:.0%}", line.coverage, note=f"{line.cases} cases, {line.clips} clips"),
        Cell("", line.provenance, badges=(Badge(line.provenance, "here" if is_here else ""),)),
    )  # fmt: skip
    wanted = [cell for cell, column in zip(scores, metrics, strict=True) if column in shown]
    is_complete = line.coverage == 1 and all(cell.value is not None for cell in [*totals, *wanted])
    return Row(line.run, cells, _facets(line, is_complete), is_apart=line.role != "model")


def _facets(line: Line, is_complete: bool) -> dict[str, str]:
    is_model = line.role == "model"
    return {
        "role": line.role,
        "access": (line.card.access or UNKNOWN) if is_model else "",
        "licence": (short_licence(line.card.licence) or UNKNOWN) if is_model else "",
        "reads": "" if not is_model else {True: "yes", False: "no", None: UNKNOWN}[line.reads_text],
        "size": f"{line.card.parameters:g}" if line.card.parameters else "",
        "complete": "yes" if is_complete else "no",
    }


def _called(line: Line) -> str:
    """What else the model is called: a search finds it by this, too."""
    return " · ".join(
        name for name in dict.fromkeys((line.card.title, line.model)) if name not in ("", line.name)
    )


def _about(line: Line) -> list[str]:
    """What is known of a model, in a few words."""
    if line.role != "model":
        return []
    card = line.card
    maker, _, name = (card.weights or "").partition("/")
    found = (
        maker if name else "",
        f"{card.parameters:g} B" if card.parameters else "",
        short_licence(card.licence),
        card.access,
        "reads no text" if line.reads_text is False else "",
        card.lifecycle if card.lifecycle != "active" else "",
    )
    return [words for words in found if words]


def _total_cell(score: Score | None, rank: Rank | None, missing: Sequence[str]) -> Cell:
    """The same for a total; the tooltip of a missing one says why there is none."""
    cell = _short(score, rank)
    return (
        replace(cell, about=f"no total: {', '.join(missing)} missing")
        if missing and cell.value is None
        else cell
    )


def _short(score: Score | None, rank: Rank | None = None, cases: int = 0) -> Cell:
    """A score in three digits; its interval in the tooltip."""
    cell = score_cell(score, rank, cases)
    if score is None or cell.value is None:
        return cell
    said = minus(with_interval(score.mean, score.low, score.high))
    return replace(cell, text=_digits(score.mean), half="", about="; ".join(filter(None, (said, cell.about))))


def _digits(value: float) -> str:
    """Three digits, as many zeros as they take: '0.0273' but '412', '12,300'."""
    if abs(value) < 1e-9:
        return "0"
    return minus(
        f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2g}" if abs(value) < 0.01 else f"{value:.3g}"
    )


def _with_rank(row: Row, place: int) -> Row:
    rank, *others = row.cells
    return replace(row, cells=(replace(rank, text=row.cells[place].rank or content.NOTHING), *others))


def _shaded(columns: Sequence[content.Column], rows: Sequence[Row]) -> list[Row]:
    """The rows with shades, in columns of several models of which the better end is known."""
    shades = [
        _shades(column, [row.cells[place] for row in rows if not row.is_apart])
        for place, column in enumerate(columns)
    ]
    return [
        row if row.is_apart else replace(row, cells=tuple(map(_with_shade, row.cells, shades)))
        for row in rows
    ]


def _shades(column: content.Column, cells: Sequence[Cell]) -> tuple[float, float] | None:
    """The worst and the best value of models in a column; None for no shades."""
    values = [cell.value for cell in cells if isinstance(cell.value, float)]
    if not column.scale or not column.sign or len(values) < 2 or min(values) == max(values):
        return None
    return (min(values), max(values))[:: column.sign]  # type: ignore[return-value]


def _with_shade(cell: Cell, ends: tuple[float, float] | None) -> Cell:
    if ends is None or not isinstance(cell.value, float):
        return cell
    share = (cell.value - ends[0]) / (ends[1] - ends[0])
    return replace(cell, shade=min(content.SHADES - 1, int(share * content.SHADES)))


def _scale(scores: Sequence[Score]) -> tuple[float, float]:
    """The ends of a column's marks: of means and intervals, so far as these are not wider than all means."""
    means = [score.mean for score in scores if math.isfinite(score.mean)]
    if not means:
        return 0.0, 0.0
    wide = max(means) - min(means)
    ends = [end for score in scores for end in (score.low, score.high) if math.isfinite(end)]
    return max(min([*means, *ends]), min(means) - wide / 2), min(max([*means, *ends]), max(means) + wide / 2)
