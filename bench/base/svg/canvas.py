"""What plots are made of: elements as text, places of data in a frame, axes with round numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TypeAlias

from bench.base.wording import minus, number, one_line

Range: TypeAlias = tuple[float, float]
"""The ends of an axis, the lower one first."""

INK, BLUE, GREEN, RED, AMBER, VIOLET, GRAY = (
    "#7d8590", "#4c8dd6", "#2e9e6b", "#d1495b", "#c98a1b", "#8a6fd1", "#8a8f98",
)  # fmt: skip
"""Colours that are told apart on white and on dark backgrounds; shapes say the same for readers who see no colours."""

LONGEST_NAME = 26
"""Characters of a name beside a plot; the whole is in its tooltip."""


def escaped(words: str) -> str:
    """Words of any origin as the text of an element or attribute; XML has no place for control characters."""
    return escape(one_line(words))


def picture(drawn: Iterable[str], title: str, width: float, height: float) -> str:
    """A whole SVG document, which is also an element of a page.

    Args:
        drawn: SVG elements; later ones lie on earlier ones.
        title: plain text, read out by screen readers.
        width, height: pixels.
    """
    box = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    said = f'role="img" aria-label="{escaped(title)}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {box} {said} font-family="sans-serif" font-size="12">'
    return "\n".join([head, *drawn, "</svg>"]) + "\n"


def text(x: float, y: float, words: str, anchor: str = "start", fill: str = INK) -> str:
    """Words at a place, as an SVG element.

    Args:
        x, y: pixels from the left, and from the top to the baseline.
        words: plain text.
        anchor: which part of the words is at x: 'start', 'middle' or 'end'.
        fill: their colour.
    """
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}">{escaped(words)}</text>'


def name(x: float, y: float, words: str, anchor: str = "end") -> str:
    """A name, cut off where it is long, with the whole as its tooltip.

    Args:
        x, y, anchor: as text takes them.
        words: the name, plain text; long is more than LONGEST_NAME characters.
    """
    if len(words) <= LONGEST_NAME:
        return text(x, y, words, anchor)
    cut = text(x, y, f"{words[: LONGEST_NAME - 1]}…", anchor)
    return cut.replace("</text>", f"<title>{escaped(words)}</title></text>")


def path(steps: str, stroke: str = INK, width: float = 1, more: str = "") -> str:
    """A line without an area.

    Args:
        steps: path data in pixels: 'M1.0 2.0L3.0 4.0'.
        stroke: colour of the line.
        width: of the line, pixels.
        more: further attributes, with a space before each; '' for none.
    """
    return f'<path d="{steps}" fill="none" stroke="{stroke}" stroke-width="{width:g}"{more}/>'


def area(points: Sequence[tuple[float, float]], fill: str) -> str:
    """A faint closed area."""
    return f'<path d="M{joined(points)}Z" fill="{fill}" fill-opacity="0.22"/>'


def joined(points: Iterable[tuple[float, float]]) -> str:
    """Points as the steps of a path: '1.0 2.0L3.0 4.0'."""
    return "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def mark(x: float, y: float, colour: str, told: str = "", shape: str = "circle", size: float = 4) -> str:
    """A sign at a place, with a tooltip.

    Args:
        x, y: pixels of its centre.
        colour: of the sign.
        told: the tooltip, plain text; '' for none.
        shape: 'circle', 'diamond', 'triangle' or 'cross'.
        size: radius of a circle, pixels; other shapes are about as large.
    """
    title = f"<title>{escaped(told)}</title>" if told else ""
    if shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:g}" fill="{colour}">{title}</circle>'
    reach = size * 1.25
    corners = {
        "diamond": [(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)],
        "triangle": [(x, y - reach), (x + reach, y + reach * 0.8), (x - reach, y + reach * 0.8)],
    }
    if shape in corners:
        return f'<path d="M{joined(corners[shape])}Z" fill="{colour}">{title}</path>'
    ends = (
        f"M{x - size:.1f} {y - size:.1f}l{2 * size:g} {2 * size:g}m0 {-2 * size:g}l{-2 * size:g} {2 * size:g}"
    )
    return f'<path d="{ends}" stroke="{colour}" stroke-width="2" fill="none">{title}</path>'


@dataclass(frozen=True)
class Frame:
    """Where data lie in a picture.

    Attributes:
        x, y: ranges of the data.
        left, right, top, bottom: pixels of the plotting area.
    """

    x: Range
    y: Range
    left: float
    right: float
    top: float
    bottom: float

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Pixels of a point; cut off at the edges."""
        return self.across(x), self.up(y)

    def across(self, x: float) -> float:
        """Pixels from the left."""
        return self.left + share(x, self.x) * (self.right - self.left)

    def up(self, y: float) -> float:
        """Pixels from the top."""
        return self.bottom - share(y, self.y) * (self.bottom - self.top)

    def axis_x(self, title: str) -> list[str]:
        """Numbers below the area, and what they are."""
        drawn = [
            text(self.across(value), self.bottom + 15, tick(value), "middle") for value in ticks(*self.x)
        ]
        return [*drawn, text(self.right, self.bottom + 30, title, "end")]

    def axis_y(self, title: str = "") -> list[str]:
        """Grid lines with numbers, and what they are, above the area."""
        drawn = []
        for value in ticks(*self.y):
            y = self.up(value)
            drawn.append(path(f"M{self.left:g} {y:.1f}H{self.right:g}", more=' stroke-opacity="0.3"'))
            drawn.append(text(self.left - 6, y + 4, tick(value), "end"))
        return [*drawn, text(4, 12, title)] if title else drawn


def share(value: float, ends: Range) -> float:
    """Where a value lies between the ends, in [0, 1]; 0 for what is no number.

    Args:
        value: beyond the ends, it counts as the nearer end; infinite, as no number.
        ends: of the axis; where they are equal, every value is at 0.
    """
    if not math.isfinite(value) or ends[1] <= ends[0]:
        return 0.0
    return min(1.0, max(0.0, (value - ends[0]) / (ends[1] - ends[0])))


def ends(values: Iterable[float], air: float = 0.05) -> Range:
    """The least and the greatest finite value, with some air around them.

    Args:
        values: any number of them, in any order; none count as 0 and 1.
        air: at either end, as a share of the range; where all values are the same, it is half of their size.
    """
    finite = [value for value in values if math.isfinite(value)]
    low, high = min(finite, default=0.0), max(finite, default=1.0)
    wide = (high - low) or abs(high) or 1.0
    return (low - air * wide, high + air * wide) if high > low else (low - 0.5 * wide, high + 0.5 * wide)


def ticks(low: float, high: float) -> list[float]:
    """At most six round numbers in ascending order; none where float64 cannot divide the range.

    Args:
        low, high: ends of the axis.
    """
    if not 1e-300 < high - low < 1e300:
        return []
    power = 10.0 ** math.floor(math.log10((high - low) / 4))
    step = next(each * power for each in (1, 2, 5, 10) if (high - low) / (each * power) <= 5)
    first = math.ceil(low / step - 1e-9)
    return [n * step for n in range(first, math.floor(high / step + 1e-9) + 1)]


def tick(value: float) -> str:
    """A number of an axis, with a true minus."""
    return minus(number(float(f"{value:.6g}")))
