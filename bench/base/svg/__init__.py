"""Plots as SVG text: values in, a picture out, for the board, the static site and Markdown reports alike.

Imported from here: the classes below, each a frozen value with `svg()`. No library, no script, no style sheet: colours
are attributes that read on white and on dark backgrounds, every name is escaped, and each mark tells its numbers in a
tooltip. Knows numbers and texts, no noun of the benchmark.
"""

from bench.base.svg.comparisons import REACH, CaseGains, CasePanels, Effect, Forest
from bench.base.svg.plots import Curve, Dot, Interval, Intervals, Scatter, Spread, Spreads
from bench.base.svg.tiles import Matrix, Tile, bar, strip

__all__ = [
    "REACH", "CaseGains", "CasePanels", "Curve", "Dot", "Effect", "Forest", "Interval", "Intervals", "Matrix",
    "Scatter", "Spread", "Spreads", "Tile", "bar", "strip",
]  # fmt: skip
