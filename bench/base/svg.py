"""Two plots of a comparison as SVG text: no library, no script, nothing from elsewhere; readable on light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

GOOD, BAD, PLAIN, INK = "#2e9e6b", "#d1495b", "#8a8f98", "#7d8590"

WIDTH, ROW, LEFT, RIGHT = 720, 22, 220, 24
REACH = 4.0
"""Effects beyond this many standard deviations stand at the edge, with an arrow."""

PANEL_WIDTH, PANEL_HEIGHT, COLUMNS, GAP = 220, 110, 3, 20


@dataclass(frozen=True)
class Effect:
    """One line of a forest plot: the gain of B over A in standard deviations, and half of its interval."""

    name: str
    gain: float
    half: float
    has_direction: bool = True


@dataclass(frozen=True)
class Panel:
    """One metric's gains, case by case."""

    name: str
    cases: tuple[str, ...]
    gains: tuple[float, ...]
    has_direction: bool = True


def forest(effects: Sequence[Effect], title: str) -> str:
    """A line a metric: where B stands beside A, which is 0; right is better."""
    height = ROW * (len(effects) + 2) + 12
    zero = _place(0.0)
    drawn = [_text(LEFT, ROW - 6, title, "start"), _line(zero, ROW, zero, height - ROW, INK)]
    for value in range(-int(REACH), int(REACH) + 1, 2):
        drawn.append(_text(_place(value), height - 6, f"{value:+d} sd" if value else "0", "middle"))
    for number, effect in enumerate(effects):
        drawn += _effect(effect, ROW * (number + 1.7))
    return _svg(WIDTH, height, drawn)


def case_panels(panels: Sequence[Panel], title: str) -> str:
    """A panel a metric: a bar a case, from the one that B loses most to the one that it wins most; up is better."""
    rows = -(-len(panels) // COLUMNS)
    width = COLUMNS * (PANEL_WIDTH + GAP) + GAP
    drawn = [_text(GAP, 16, title, "start")]
    for number, panel in enumerate(panels):
        row, column = divmod(number, COLUMNS)
        drawn += _panel(panel, GAP + column * (PANEL_WIDTH + GAP), 28 + row * (PANEL_HEIGHT + 2 * GAP))
    return _svg(width, 28 + rows * (PANEL_HEIGHT + 2 * GAP), drawn)


def _effect(effect: Effect, y: float) -> list[str]:
    shade = _shade(effect.gain if abs(effect.gain) > effect.half else 0.0, effect.has_direction)
    left, right = _place(effect.gain - effect.half), _place(effect.gain + effect.half)
    mark = _dot(_place(effect.gain), y, shade)
    if abs(effect.gain) > REACH:
        mark = _text(_place(effect.gain), y + 4, "▶" if effect.gain > 0 else "◀", "middle", shade)
    return [_text(LEFT - 12, y + 4, effect.name, "end"), _line(left, y, right, y, shade, 2), mark]


def _panel(panel: Panel, left: float, top: float) -> list[str]:
    reach = max(map(abs, panel.gains), default=0.0) or 1.0
    step, middle = PANEL_WIDTH / max(len(panel.gains), 1), top + 14 + (PANEL_HEIGHT - 14) / 2
    drawn = [_text(left, top + 8, panel.name, "start"), _line(left, middle, left + PANEL_WIDTH, middle, INK)]
    for number, (case, gain) in enumerate(zip(panel.cases, panel.gains, strict=True)):
        height = abs(gain) / reach * (PANEL_HEIGHT - 14) / 2
        y = middle - height if gain > 0 else middle
        box = f'x="{left + number * step:.1f}" y="{y:.1f}" width="{max(0.8 * step, 0.5):.1f}" height="{height:.1f}"'
        told = escape(f"{case}: {gain:+.4g}")
        drawn.append(f'<rect {box} fill="{_shade(gain, panel.has_direction)}"><title>{told}</title></rect>')
    return drawn


def _place(gain: float) -> float:
    share = (max(-REACH, min(REACH, gain)) + REACH) / (2 * REACH)
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _shade(gain: float, has_direction: bool) -> str:
    if not has_direction or gain == 0:
        return PLAIN
    return GOOD if gain > 0 else BAD


def _text(x: float, y: float, words: str, anchor: str, fill: str = INK) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}">{escape(words)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, stroke: str, width: float = 1) -> str:
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{stroke}" stroke-width="{width:g}"/>'


def _dot(x: float, y: float, fill: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{fill}"/>'


def _svg(width: float, height: float, drawn: Sequence[str]) -> str:
    box = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {box} font-family="sans-serif" font-size="12">'
    return "\n".join([head, *drawn, "</svg>"]) + "\n"
