"""The lockstep player on the board: a page of its own, which other pages frame.

Its address says runs, case and seed; what it shows is looked up by them, and nothing in an address is ever a path.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

import pandas as pd
import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from bench.errors import BadResults, BenchError
from bench.runs import RunFolder
from bench.runs.row_facts import decoded
from bench.types import NATIVE, Case
from bench.web import player
from bench.web.pages.along import places
from bench.web.player import Shown, ShownClip, ShownSeries, Theme
from leaderboard import inputs, previews, source

PREFIX = "/app/player"

FIRST_HEIGHT = 620
"""Pixels of the frame until the page in it has said how high it is."""


def route() -> Route:
    """Serves the player of the clips that its query names."""
    return Route(PREFIX, _answer)


def frame(runs: Sequence[str], case: str, seed: int, has_plots: bool = True) -> None:
    """Draws the player of some runs' clips; previews that are missing are made first.

    Args:
        runs: ids, from 1 to player.MOST, in the order shown.
        case: id.
        seed: of the clips.
        has_plots: whether plots of the metrics along the clips stand below them.
    """
    with st.spinner("Making previews that browsers play …"):
        _shown(runs, case, seed)
    theme = _theme(st.context.theme.type)  # what is around it: it may be chosen in the board's menu, too
    there = address(runs, case, seed, theme) + ("" if has_plots else "&plots=0")
    st.iframe(there, height=FIRST_HEIGHT, alt="Clips in lockstep")


def address(runs: Sequence[str], case: str, seed: int, theme: Theme = "") -> str:
    """The address of the player's page.

    Args:
        runs: ids, in the order shown.
        case: id.
        seed: of the clips.
        theme: of the page: 'light' or 'dark'; '' follows the visitor's system.
    """
    words = [*(("runs", run) for run in runs), ("case", case), ("seed", seed), ("theme", theme)]
    return f"{PREFIX}?{urlencode([(name, word) for name, word in words if word != ''])}"


def _shown(runs: Sequence[str], case: str, seed: int) -> Shown | None:
    """What the player shows; None where a run is unknown, or none of them has anything about this case and seed."""
    names = source.read().names
    if not 0 < len(runs) <= player.MOST or any(run not in names for run in runs):
        return None
    takes = [_Take(run, names[run], case, seed) for run in dict.fromkeys(runs)]
    if not any(take.is_known for take in takes):
        return None
    known = next((found for take in takes if (found := take.case)), None)
    clips = tuple(take.clip() for take in takes)
    image = next((inputs.address(take.run, case, seed) for take in takes if take.case), "")
    prompt = known.prompt if known else ""
    return Shown(f"{case}, seed {seed}", clips, _series(takes), image, prompt)


class _Take:
    """What one run has about one case and seed."""

    def __init__(self, run: str, name: str, case: str, seed: int) -> None:
        rows = source.rows_of(run, NATIVE)  # the clip plays as it is
        self.run, self.name, self.seed = run, name, seed
        self.rows = rows[(rows["case"] == case) & (rows["seed"] == seed)]
        self.folder = source.run_folder(run)
        self.case = _case(self.folder, case)
        self.record = self.folder.record(case, seed) if self.folder and self.case else None
        self.decoded = decoded(self.rows["decoded"])

    @property
    def is_known(self) -> bool:
        """Whether there is a number or a clip."""
        return len(self.rows) > 0 or self.record is not None

    def clip(self) -> ShownClip:
        """The clip with its address, or with the reason why there is none."""
        address, note = self._found()
        known = self.decoded
        return ShownClip(self.name, address, known.fps, known.frames, known.width, known.height, note)

    def _found(self) -> tuple[str, str]:
        if self.folder is None:
            return "", "The clips of this run are not on this machine: only its numbers were published."
        if self.record is None:
            return "", f"This run has no clip of seed {self.seed} here, or its file is gone."
        if self.record.error:
            return "", f"There is no clip: {self.record.error}"
        try:
            return previews.address(self.folder, self.record), self._about()
        except BenchError as error:
            return "", str(error)

    def _about(self) -> str:
        reads_text = self.rows["reads_text"].iloc[0] if len(self.rows) else None
        return "Reads no text." if reads_text is not None and not reads_text else ""


def _series(takes: Sequence[_Take]) -> tuple[ShownSeries, ...]:
    """The series of all metrics that any of them has, in the catalogue's order."""
    found = [_lines(take.rows) for take in takes]
    metrics = source.read().catalogue.ordered(metric for lines in found for metric in lines)
    return tuple(_plot(metric, [lines.get(metric) for lines in found], takes) for metric in metrics)


def _lines(rows: pd.DataFrame) -> dict[str, tuple[float, ...]]:
    found = zip(rows["metric"], rows["series"], strict=True)
    return {metric: tuple(series) for metric, series in found if series is not None and len(series)}


def _plot(metric: str, lines: Sequence[tuple[float, ...] | None], takes: Sequence[_Take]) -> ShownSeries:
    known = source.read().catalogue
    at = [places(line, take.decoded.frames) for line, take in zip(lines, takes, strict=True) if line]
    return ShownSeries(
        metric, tuple(lines), known.heading(metric), known.card(metric).unit,
        first=max((each.start for each in at), default=0), step=max((each.step for each in at), default=1),
    )  # fmt: skip


def _case(folder: RunFolder | None, case_id: str) -> Case | None:
    try:
        return source.case_of(folder, case_id) if folder else None
    except BadResults:
        return None


def _theme(chosen: str | None) -> Theme:
    return "light" if chosen == "light" else "dark" if chosen == "dark" else ""


def _answer(request: Request) -> Response:
    query = request.query_params
    seed = query.get("seed", "")
    known = seed.isascii() and seed.isdecimal() and len(seed) <= 20
    found = _shown(query.getlist("runs"), query.get("case", ""), int(seed)) if known else None
    if found is None:
        return PlainTextResponse("no such clips", status_code=404, headers=inputs.HARMLESS)
    return page(replace(found, series=()) if query.get("plots") == "0" else found, query.get("theme"))


def page(shown: Shown, theme: str | None) -> Response:
    """The player's page, which only pages of this server frame; a theme that is none is passed over."""
    headers = {
        **inputs.HARMLESS,
        "Content-Security-Policy": f"{player.policy()}; frame-ancestors 'self'",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    return HTMLResponse(player.page(shown, _theme(theme)), headers=headers)
