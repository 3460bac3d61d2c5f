"""The pages of a site that are about all suites together: metrics, each metric, about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.scoring import entries, summary
from bench.web.content import Block, Heading, Text
from bench.web.pages import about, calibration, metric_runs, metrics
from bench.web.static.folders import slug

if TYPE_CHECKING:
    from bench.calibration.curves import Calibration
    from bench.evaluators.catalogue import Catalogue
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
    curves = calibration.read(reversed(folders))
    yield from _metrics(gathered, suites, known, curves)
    cited = about.cited((suite.name for suite in suites), as_of)
    recipes = entries.measured_recipes(gathered.scores)
    yield "about.html", "About", about.page(recipes, said, cited)


def _metrics(
    gathered: Gathered, suites: Sequence[SuiteContent], known: Catalogue, curves: Calibration | None
) -> Iterator[tuple[str, str, list[Block]]]:
    """The index, and a page per metric, with its values on the runs of every suite."""
    calibrated = (metric.name for metric in curves.metrics) if curves else ()
    names = metrics.names(known, [*map(str, gathered.scores["metric"].unique()), *calibrated])
    every = metrics.index(known, gathered.scores, names)
    yield "metrics.html", "Metrics", [Text(metrics.ABOUT, "quiet"), every, *calibration.whole(curves, known)]
    measured = {
        suite.name: metric_runs.measured(gathered.rows, gathered.scores, suite.name) for suite in suites
    }
    for name in names:
        _, *card = metrics.metric(known, name)  # its heading is the page's
        runs: list[Block] = [Heading(metric_runs.TITLE)] if suites else []
        for suite, found in measured.items():
            runs += [
                *([Heading(suite, level=3)] if len(suites) > 1 else []),
                *metric_runs.on_runs(found, name),
            ]
        blocks = [*card, *runs, *metrics.under_damage(known, name, curves)]
        yield f"metrics/{slug(name)}.html", known.heading(name), blocks
