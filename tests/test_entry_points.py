"""A metric and a model of somebody's package are everywhere once it is installed, and their rows stay what they are.

Nothing but the package is written: the terminal, the board, the site and the exports find title, group and role on the
cards; where the package is not installed, on those that came with the rows.
"""

from __future__ import annotations

import csv
import difflib
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from bench.media import pictures
from tests.web.parsed import grids, lines, tree, words

METRIC = '''\
"""How bright the darkest spot is."""

from bench import evaluators
from bench.types import MetricCard


@evaluators.add
class Sparkle(evaluators.ClipEvaluator):
    """The darkest gray level of each frame."""

    name = "sparkle"
    cards = (
        MetricCard(
            name="sparkle", title="Sparkle of the clip", group="Flicker", version=3, direction="lower", unit="share",
            low=0.0, high=1.0, definition="Darkest gray level, as a share of white.", source="Own.",
            blind_to="Everything else.", is_main=True, is_lead=True,
        ),
    )

    def look(self, view):
        return float(view.gray.min()) / 255

    def conclude(self, levels, sample):
        return {"sparkle": evaluators.mean_value(levels)}
'''

MODEL = '''\
"""A picture that turns into its negative and back."""

import numpy as np

from bench import models
from bench.media import pictures
from bench.types import Clip, ModelCard


@models.add
class Jiggle(models.Model):
    """Three frames, the second inverted."""

    card = ModelCard(
        name="jiggle", title="Jiggling picture", version=1, reads_text=False, frames=None, fps=None, width=None,
        height=None, weights=None, licence="Apache-2.0", paper="", role="null baseline",
    )

    def generate(self, case, seed, step=models.ignore_steps):
        image = pictures.fit(pictures.read(case.image), 64, 48, self.card.fit)
        return Clip(np.stack([image, 255 - image, image]), 8.0)
'''

ENTRY_POINTS = """\
[bench.models]
jiggle = theirs_jiggle

[bench.evaluators]
sparkle = theirs_sparkle
"""

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Said:
    """What is said everywhere about the same runs, with the package and without it."""

    installed: Mapping[str, str]
    alone: Mapping[str, str]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Said:
    """The package as pip would leave it, a run with it, and a look at all places with it and without it."""
    package = tmp_path_factory.mktemp("package")
    (package / "theirs_sparkle.py").write_text(METRIC)
    (package / "theirs_jiggle.py").write_text(MODEL)
    metadata = package / "theirs-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(ENTRY_POINTS)
    suite, out = tmp_path_factory.mktemp("suite"), tmp_path_factory.mktemp("out")
    (suite / "suite.toml").write_text('title = "Two pictures"')
    for n, level in enumerate((20, 100)):
        pictures.write(suite / f"c{n}.png", np.full((48, 64, 3), level, np.uint8))
    cases = [{"id": f"c{n}", "image": f"c{n}.png", "prompt": "", "category": ""} for n in range(2)]
    (suite / "cases.jsonl").write_text("".join(json.dumps(case) + "\n" for case in cases))
    words = ("run", "-m", "jiggle", "--suite", str(suite), "--metrics", "sparkle")
    return Said(_everywhere(out, *words, package=package), _everywhere(out))


def _everywhere(out: Path, *words: str, package: Path | None = None) -> Mapping[str, str]:
    path = os.pathsep.join(map(str, [ROOT, *([package] if package else [])]))
    answer = subprocess.run(
        [sys.executable, "-m", "tests.everywhere", str(out), "jiggle", *words],
        capture_output=True, text=True, check=False, cwd=ROOT, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    found: Mapping[str, str] = json.loads(answer.stdout.splitlines()[-1])
    return found


CARD = {
    "title": "Sparkle of the clip", "group": "Flicker", "direction": "lower", "unit": "share", "metric_version": "3",
    "role": "null baseline",
}  # fmt: skip
"""What exports say of the metric and the model."""


def test_the_terminal_lists_them(said: Said) -> None:
    (metric,) = (each for each in json.loads(said.installed["ls metrics"]) if each["id"] == "sparkle")
    assert (metric["title"], metric["group"], metric["evaluator"]) == (
        "Sparkle of the clip",
        "Flicker",
        "sparkle",
    )
    (model,) = (each for each in json.loads(said.installed["ls models"]) if each["name"] == "jiggle")
    assert (model["title"], model["role"], model["family"]) == (
        "Jiggling picture",
        "null baseline",
        "null models",
    )
    assert "sparkle" not in said.alone["ls metrics"]
    assert "jiggle" not in said.alone["ls models"]


def test_the_table_of_results_has_them(said: Said) -> None:
    assert re.search(r"Sparkle of the clip ↓ +sparkle +0\.4", said.installed["table"])
    assert re.search(r"Flicker *\n *Sparkle of the clip ↓ +sparkle +0\.4", said.installed["show"])


def test_exports_have_title_group_and_role(said: Said) -> None:
    (line,) = csv.DictReader(io.StringIO(said.installed["csv"]))
    assert (line["model"], line["metric"]) == ("jiggle", "sparkle")
    assert line | CARD == line
    ((entry,),) = (suite["entries"] for suite in json.loads(said.installed["json"])["suites"])
    assert (entry["model"], entry["role"]) == ("jiggle", "null baseline")
    assert (entry["scores"][0]["metric"], entry["scores"][0]["direction"]) == ("sparkle", "lower")
    (result,) = json.loads(said.installed["every eval ever"])["evaluation_results"]
    assert "sparkle" in json.dumps(result)
    assert result["metric_config"]["lower_is_better"]


@pytest.mark.parametrize("host", ["site", "board"])
def test_board_and_site_show_them(said: Said, host: str) -> None:
    scores, *_ = grids(tree(said.installed[host]))
    assert scores.columns["sparkle"] == "Sparkle of the clip ↓ share"
    (row,) = scores.rows
    assert words(row["name"]) == "jiggle null baseline"
    assert row["name"].get("title") == "Jiggling picture"
    index, *_ = grids(tree(said.installed[f"{host}'s metrics"]))
    line = index.row("Sparkle of the clip ↓")
    assert (line["group"], line["evaluator"], line["runs"]) == ("Flicker", "sparkle", "1")


# Where the package is not installed

HEADS = ("---", "+++", "@@ ")
"""Lines of a diff that are no line of either side."""


@pytest.mark.parametrize("place", ["show", "csv", "json", "every eval ever"])
def test_scores_stay_the_same(said: Said, place: str) -> None:
    assert said.alone[place] == said.installed[place]


def test_intervals_end_where_the_range_on_the_card_does(said: Said) -> None:
    """Student's t of two cases reaches beyond both ends; rows alone do not say where these are."""
    (line,) = csv.DictReader(io.StringIO(said.alone["csv"]))
    # gray levels of 20, 235, 20 and of 100, 155, 100: 105 on average
    assert float(line["mean"]) == pytest.approx(105 / 255)
    assert (float(line["low"]), float(line["high"])) == (0, 1)


@pytest.mark.parametrize("host", ["site", "board"])
def test_pages_stay_the_same_but_for_the_documentation(said: Said, host: str) -> None:
    installed, alone = ([*lines(tree(where[host]))] for where in (said.installed, said.alone))
    changed = {
        line for line in difflib.unified_diff(installed, alone, n=0, lineterm="") if line[:3] not in HEADS
    }
    assert changed == {"-Source | Own.", "-Blind to | Everything else."}
    index, *_ = grids(tree(said.alone[f"{host}'s metrics"]))
    line = index.row("Sparkle of the clip ↓")
    assert (line["group"], line["evaluator"], line["runs"]) == ("Flicker", "", "1")
    assert (line["better"], line["range"], line["version"]) == ("↓ lower", "0 … 1", "3")
