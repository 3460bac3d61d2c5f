"""The page about the benchmark: how to run it, read it, add to it and cite it, and what of it is on this machine."""

from __future__ import annotations

import platform
from pathlib import Path

import pandas as pd
import streamlit as st

from bench import evaluators, models, suites
from bench.base import provenance
from bench.errors import BenchError
from bench.evaluators import catalogue
from bench.runs.row_facts import json_object
from bench.scoring.standings import ENOUGH
from leaderboard import citations, notices, source
from leaderboard.source import Board

# no bare strings in a page: Streamlit would show them
HERE = Path(__file__).parent

WHAT = """\
I2V Bench measures image-to-video models. Adapters of models animate a fixed suite of images and prompts; evaluators
measure the clips; every number is kept with where it came from; this board shows it. Three things are asked of every
number here: how sure is it, what is it blind to, and would a picture that does not move have won it, too?
"""

COMMANDS = """\
bench run                                     # the null models: no GPU, no download, minutes
bench run -m svd                              # generate, measure, store, print the table
bench run -m svd --checkpoint ./step-2000     # any checkpoint of your own
bench evaluate --clips cases.csv --name mine  # clips that you already have
bench compare svd svd@step-2000               # which is better, by how much, how sure
bench doctor svd                              # what is missing here, and the line that mends it
bench board                                   # this board, over runs/ and results/
"""
"""What a visitor may copy; a test holds every word of it against the command line."""

READING = f"""\
- **A mean** is over cases of the mean over seeds: five clips of one picture are not five pictures.
- **± or (low … high)** is its 95 % interval, by Student's t over cases, cut off at the metric's range. Two intervals
  that overlap do not say that two models are alike: *Compare* looks at the differences case by case, which is far
  sharper.
- **A rank** is an interval, too: 1–3 means that the data allow each of these places. Models of one tie group are not
  told apart. A difference that a suite is too small to show is no difference shown.
- **Coverage** is the share of clips that have a value. What is missing is missing, never 0, and its reason stands on
  the page of the model. Below {ENOUGH:.0%}, a model has numbers but no rank.
- **Clips here**: this machine has the clips; look at them. **Numbers only**: somebody published the numbers of a run,
  with its settings, digests and versions; the clips are elsewhere.
- **Null baselines** (still, drift, noise, shuffled, reversed, cut) need no model; **reference clips** are what a
  suite brings. They stand apart and are never ranked. A still picture wins many consistency metrics: read those
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
Results travel as one parquet file a run: `results/<suite>@<version>/<run>.parquet`, with settings, digests, versions,
seeds and failures in every row. To add yours, measure, let `bench publish` write that file, and open a pull request
with it:
"""

PUBLISHING = """\
bench run -m svd                              # or bench evaluate --clips cases.csv --name mine
bench publish svd                             # writes results/<suite>@<version>/<run>.parquet
"""

SUBMITTING_AFTER = """\
Clips stay with you: no pull request should carry videos. A reviewer sees from the rows which weights, settings and
versions made the numbers, and can run the same words again. Nothing is measured anew by itself: until somebody does,
a board shows such a run as *numbers only*.
"""

LICENCE = """\
The code is licensed under Apache-2.0. The photographs of the demo suite have their own credits, in
`suites/demo/LICENCE`. Models, their weights and other people's metrics have licences of their own, which their pages
name.
"""


def show() -> None:
    """Draws the page."""
    st.title("About", anchor=False)
    st.markdown(WHAT)
    _show_run()
    st.subheader("Reading a number", anchor=False)
    st.markdown(READING)
    st.page_link(HERE / "metrics.py", label="Every metric: what it says, and what it is blind to")
    _show_suites()
    _show_submitting()
    st.subheader("Citing", anchor=False)
    st.code(citations.benchmark(), language="latex")
    st.caption("The overview's downloads have the papers of the models and metrics that it shows, too.")
    st.subheader("Licence", anchor=False)
    st.markdown(LICENCE)
    _show_here(source.read())


def _show_run() -> None:
    st.subheader("Running it", anchor=False)
    st.code(COMMANDS, language="bash")
    st.caption(
        "From a checkout, ./x bench … does the same and sets everything up at the first call. The same words go on "
        "where they were stopped; nothing is made or measured twice."
    )


def _show_suites() -> None:
    st.subheader("Suites and versions", anchor=False)
    st.markdown(SUITES)
    st.dataframe(_suites(), hide_index=True, alt="The suites on this machine")


@st.cache_data(show_spinner=False)
def _suites() -> pd.DataFrame:
    """Those on this machine; one that cannot be read says why."""
    lines: list[dict[str, object]] = []
    for name in suites.names():
        try:
            suite = suites.load(name)
        except BenchError as error:
            lines.append({"Suite": name, "Title": str(error)})
            continue
        lines.append(
            {
                "Suite": name,
                "Version": suite.version,
                "Cases": len(suite.cases),
                "Title": suite.title,
                "Reference clips": suite.reference_note or "none",
            }
        )
    return pd.DataFrame(lines, columns=["Suite", "Version", "Cases", "Title", "Reference clips"])


def _show_submitting() -> None:
    st.subheader("Adding your results", anchor=False)
    st.markdown(SUBMITTING)
    st.code(PUBLISHING, language="bash")
    st.markdown(SUBMITTING_AFTER)


def _show_here(board: Board) -> None:
    st.subheader("On this machine", anchor=False)
    notices.show_problems(board)
    facts: dict[str, object] = {
        "I2V Bench": f"{provenance.bench_version()} {provenance.commit()}".rstrip(),
        "Python": platform.python_version(),
        "Models": len(list(models.registry)),
        "Metrics": f"{len(catalogue.registered().cards)} of {len(list(evaluators.registry))} evaluators",
        "Runs on this board": f"{len(board.names)}, on {len(board.suites)} suite{'s' * (len(board.suites) != 1)}",
        **json_object(provenance.software()),
    }
    shown = pd.DataFrame(
        [(name, str(text)) for name, text in facts.items()], columns=["what", "version or number"]
    )
    st.dataframe(shown, hide_index=True, height="content", alt="Versions on this machine")


if __name__ == "__main__":
    show()
