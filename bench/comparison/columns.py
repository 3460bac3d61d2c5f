"""What a comparison says of a metric, in the order in which all readers see it: one column per statistic.

The terminal, the report, the board and the static site show the columns that have a heading; frames and JSON have all.
A new statistic is its formula in bench.statistics, its field in Difference, and its column here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any, Literal

from bench.base.wording import minus, number, one_line, signed
from bench.comparison.differences import Difference, Pair
from bench.statistics.significance import ALPHA


@dataclass(frozen=True)
class Column:
    """One thing that is said of a metric.

    Attributes:
        key: its name for programs.
        value: its value for programs.
        heading: its name for people; '' where tables leave it out.
        help: what it means.
        text: its text in tables.
        number: what tables sort by; None for columns of words.
    """

    key: str
    value: Callable[[Difference], Any]
    heading: str = ""
    help: str = ""
    text: Callable[[Difference], str] = lambda _: ""
    number: Callable[[Difference], float | None] | None = None

    @property
    def align(self) -> Literal["left", "right"]:
        """Words on the left, numbers on the right."""
        return "right" if self.number else "left"


@dataclass(frozen=True)
class Cell:
    """A cell of a table: its text, and the number to sort by, if any."""

    text: str
    number: float | None = None


@dataclass(frozen=True)
class Table:
    """A pair as a table.

    Attributes:
        columns: those that have a heading; of the two scores, the names of the runs.
        compared: one row per difference of the pair.
        skipped: one row per metric that is not compared.
    """

    columns: tuple[Column, ...]
    compared: tuple[tuple[Cell, ...], ...]
    skipped: tuple[tuple[Cell, ...], ...]


def table(pair: Pair) -> Table:
    """The columns that people see; names of runs and metrics are text in one line, and no markup is escaped."""
    names = {
        "a": one_line(pair.a.name),
        "b": one_line(pair.b.name),
        "difference": _difference_heading(pair),
    }
    shown = tuple(
        replace(column, heading=names.get(column.key, column.heading)) for column in COLUMNS if column.heading
    )
    compared = tuple(tuple(_cell(column, each) for column in shown) for each in pair.differences)
    reasons = [
        {"metric": one_line(each.metric), "verdict": f"not compared: {one_line(each.reason)}"}
        for each in pair.skipped
    ]
    skipped = tuple(tuple(Cell(words.get(column.key, "")) for column in shown) for words in reasons)
    return Table(shown, compared, skipped)


def record(found: Difference) -> dict[str, Any]:
    """Key -> value of every column."""
    return {column.key: column.value(found) for column in COLUMNS}


def _cell(column: Column, found: Difference) -> Cell:
    return Cell(column.text(found), column.number(found) if column.number else None)


def difference_text(found: Difference) -> str:
    """'−0.3983 (−0.5617 … −0.235)', or the difference alone where it has no interval, or none that may be read."""
    if found.low is None or found.high is None or found.obstacles:
        return signed(found.difference)
    return f"{signed(found.difference)} ({signed(found.low)} … {signed(found.high)})"


def percent(level: float) -> str:
    """A level as '99.6 %'.

    >>> percent(1 - 0.05 / 12)
    '99.6 %'
    """
    return f"{100 * level:.3g} %"


def _difference_heading(pair: Pair) -> str:
    """With the level of the intervals, where all have one."""
    levels = {percent(each.level) for each in pair.differences if each.low is not None}
    return f"Difference ({levels.pop()} interval)" if len(levels) == 1 else "Difference (interval)"


def _metric(found: Difference) -> str:
    return one_line(f"{found.metric} {found.card.arrow}")


def _score(value: float) -> str:
    return minus(number(value))


def _median(found: Difference) -> str:
    """Without its interval, which has another level and no say in the verdict."""
    return "" if found.median is None else signed(found.median.value)


def _two_digits(value: float | None) -> str:
    """More digits would claim to know an uncertainty itself that well."""
    return "" if value is None else number(float(f"{value:.2g}"))


def _p(value: float | None) -> str:
    if value is None:
        return ""
    if value < 0.001:
        return "< 0.001"
    digits = next(n for n in range(2, 18) if (float(f"{value:.{n}g}") <= ALPHA) == (value <= ALPHA))
    return f"{value:.{digits}g}"


def _effect(value: float | None) -> str:
    return "" if value is None else minus(f"{value:+.2f}")


def _won(found: Difference) -> str:
    tied = f" ({found.tied} tied)" if found.tied else ""
    return "" if _win_rate(found) is None else f"{found.won}/{found.cases}{tied}"


def _win_rate(found: Difference) -> float | None:
    """None for sets, and for metrics without a better direction."""
    return found.won / found.cases if found.basis == "cases" and found.card.sign else None


def _words(key: str, heading: str, help: str, text: Callable[[Difference], str]) -> Column:
    return Column(key, attrgetter(key), heading, help, text)


def _number(key: str, heading: str, help: str, text: Callable[[Any], str]) -> Column:
    """A column whose text is made of its number."""
    return Column(
        key, attrgetter(key), heading, help, lambda found: text(attrgetter(key)(found)), attrgetter(key)
    )


def _hidden(key: str, path: str = "") -> Column:
    """A column for programs: the attribute of its name, or the one at a path."""
    return Column(key, attrgetter(path or key))


def _of_median(attribute: str) -> Callable[[Difference], float | None]:
    return lambda found: None if found.median is None else getattr(found.median, attribute)


COLUMNS: tuple[Column, ...] = (
    _words("metric", "Metric", "The metric, and which way is better", _metric),
    _hidden("version"),
    _hidden("direction", "card.direction"),
    _hidden("unit", "card.unit"),
    _hidden("basis"),
    _hidden("cases"),
    _number("a", "A", "Mean over the cases that both have", _score),
    _number("b", "B", "Mean over the cases that both have", _score),
    Column("difference", attrgetter("difference"), "Difference",
           "The second minus the first, and its interval: those of all metrics hold at once with 95 %",
           difference_text, attrgetter("difference")),
    _hidden("low"),
    _hidden("high"),
    _hidden("level"),
    Column("median", _of_median("value"), "Median",
           "Median of the cases' differences (Hodges-Lehmann): single cases move it little",
           _median, _of_median("value")),
    Column("median_low", _of_median("low")),
    Column("median_high", _of_median("high")),
    Column("median_coverage", _of_median("coverage")),
    _number("p", "p", "How often chance alone gives such a difference, or a larger one", _p),
    _number("p_adjusted", "p (adjusted)", "p, times the number of metrics compared", _p),
    _number("effect", "Effect",
            "Difference / standard deviation of the cases' differences; 0.2 is called small, 0.8 large", _effect),
    Column("won", attrgetter("won"), "Won", "Cases where the second is better", _won, _win_rate),
    _hidden("lost"),
    _hidden("tied"),
    _number("detectable", "Could show",
            "The true difference that this many cases would show with 80 % power", _two_digits),
    _hidden("seeds_worth"),
    _words("verdict", "Verdict",
           "Better or worse where the interval of the difference excludes 0; “no difference shown” is not “equal”",
           attrgetter("verdict_text")),
)  # fmt: skip
"""In the order of frames, JSON and tables."""
