"""Marks of tables: a matrix of coloured tiles, and the strip that a cell has."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.base.svg import canvas
from bench.base.svg.canvas import AMBER, BLUE, GRAY, INK, Range

STRIP_WIDTH, STRIP_HEIGHT = 84, 8
BAR_WIDTH, BAR_HEIGHT = 110, 10


@dataclass(frozen=True)
class Tile:
    """One cell of a matrix: its colour ('' for none), a sign on it, and its tooltip."""

    colour: str = ""
    sign: str = ""
    told: str = ""


@dataclass(frozen=True)
class Matrix:
    """Coloured tiles, rows down and columns across; tiles[row][column]."""

    title: str
    rows: Sequence[str]
    columns: Sequence[str]
    tiles: Sequence[Sequence[Tile]] = field(default_factory=list)

    def svg(self) -> str:
        """The picture."""
        left, top, wide, high = 300, 118, 30, 18
        width, height = left + wide * len(self.columns) + 70, top + high * len(self.rows) + 8
        drawn = [
            f'<g transform="translate({left + wide * (place + 0.6):.1f} {top - 6}) rotate(-45)">'
            f"{canvas.text(0, 0, words)}</g>"
            for place, words in enumerate(self.columns)
        ]
        for row, (words, tiles) in enumerate(zip(self.rows, self.tiles, strict=True)):
            y = top + high * row
            drawn.append(canvas.text(left - 8, y + 13, words, "end"))
            drawn += [
                _tile(each, left + wide * column, y, wide, high)
                for column, each in enumerate(tiles)
                if each.told
            ]
        return canvas.picture(drawn, self.title, width, height)


def strip(mean: float, low: float, high: float, ends: Range) -> str:
    """A mean with its interval on the scale of its column, for a cell of a table; '' where there is no mean.

    Args:
        mean: NaN for none.
        low, high: of the interval; NaN for none.
        ends: of the column's scale; where they are equal, there is nothing to draw, and the result is ''.
    """
    if not math.isfinite(mean) or ends[1] <= ends[0]:
        return ""
    middle = STRIP_HEIGHT / 2
    x = [canvas.share(value, ends) * (STRIP_WIDTH - 8) + 4 for value in (mean, low, high)]
    span = canvas.path(f"M{x[1]:.1f} {middle:g}H{x[2]:.1f}", BLUE, 2) if math.isfinite(low + high) else ""
    dot = canvas.mark(x[0], middle, BLUE, size=2.5)
    size = f'width="{STRIP_WIDTH}" height="{STRIP_HEIGHT}"'
    return f'<svg class="strip" {size} aria-hidden="true">{span}{dot}</svg>'


def bar(mean: float, low: float, high: float, ends: Range, ticks: Sequence[float] = ()) -> str:
    """A mean as a bar with its interval, for a cell of a table; '' where there is no mean.

    Args:
        mean: NaN for none.
        low, high: of the interval; NaN for none.
        ends: of the column's scale.
        ticks: values on the same scale that are marked across the bar.
    """
    if not math.isfinite(mean) or ends[1] <= ends[0]:
        return ""
    x = [canvas.share(value, ends) * BAR_WIDTH for value in (mean, low, high)]
    middle = BAR_HEIGHT / 2
    drawn = f'<rect width="{BAR_WIDTH}" height="{BAR_HEIGHT}" rx="2" fill="{GRAY}" fill-opacity="0.15"/>'
    drawn += f'<rect width="{x[0]:.1f}" height="{BAR_HEIGHT}" rx="2" fill="{BLUE}" fill-opacity="0.55"/>'
    for tick in ticks:
        at = canvas.share(tick, ends) * BAR_WIDTH
        drawn += canvas.path(f"M{at:.1f} 0V{BAR_HEIGHT}", AMBER, 1)
    if math.isfinite(low + high):
        drawn += canvas.path(f"M{x[1]:.1f} {middle:g}H{x[2]:.1f}", INK, 2)
    size = f'width="{BAR_WIDTH}" height="{BAR_HEIGHT}"'
    return f'<svg class="strip" {size} aria-hidden="true">{drawn}</svg>'


def _tile(tile: Tile, x: float, y: float, width: float, height: float) -> str:
    told = f"<title>{canvas.escaped(tile.told)}</title>"
    box = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
    fill = f'fill="{tile.colour}"' if tile.colour else f'fill="{GRAY}" fill-opacity="0.15"'
    drawn = f'<rect {box} {fill} stroke="{INK}" stroke-width="0.3">{told}</rect>'
    sign = canvas.text(x + width / 2, y + 13, tile.sign, "middle", "#ffffff" if tile.colour else INK)
    return drawn + (sign if tile.sign else "")
