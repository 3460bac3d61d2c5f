"""Two plots of a comparison: a forest of effects, and each metric's gains case by case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bench.base.svg import canvas
from bench.base.svg.canvas import GRAY, GREEN, INK, RED
from bench.base.wording import minus

WIDTH, ROW, LEFT, RIGHT = 720, 22, 220, 24
REACH = 4.0
"""Effects beyond this many standard deviations are drawn at the edge, with an arrow."""

PANEL_WIDTH, PANEL_HEIGHT, COLUMNS, GAP = 220, 110, 3, 20


@dataclass(frozen=True)
class Effect:
    """One line of a forest plot: the gain of B over A in standard deviations, the ends of its interval, the verdict."""

    name: str
    gain: float
    low: float
    high: float
    verdict: Literal["", "better", "worse"] = ""


@dataclass(frozen=True)
class Forest:
    """One line per metric: where B is beside A, which is 0; right is better."""

    title: str
    effects: Sequence[Effect]

    def svg(self) -> str:
        """The picture."""
        height = ROW * (len(self.effects) + 2) + 12
        zero = _place(0.0)
        drawn = [
            canvas.text(LEFT, ROW - 6, self.title),
            canvas.path(f"M{zero:.1f} {ROW}V{height - ROW}"),
        ]
        for value in range(-int(REACH), int(REACH) + 1, 2):
            drawn.append(canvas.text(_place(value), height - 6, f"{value:+d} sd" if value else "0", "middle"))
        for number, effect in enumerate(self.effects):
            drawn += _effect(effect, ROW * (number + 1.7))
        return canvas.picture(drawn, self.title, WIDTH, height)


@dataclass(frozen=True)
class CaseGains:
    """One metric's gains, case by case."""

    name: str
    cases: tuple[str, ...]
    gains: tuple[float, ...]
    has_direction: bool = True


@dataclass(frozen=True)
class CasePanels:
    """One panel per metric: a bar per case, from the one that B loses most to the one it wins most; up is better."""

    title: str
    panels: Sequence[CaseGains]

    def svg(self) -> str:
        """The picture."""
        rows = -(-len(self.panels) // COLUMNS)
        drawn = [canvas.text(GAP, 16, self.title)]
        for number, panel in enumerate(self.panels):
            row, column = divmod(number, COLUMNS)
            drawn += _panel(panel, GAP + column * (PANEL_WIDTH + GAP), 28 + row * (PANEL_HEIGHT + 2 * GAP))
        width, height = COLUMNS * (PANEL_WIDTH + GAP) + GAP, 28 + rows * (PANEL_HEIGHT + 2 * GAP)
        return canvas.picture(drawn, self.title, width, height)


def _effect(effect: Effect, y: float) -> list[str]:
    shade = {"better": GREEN, "worse": RED}.get(effect.verdict, GRAY)
    left, right = _place(effect.low), _place(effect.high)
    gain, low, high = (minus(f"{number:+.2f}") for number in (effect.gain, effect.low, effect.high))
    told = f"{effect.name}: {gain} ({low} … {high}) standard deviations"
    sign = canvas.mark(_place(effect.gain), y, shade, told)
    if abs(effect.gain) > REACH:
        sign = canvas.text(_place(effect.gain), y + 4, "▶" if effect.gain > 0 else "◀", "middle", shade)
    return [
        canvas.name(LEFT - 12, y + 4, effect.name),
        canvas.path(f"M{left:.1f} {y:.1f}H{right:.1f}", shade, 2),
        sign,
    ]


def _panel(panel: CaseGains, left: float, top: float) -> list[str]:
    reach = max(map(abs, panel.gains), default=0.0) or 1.0
    step, middle = PANEL_WIDTH / max(len(panel.gains), 1), top + 14 + (PANEL_HEIGHT - 14) / 2
    drawn = [
        canvas.text(left, top + 8, panel.name),
        canvas.path(f"M{left:.1f} {middle:.1f}H{left + PANEL_WIDTH:.1f}", INK),
    ]
    for number, (case, gain) in enumerate(zip(panel.cases, panel.gains, strict=True)):
        height = abs(gain) / reach * (PANEL_HEIGHT - 14) / 2
        y = middle - height if gain > 0 else middle
        box = f'x="{left + number * step:.1f}" y="{y:.1f}" width="{max(0.8 * step, 0.5):.1f}" height="{height:.1f}"'
        told = canvas.escaped(f"{case}: {minus(f'{gain:+.4g}')}")
        drawn.append(f'<rect {box} fill="{_shade(gain, panel.has_direction)}"><title>{told}</title></rect>')
    return drawn


def _place(gain: float) -> float:
    share = canvas.share(max(-REACH, min(REACH, gain)), (-REACH, REACH))
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _shade(gain: float, has_direction: bool) -> str:
    if not has_direction or gain == 0:
        return GRAY
    return GREEN if gain > 0 else RED
