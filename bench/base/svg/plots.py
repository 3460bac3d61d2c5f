"""Plots of scores: curves with bands, intervals line by line, points over two numbers, spreads of cases."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bench.base.svg import canvas
from bench.base.svg.canvas import BLUE, GRAY, Frame, Range
from bench.base.wording import minus, number, with_interval

Shape: TypeAlias = Literal["circle", "diamond", "triangle", "cross"]

ROW = 24
"""Pixels per line of a plot that has one line per entry."""

MOST_DOTS = 24
"""Points of a curve up to which each has a dot; and points of a scatter plot up to which each has its name."""


@dataclass(frozen=True)
class Curve:
    """A line over numbers, with the band around it.

    Attributes:
        title: for readers who cannot see it.
        x, y: of the points, in the order of x.
        lows, highs: of the band at each point; empty for none.
        across, up: what the axes are.
        least, most: what the axis across covers at least; NaN for the points alone.
        width, height: pixels.
    """

    title: str
    x: Sequence[float]
    y: Sequence[float]
    lows: Sequence[float] = ()
    highs: Sequence[float] = ()
    across: str = ""
    up: str = ""
    least: float = math.nan
    most: float = math.nan
    width: int = 340
    height: int = 190

    def svg(self) -> str:
        """The picture."""
        top = 22 if self.up else 10
        frame = Frame(
            canvas.ends([*self.x, self.least, self.most], 0.0), canvas.ends([*self.y, *self.lows, *self.highs]),
            left=56, right=self.width - 12, top=top, bottom=self.height - 36,
        )  # fmt: skip
        points = [frame.place(x, y) for x, y in zip(self.x, self.y, strict=True)]
        drawn = [*frame.axis_y(self.up), *frame.axis_x(self.across)]
        if self.lows:
            there = [frame.place(x, y) for x, y in zip(self.x, self.highs, strict=True)]
            back = [frame.place(x, y) for x, y in zip(self.x, self.lows, strict=True)][::-1]
            drawn.append(canvas.area([*there, *back], BLUE))
        drawn.append(canvas.path(f"M{canvas.joined(points)}", BLUE, 1.6))
        if len(points) <= MOST_DOTS:
            drawn += [
                canvas.mark(*point, BLUE, self._told(place), size=2.6) for place, point in enumerate(points)
            ]
        return canvas.picture(drawn, self.title, self.width, self.height)

    def _told(self, place: int) -> str:
        interval = (self.lows[place], self.highs[place]) if self.lows else (math.nan, math.nan)
        return f"{minus(number(self.x[place]))}: {minus(with_interval(self.y[place], *interval))}"


@dataclass(frozen=True)
class Interval:
    """One line of a plot: a mean with its interval, whose ends are NaN where there is none."""

    name: str
    mean: float
    low: float = math.nan
    high: float = math.nan
    colour: str = BLUE
    shape: Shape = "circle"
    told: str = ""
    is_apart: bool = False


@dataclass(frozen=True)
class Intervals:
    """Means with their intervals, one line per entry, in the order given; entries set apart are shaded.

    Attributes:
        title: for readers who cannot see it.
        lines: those set apart last.
        across: what the axis is.
        marks: values that are drawn through all lines, dashed, with their tooltips.
        limits: the axis ends there at the latest; an interval that leaves it is drawn to the edge.
        width, left: pixels, of all and of the names.
    """

    title: str
    lines: Sequence[Interval]
    across: str
    marks: Sequence[tuple[float, str, str]] = ()
    limits: Range = (-math.inf, math.inf)
    width: int = 760
    left: int = 196

    def svg(self) -> str:
        """The picture."""
        values = [value for each in self.lines for value in (each.mean, each.low, each.high)]
        low, high = canvas.ends([*values, *(value for value, _, _ in self.marks)])
        height = ROW * len(self.lines) + 50
        frame = Frame(
            (max(low, self.limits[0]), min(high, self.limits[1])), (0, 1),
            left=self.left, right=self.width - 16, top=6, bottom=height - 40,
        )  # fmt: skip
        drawn = frame.axis_x(self.across)
        drawn += [
            canvas.path(f"M{frame.across(value):.1f} {frame.top}V{frame.bottom}", colour, 1, ' stroke-dasharray="3 5"')
            .replace("/>", f"><title>{canvas.escaped(told)}</title></path>")
            for value, told, colour in self.marks
        ]  # fmt: skip
        for place, each in enumerate(self.lines):
            drawn += self._line(frame, each, frame.top + ROW * (place + 0.5))
        return canvas.picture(drawn, self.title, self.width, height)

    def _line(self, frame: Frame, each: Interval, y: float) -> list[str]:
        told = f"{each.name}: {each.told or minus(with_interval(each.mean, each.low, each.high))}"
        drawn = []
        if each.is_apart:
            box = f'x="0" y="{y - ROW / 2:.1f}" width="{self.width}" height="{ROW}"'
            drawn.append(f'<rect {box} fill="{GRAY}" fill-opacity="0.1"/>')
        drawn.append(canvas.name(frame.left - 12, y + 4, each.name))
        if math.isfinite(each.low + each.high):
            drawn.append(
                canvas.path(
                    f"M{frame.across(each.low):.1f} {y:.1f}H{frame.across(each.high):.1f}", each.colour, 2.4
                )
            )
        if math.isfinite(each.mean):
            drawn.append(canvas.mark(frame.across(each.mean), y, each.colour, told, each.shape, 4.5))
        return drawn


@dataclass(frozen=True)
class Dot:
    """A named point of a scatter plot; ends of intervals are NaN where there are none.

    Ghosts are faint, and have no names beside them where others do.
    """

    name: str
    x: float
    y: float
    x_ends: Range = (math.nan, math.nan)
    y_ends: Range = (math.nan, math.nan)
    colour: str = BLUE
    shape: Shape = "circle"
    told: str = ""
    is_ghost: bool = False


@dataclass(frozen=True)
class Scatter:
    """Points over two numbers, with their intervals as arms; few enough have their names beside them.

    Attributes:
        title: for readers who cannot see it.
        dots: the points.
        across, up: what the axes are.
    """

    title: str
    dots: Sequence[Dot]
    across: str
    up: str
    width: int = 760
    height: int = 420

    def svg(self) -> str:
        """The picture."""
        x = canvas.ends(value for each in self.dots for value in (each.x, *each.x_ends))
        y = canvas.ends(value for each in self.dots for value in (each.y, *each.y_ends))
        frame = Frame(x, y, left=56, right=self.width - 16, top=24, bottom=self.height - 40)
        drawn = [*frame.axis_y(self.up), *frame.axis_x(self.across)]
        for each in self.dots:
            drawn += _ghostly(self._arms(frame, each), each)
        for each in self.dots:
            told = f"{each.name}: {each.told or minus(f'{number(each.x)}, {number(each.y)}')}"
            mark = canvas.mark(*frame.place(each.x, each.y), each.colour, told, each.shape, 5)
            drawn += _ghostly([mark], each)
        if len(self.dots) <= MOST_DOTS:
            named = [each for each in self.dots if not each.is_ghost] or self.dots
            drawn += _names([(*frame.place(each.x, each.y), each.name) for each in named], self.width - 16)
        return canvas.picture(drawn, self.title, self.width, self.height)

    def _arms(self, frame: Frame, each: Dot) -> list[str]:
        x, y = frame.place(each.x, each.y)
        faint = ' stroke-opacity="0.45"'
        drawn = []
        if math.isfinite(sum(each.x_ends)):
            low, high = map(frame.across, each.x_ends)
            drawn.append(canvas.path(f"M{low:.1f} {y:.1f}H{high:.1f}", each.colour, 1.4, faint))
        if math.isfinite(sum(each.y_ends)):
            low, high = map(frame.up, each.y_ends)
            drawn.append(canvas.path(f"M{x:.1f} {low:.1f}V{high:.1f}", each.colour, 1.4, faint))
        return drawn


def _ghostly(drawn: Sequence[str], each: Dot) -> list[str]:
    """What is drawn of a dot, faintly where it is a ghost."""
    return ['<g opacity="0.55">', *drawn, "</g>"] if each.is_ghost else [*drawn]


@dataclass(frozen=True)
class Spread:
    """How values lie on one line: the mean, the ends of the middle 80 % (NaN for none), and single values."""

    name: str
    mean: float
    low: float = math.nan
    high: float = math.nan
    colour: str = BLUE
    values: Sequence[float] = ()


@dataclass(frozen=True)
class Spreads:
    """Spreads, one line per entry: single values as ticks, the middle of them as a bar, the mean as a dot."""

    title: str
    lines: Sequence[Spread]
    across: str
    width: int = 760

    def svg(self) -> str:
        """The picture."""
        values = [v for each in self.lines for v in (each.mean, each.low, each.high, *each.values)]
        height = ROW * len(self.lines) + 50
        frame = Frame(canvas.ends(values), (0, 1), left=196, right=self.width - 16, top=6, bottom=height - 40)
        drawn = frame.axis_x(self.across)
        for place, each in enumerate(self.lines):
            y = frame.top + ROW * (place + 0.5)
            drawn.append(canvas.name(frame.left - 12, y + 4, each.name))
            ticks = "".join(f"M{frame.across(value):.1f} {y - 6:.1f}v12" for value in each.values)
            if ticks:
                drawn.append(canvas.path(ticks, each.colour, 1, ' stroke-opacity="0.45"'))
            if math.isfinite(each.low + each.high):
                bar = f"M{frame.across(each.low):.1f} {y:.1f}H{frame.across(each.high):.1f}"
                drawn.append(canvas.path(bar, each.colour, 3, ' stroke-opacity="0.6"'))
            told = f"{each.name}: mean {minus(number(each.mean))}"
            drawn.append(canvas.mark(frame.across(each.mean), y, each.colour, told, size=4.5))
        return canvas.picture(drawn, self.title, self.width, height)


def _names(points: Sequence[tuple[float, float, str]], right: float) -> list[str]:
    """Names beside their points, moved down where one would lie on another."""
    taken: list[tuple[float, float, float]] = []
    drawn = []
    for x, y, words in sorted(points, key=lambda point: (point[1], point[0])):
        length = 6.4 * min(len(words), canvas.LONGEST_NAME)
        is_left = x + 8 + length > right
        start = x - 8 - length if is_left else x + 8
        down = y + 4
        while any(
            abs(down - other) < 11 and start < end and begin < start + length for begin, end, other in taken
        ):
            down += 11
        taken.append((start, start + length, down))
        drawn.append(canvas.name(x - 8 if is_left else x + 8, down, words, "end" if is_left else "start"))
    return drawn
