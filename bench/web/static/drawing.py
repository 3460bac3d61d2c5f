"""Plots of the site as SVG: no library, no style attribute (the pages' policy forbids them), names always escaped."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from bench.base.wording import number

STRIP_WIDTH, STRIP_HEIGHT = 84, 8

WIDTH, HEIGHT = 340, 170
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 22, 34

LABELLED = 24
"""Points of a scatter plot beyond which names would cover each other; the rest has them as tooltips."""


@dataclass(frozen=True)
class Line:
    """A line with the band around it; lows and highs may be empty."""

    x: Sequence[float]
    y: Sequence[float]
    lows: Sequence[float] = ()
    highs: Sequence[float] = ()


@dataclass(frozen=True)
class Point:
    """A named dot; kind is a class of the style sheet."""

    name: str
    x: float
    y: float
    kind: str = "dot"


def strip(mean: float, low: float, high: float, ends: tuple[float, float]) -> str:
    """A mean with its interval on the scale of its column; '' where there is no mean."""
    if not math.isfinite(mean) or ends[1] <= ends[0]:
        return ""
    middle = STRIP_HEIGHT / 2
    x = [_share(value, ends) * (STRIP_WIDTH - 8) + 4 for value in (mean, low, high)]
    span = f'<path class="span" d="M{x[1]:.1f} {middle:g}H{x[2]:.1f}"/>' if math.isfinite(low + high) else ""
    dot = f'<circle class="dot" cx="{x[0]:.1f}" cy="{middle:g}" r="2.5"/>'
    size = f'width="{STRIP_WIDTH}" height="{STRIP_HEIGHT}"'
    return f'<svg class="strip" {size} aria-hidden="true">{span}{dot}</svg>'


def plot(line: Line, title: str, across: str) -> str:
    """One line with its band, and 0 where that is in reach."""
    x_ends = _ends(line.x, 0.0)
    y_ends = _ends([*line.y, *line.lows, *line.highs])
    place = _Places(x_ends, y_ends)
    drawn = _axes(place, across, "")
    if line.lows:
        there = [place(x, y) for x, y in zip(line.x, line.highs, strict=True)]
        back = [place(x, y) for x, y in zip(reversed(line.x), reversed(line.lows), strict=True)]
        drawn.append(f'<path class="band" d="M{"L".join(_pair(*each) for each in [*there, *back])}Z"/>')
    points = [place(x, y) for x, y in zip(line.x, line.y, strict=True)]
    drawn.append(f'<path class="line" d="M{"L".join(_pair(*each) for each in points)}"/>')
    if len(points) <= 12:
        drawn += [f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>' for x, y in points]
    return _svg(drawn, title, WIDTH, HEIGHT)


def scatter(points: Sequence[Point], title: str, across: str, up: str) -> str:
    """Named points; few enough have their names beside them, all have them as tooltips."""
    width, height = 760, 380
    place = _Places(_ends([each.x for each in points]), _ends([each.y for each in points]), width, height)
    drawn = _axes(place, across, up)
    for each in points:
        x, y = place(each.x, each.y)
        told = escape(f"{each.name}: {number(each.x)}, {number(each.y)}")
        drawn.append(
            f'<circle class="{each.kind}" cx="{x:.1f}" cy="{y:.1f}" r="5"><title>{told}</title></circle>'
        )
    if len(points) <= LABELLED:
        drawn += _labels([(*place(each.x, each.y), each.name) for each in points], width)
    return _svg(drawn, title, width, height)


class _Places:
    """Data -> pixels."""

    def __init__(
        self, x: tuple[float, float], y: tuple[float, float], width: float = WIDTH, height: float = HEIGHT
    ) -> None:
        self.x, self.y, self.width, self.height = x, y, width, height

    def __call__(self, x: float, y: float) -> tuple[float, float]:
        across = LEFT + _share(x, self.x) * (self.width - LEFT - RIGHT)
        return across, self.height - BOTTOM - _share(y, self.y) * (self.height - TOP - BOTTOM)


def _axes(place: _Places, across: str, up: str) -> list[str]:
    """Grid lines with numbers, and what the axes are."""
    drawn = []
    for value in _ticks(*place.y):
        _, y = place(place.x[0], value)
        drawn.append(f'<path class="axis" d="M{LEFT} {y:.1f}H{place.width - RIGHT:g}"/>')
        drawn.append(_text(LEFT - 6, y + 4, _tick(value), "end"))
    for value in _ticks(*place.x):
        x, _ = place(value, place.y[0])
        drawn.append(_text(x, place.height - BOTTOM + 15, _tick(value), "middle"))
    drawn.append(_text(place.width - RIGHT, place.height - 4, across, "end", "label"))
    if up:
        drawn.append(_text(4, 12, up, "start", "label"))
    return drawn


def _labels(points: Sequence[tuple[float, float, str]], width: float) -> list[str]:
    """Names beside their points, moved down where one would lie on another."""
    taken: list[tuple[float, float, float]] = []
    drawn = []
    for x, y, name in sorted(points, key=lambda point: (point[1], point[0])):
        shown = name if len(name) <= 22 else f"{name[:21]}…"
        length = 6.2 * len(shown)
        is_left = x + 8 + length > width - RIGHT
        start = x - 8 - length if is_left else x + 8
        down = y + 4
        while any(
            abs(down - other) < 11 and start < end and begin < start + length for begin, end, other in taken
        ):
            down += 11
        taken.append((start, start + length, down))
        drawn.append(_text(x - 8 if is_left else x + 8, down, shown, "end" if is_left else "start", "label"))
    return drawn


def _svg(drawn: Sequence[str], title: str, width: float, height: float) -> str:
    box = f'width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}"'
    return f'<svg {box} role="img" aria-label="{escape(title)}">{"".join(drawn)}</svg>'


def _text(x: float, y: float, words: str, anchor: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _pair(x: float, y: float) -> str:
    return f"{x:.1f} {y:.1f}"


def _share(value: float, ends: tuple[float, float]) -> float:
    """Where a value lies between the ends, cut off at them."""
    if not math.isfinite(value):
        return 0.0
    return min(1.0, max(0.0, (value - ends[0]) / (ends[1] - ends[0])))


def _ends(values: Sequence[float], air: float = 0.05) -> tuple[float, float]:
    """Least and greatest, with some air."""
    finite = [value for value in values if math.isfinite(value)]
    low, high = min(finite, default=0.0), max(finite, default=1.0)
    wide = (high - low) or abs(high) or 1.0
    return (low - air * wide, high + air * wide) if high > low else (low - 0.5 * wide, high + 0.5 * wide)


def _ticks(low: float, high: float) -> list[float]:
    """Three to six round numbers; none where the ends are too far apart, or too near, for float64 to divide."""
    if not 1e-300 < high - low < 1e300:
        return []
    power = 10.0 ** math.floor(math.log10((high - low) / 4))
    step = next(each * power for each in (1, 2, 5, 10) if (high - low) / (each * power) <= 5)
    first = math.ceil(low / step - 1e-9)
    return [n * step for n in range(first, math.floor(high / step + 1e-9) + 1)]


def _tick(value: float) -> str:
    return number(float(f"{value:.6g}")).replace("-", "−")
