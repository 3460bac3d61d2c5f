"""The leaderboard of a suite on the site: its content, and the clips that its script plays above the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench.web import content
from bench.web.content import Block, Cell, Listing
from bench.web.pages import leaderboard, strip
from bench.web.static.clips import Placed
from bench.web.static.folders import slug
from bench.web.static.suite_content import SuiteContent
from bench.web.static.writing import Writer

SCRIPTS = ("lockstep.js", "strip.js")


def write(
    writer: Writer,
    suite: SuiteContent,
    placed: Mapping[str, Mapping[str, Placed]],
    images: Mapping[str, str],
    head: Sequence[Block] = (),
    note: str = "",
) -> None:
    """Writes the page.

    Args:
        writer: of the site.
        suite: what is known of it.
        placed: run -> case -> its clip.
        images: case -> address of its input image.
        head: what stands above the clips.
        note: why the numbers are native though another view was asked for; '' where they are not.
    """
    path = writer.boards[suite.name]
    there = {run: {case: 0 for case, clip in own.items() if clip.address} for run, own in placed.items()}
    found = strip.strip(suite.ranking, lambda run: there.get(run, {}))
    head = [*_others(writer, suite.name), *head]
    loops = {run: placed[run][next(iter(own))].address for run, own in there.items() if own}
    below = leaderboard.below(suite.ranking, note=note, clips=loops)
    title = suite.title or suite.name.partition("@")[0]
    if found is None:
        writer.page(path, title, [*head, *below], suite.name)
        return
    pictures = [(case, images.get(case, "")) for case in found.cases]
    shown = strip.thumbs(suite.name, pictures, next(iter(found.cases)))
    writer.document(
        path, title, "leaderboard.html", SCRIPTS, about=writer.description(path, head), tooltip=suite.name,
        data=_data(suite, found),
        head=writer.fragment(head, path), thumbs=writer.fragment([shown], path), below=writer.fragment(below, path),
    )  # fmt: skip


def _data(suite: SuiteContent, found: strip.Strip) -> dict[str, Any]:
    """What the script plays."""
    return {
        "suite": suite.slug,
        "runs": [[slug(run), suite.names[run]] for run in found.runs],
        "cases": {case: slug(case) for case in found.cases},
    }


def _others(writer: Writer, name: str) -> list[Block]:
    """Ways to the other suites."""
    cells = [
        Cell(each.partition("@")[0], about=each, link=content.to("leaderboard", suite=each))
        for each in writer.boards
        if each != name
    ]
    return [Listing((Cell("Other suites:"), *cells), tone="bar")] if cells else []
