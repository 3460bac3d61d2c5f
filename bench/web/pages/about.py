"""About the benchmark: how to run it, read it, add to it and cite it."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping, Sequence

from bench import evaluators, models, suites
from bench.base import provenance
from bench.errors import BenchError
from bench.evaluators import catalogue
from bench.runs.row_facts import json_object
from bench.scoring.recipes import Recipe
from bench.scoring.standings import ENOUGH
from bench.types import Suite
from bench.web import content
from bench.web.content import Block, Cell, Code, Column, Heading, Prose, Row, Table, Text
from bench.web.pages import citations
from bench.web.pages.cells import recipe_details

WHAT = """\
I2V Bench measures image-to-video models. Adapters of models animate a fixed suite of images and prompts; evaluators
measure the clips; every number is kept with its uncertainty, its definition and its provenance. Three questions are
asked of every number here: how sure is it, what is it blind to, and would a picture that does not move have won it,
too?
"""

COMMANDS = """\
bench run                                     # the null models: no GPU, no download, minutes
bench run -m svd                              # generate, measure, store, print the table
bench run -m svd --checkpoint ./step-2000     # any checkpoint of your own
bench evaluate --clips cases.csv --name mine  # clips that you already have
bench compare svd svd@step-2000               # which is better, by how much, how sure
bench doctor svd                              # what is missing here, and the line that mends it
bench board                                   # a board over runs/ and results/
bench export site/                            # the same as plain files, for any web server
bench serve site/                             # shows them on this machine
"""
"""What a visitor may copy; a test holds every word of it against the command line."""

RUNNING = """\
From a checkout, `./x bench …` does the same and sets everything up at the first call. The same command continues where
it was stopped; nothing is made or measured twice.
"""

READING = f"""\
- **A mean** is over cases of the mean over seeds: five clips of one picture are not five pictures.
- **± or (low … high)** is its 95 % interval, by Student's t over cases, cut off at the metric's range. Two intervals
  that overlap do not say that two models are alike: *Compare* looks at the differences case by case, which is far
  sharper.
- **A rank** is an interval, too: 1–3 means that the data allow each of these places. A difference that a suite is too
  small to show is no difference shown.
- **A comparison** is paired by case. A verdict is given where the interval of the difference excludes 0; the intervals
  of all metrics shown together hold at once in 95 of 100 comparisons.
- **Coverage** is the share of clips that have a value. What is missing is missing, never 0, and its reason is on the
  page of the model. Below {100 * ENOUGH:.0f} %, a model has numbers but no rank.
- **Clips here**: the clips behind the numbers are at hand; look at them. **Numbers only**: the numbers of a run were
  published, with its settings, digests and versions; the clips are elsewhere.
- **Clips** are shown as H.264, as browsers play it; they were measured as the models made them.
- **Null baselines** (still, drift, noise, shuffled, reversed, cut) need no model; **reference clips** are what a
  suite brings. They are set apart and never ranked. A still picture wins many consistency metrics: read those
  beside one of motion.
- **↑ ↓**: which way is better. No arrow: it depends on what was asked for.
- **Reported** numbers are from papers and other boards, each with its source. They were measured by other protocols,
  so they never share a ranking with numbers measured here.
"""

SUITES = """\
A suite is a folder of images, prompts and, where they exist, reference clips. Its version is the beginning of a
digest of all that: change one pixel and it is another version. Numbers compare only within one version of one suite,
and no page mixes two. A metric has a version as well, which grows with every change of a value that it could return.
"""

SUBMITTING = """\
Results travel as one parquet file per run: `results/<suite>@<version>/<run>.parquet`, with settings, digests, versions,
seeds and failures in every row. To add yours, measure, let `bench publish` write that file, and open a pull request
with it:
"""

PUBLISHING = """\
bench run -m svd                              # or bench evaluate --clips cases.csv --name mine
bench publish svd                             # writes results/<suite>@<version>/<run>.parquet
"""

SUBMITTING_AFTER = """\
Clips stay with you: no pull request should carry videos. A reviewer sees from the rows which weights, settings and
versions made the numbers, and can run the same commands again. Nothing is measured anew by itself: until a reviewer
does so, a board shows such a run as *numbers only*.
"""

LICENCE = """\
The code is licensed under Apache-2.0. The photographs of the demo suite have their own credits, in
`suites/demo/LICENCE`. Models, their weights and other people's metrics have licences of their own, which their pages
name.
"""

NO_TOTALS = "No run was measured by all the metrics of a total, so there is none."

CITING = "The leaderboard's downloads have the papers of the models and metrics that it shows, too."


def page(
    recipes: Iterable[Recipe],
    said: Sequence[str] = (),
    cited: str = "",
    here: Mapping[str, str] | None = None,
) -> list[Block]:
    """The whole page.

    Args:
        recipes: of the totals that some run has.
        said: what else to know before reading a number: which pairs were compared, which clips are shown.
        cited: a note for the citation: the suites and the day of the numbers.
        here: what is on this machine, see on_this_machine; None to leave it and the machine's suites out.
    """
    totals: list[Block] = [recipe_details(recipe) for recipe in recipes]
    return [
        Prose(WHAT),
        Heading("Running it"),
        Code(COMMANDS),
        Prose(RUNNING),
        Heading("Reading a number"),
        Prose(READING),
        *(Text(words) for words in said if words),
        Text("Every metric: what it says, and what it is blind to", link=content.to("metrics")),
        Heading("Totals", "recipes"),
        *(totals or [Text(NO_TOTALS, "quiet")]),
        Heading("Suites and versions"),
        Prose(SUITES),
        *([] if here is None else [suites_table(known_suites())]),
        Heading("Adding your results"),
        Prose(SUBMITTING),
        Code(PUBLISHING),
        Prose(SUBMITTING_AFTER),
        Heading("Citing"),
        Code(citations.benchmark(cited)),
        Text(CITING, "small"),
        Heading("Licence"),
        Prose(LICENCE),
        *_here(here),
    ]


def cited(suites: Iterable[str], as_of: str) -> str:
    """What is cited: suites, as name@version, and the day of the newest number on them; '' for none."""
    return f"Suites: {', '.join(sorted(suites)) or 'none yet'}; numbers as of {as_of or 'no measurement'}"


def _here(here: Mapping[str, str] | None) -> list[Block]:
    return [] if here is None else [Heading("On this machine"), content.facts(here)]


def known_suites() -> dict[str, Suite | str]:
    """Name -> the suite, of those on this machine; why it cannot be read, for one that cannot."""
    found: dict[str, Suite | str] = {}
    for name in suites.names():
        try:
            found[name] = suites.load(name)
        except BenchError as error:
            found[name] = str(error)
    return found


def suites_table(found: Mapping[str, Suite | str]) -> Table:
    """One row per suite; see known_suites."""
    columns = (
        Column("suite", "Suite", is_text=True), Column("version", "Version", is_text=True),
        Column("cases", "Cases"), Column("title", "Title", is_text=True),
        Column("reference", "Reference clips", is_text=True),
    )  # fmt: skip
    return Table(
        "The suites on this machine", columns, tuple(_row(name, suite) for name, suite in found.items())
    )


def _row(name: str, suite: Suite | str) -> Row:
    if isinstance(suite, str):
        return Row("", (content.words(name), Cell(""), Cell(""), content.words(suite), Cell("")))
    cells = (
        content.words(name),
        content.words(suite.version),
        content.figure(len(suite.cases)),
        content.words(suite.title),
        content.words(suite.reference_note or "none"),
    )
    return Row("", cells)


def on_this_machine(runs: int, suites_with_runs: int) -> dict[str, str]:
    """What is installed here, and how many runs there are on how many suites."""
    return {
        "I2V Bench": f"{provenance.bench_version()} {provenance.commit()}".rstrip(),
        "Python": platform.python_version(),
        "Models": str(len(list(models.registry))),
        "Metrics": f"{len(catalogue.registered().cards)} of {len(list(evaluators.registry))} evaluators",
        "Runs on this board": f"{runs}, on {suites_with_runs} suite{'s' * (suites_with_runs != 1)}",
        **{name: str(version) for name, version in json_object(provenance.software()).items()},
    }
