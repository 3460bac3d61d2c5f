"""The pages of a site that are about all suites together: trade-offs, metrics, calibration, reported, about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.scoring import summary
from bench.web.content import Block, Heading
from bench.web.pages import about, calibration, metrics, reported, tradeoffs
from bench.web.static.folders import slug

if TYPE_CHECKING:
    from bench.exports import Gathered
    from bench.web.static.suite_content import SuiteContent


def pages(
    gathered: Gathered,
    folders: Sequence[Path],
    suites: Sequence[SuiteContent],
    said: Sequence[str],
    as_of: str,
) -> Iterator[tuple[str, str, list[Block]]]:
    """Path, title and content of each.

    Args:
        gathered: all runs of the site.
        folders: of runs and of published results; the last has what is newest.
        suites: of the runs.
        said: what to know before reading a number here.
        as_of: the day of the newest number.
    """
    known = summary.catalogue_of(gathered.rows)
    traded: list[Block] = []
    for suite in suites:
        traded += [Heading(suite.name), *tradeoffs.page(suite.rows, suite.scores, suite.name, known)]
    yield "tradeoffs.html", "Trade-offs", traded
    curves = calibration.read(reversed(folders))
    yield "metrics.html", "Metrics", metrics.page(known, gathered.scores, curves)
    yield (
        "calibration.html",
        "Calibration",
        calibration.page(curves, known) if curves else calibration.missing(),
    )
    yield "reported.html", "Reported", reported.page(*reported.read(folders), slug)
    recipes = {recipe.name: recipe for suite in suites for recipe, _ in suite.ranking.totals}
    names = ", ".join(suite.name for suite in suites)
    cited = f"Suites: {names or 'none yet'}; numbers as of {as_of or 'no measurement'}"
    yield "about.html", "About", about.page(recipes.values(), said, cited)
