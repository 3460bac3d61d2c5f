"""The lockstep player: one case's clips beside the input image, in step, over plots that share their time cursor.

A page, or a part of one, that runs on its own: the script and the style are the files beside this one, what is shown is
JSON in the page, and nothing is asked for but the image and the clips. What strangers wrote is text: the JSON cannot
end its element, the script sets it by textContent only, and the page's policy lets no other script run.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Literal, TypeAlias

MOST = 6
"""Clips that one player shows: it has as many colours that nobody confuses."""

SCRIPTS = ("clock.js", "lane.js", "plots.js", "player.js")
HERE = Path(__file__).parent

Theme: TypeAlias = Literal["", "light", "dark"]
"""What to look like; '' follows the visitor's system."""

ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
"""What would end a script element, begin a comment in one, or end a line in old JavaScript."""


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
    """

    metric: str
    lines: tuple[Sequence[float] | None, ...]
    title: str = ""
    unit: str = ""
    first: int = 0


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
    """A whole HTML document; in a frame of a page of its own server it makes the frame as high as itself."""
    chosen = f' data-theme="{escape(theme)}"' if theme else ""
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="en" data-player="page"{chosen}>',
            '<head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{escape(policy())}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(shown.title)}</title>",
            f"<style>{style()}</style></head>",
            f"<body>{fragment(shown)}",
            f"<script>{script()}</script></body></html>",
        ]
    )


def fragment(shown: Shown) -> str:
    """The player as part of a page that has script() at its end and style() in its head, once for all players."""
    return (
        f'<section class="player" aria-label="{escape(shown.title)}">'
        f'<script type="application/json">{content(shown)}</script></section>'
    )


@cache
def script() -> str:
    """The JavaScript of all players of a page; to stand below them."""
    parts = [(HERE / name).read_text(encoding="utf-8") for name in SCRIPTS]
    return "\n".join(["(() => {", '"use strict";', *parts, "})();"])


@cache
def style() -> str:
    """The CSS of all players of a page."""
    return (HERE / "player.css").read_text(encoding="utf-8")


def policy() -> str:
    """The Content-Security-Policy of page: its own script and style, and pictures and clips of its own server."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {_hash(script())}",
            f"style-src {_hash(style())}",
            "img-src 'self'",
            "media-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def content(shown: Shown) -> str:
    """What is shown as JSON that is safe inside a script element: no sign of it can end the element."""
    about = asdict(shown)
    for series in about["series"]:
        series["lines"] = [
            None if line is None else [_number(value) for value in line] for line in series["lines"]
        ]
    for clip in about["clips"]:
        clip["fps"] = _number(clip["fps"]) or 0
    return json.dumps(about, ensure_ascii=False, allow_nan=False, separators=(",", ":")).translate(ESCAPES)


def _number(value: Any) -> float | None:
    """Six significant digits, more than a plot shows; None for what is no number: files come from strangers."""
    return float(f"{value:.6g}") if isinstance(value, (int, float)) and math.isfinite(value) else None


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
