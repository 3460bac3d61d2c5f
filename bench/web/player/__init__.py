"""The lockstep player: one case's clips beside the input image, in step, over plots that share their time cursor.

Imported from here: the nouns `Shown…`, `page` (a document with one player), and `script` and `style` for documents that
make players themselves. Knows `bench.web.html` only.

What is shown is JSON in the page, and nothing is requested but the image and the clips. Text of any origin stays text:
the JSON cannot end its element, the script sets it by textContent only, and the page's policy runs no other script.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

from bench.web import html

MOST = 6
"""Clips that one player shows: there are as many colours that cannot be confused."""

SCRIPTS = ("clock.js", "lane.js", "plots.js", "player.js")
HERE = Path(__file__).parent

Theme: TypeAlias = Literal["", "light", "dark"]
"""What to look like; '' follows the visitor's system."""


@dataclass(frozen=True)
class ShownClip:
    """One clip of the player.

    Attributes:
        name: of its run.
        address: of a file that browsers play; '' where there is none.
        fps, frames, width, height: of the clip; 0 where unknown.
        note: why there is none, or what to know of it.
    """

    name: str
    address: str
    fps: float = 0.0
    frames: int = 0
    width: int = 0
    height: int = 0
    note: str = ""


@dataclass(frozen=True)
class ShownSeries:
    """One metric along the clips.

    Attributes:
        metric: its name.
        title: what the plot is called; the name where it is ''.
        unit: of the values; '' for a pure number.
        lines: one a clip, None where the clip has none.
        first: the frame, from 0, of a line's first value: 1 for numbers about pairs of frames.
        step: frames from one value to the next: 2 for numbers about every second frame.
    """

    metric: str
    lines: tuple[Sequence[float] | None, ...]
    title: str = ""
    unit: str = ""
    first: int = 0
    step: int = 1


@dataclass(frozen=True)
class Shown:
    """What the player shows of one case.

    Attributes:
        title: of the page.
        image: address of the input image; '' for none.
        prompt: what should happen; '' for none.
        clips: at most MOST.
        series: each with as many lines as there are clips.

    Raises:
        ValueError: more clips than there are colours, or other lines than clips.
    """

    title: str
    clips: tuple[ShownClip, ...]
    series: tuple[ShownSeries, ...] = ()
    image: str = ""
    prompt: str = ""

    def __post_init__(self) -> None:
        if len(self.clips) > MOST:
            raise ValueError(f"a player shows {MOST} clips at most, not {len(self.clips)}")
        for each in self.series:
            if len(each.lines) != len(self.clips):
                raise ValueError(f"{each.metric} has {len(each.lines)} lines for {len(self.clips)} clips")


def page(shown: Shown, theme: Theme = "") -> str:
    """An HTML document; in a frame of a page of its own server it makes the frame as high as itself."""
    shown_as = content(shown)
    return html.page(
        "player.html", [script()], [style()], policy(), title=shown.title, theme=theme, shown=shown_as
    )


@cache
def script() -> str:
    """The JavaScript of a page: it makes a player of each section.player above it.

    BenchPlayer(section) makes one of a section that comes later.
    """
    parts = [(HERE / name).read_text(encoding="utf-8") for name in SCRIPTS]
    return "\n".join(["const BenchPlayer = (() => {", '"use strict";', *parts, "return Player;", "})();\n"])


@cache
def style() -> str:
    """The CSS of all players of a page."""
    return (HERE / "player.css").read_text(encoding="utf-8")


def policy() -> str:
    """The Content-Security-Policy of page: its own script and style, and images and clips of its own server."""
    return html.policy([script()], [style()])


def content(shown: Shown) -> dict[str, Any]:
    """The JSON that script() reads; numbers have six significant digits, more than a plot shows."""
    about = asdict(shown)
    for series in about["series"]:
        series["lines"] = [
            None if line is None else [_number(value) for value in line] for line in series["lines"]
        ]
    for clip in about["clips"]:
        clip["fps"] = _number(clip["fps"]) or 0
    return about


def _number(value: Any) -> float | None:
    """None if it is not a finite number: rows of any origin are shown."""
    return float(f"{value:.6g}") if isinstance(value, (int, float)) and math.isfinite(value) else None
