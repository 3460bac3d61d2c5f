"""The parts of a run's page, of runs on disk, for tests without a host."""

from __future__ import annotations

from pathlib import Path

from bench import exports, runs
from bench.runs import result_files
from bench.web.content import Block
from bench.web.pages import leaderboard, model
from bench.web.pages.leaderboard import Ranking
from bench.web.pages.model_parts import ModelParts


def ranked(out: Path) -> Ranking:
    """The ranking of the one suite that runs in out are of."""
    found = exports.gather((out,))
    (suite,) = {*(found.scores["suite"] + "@" + found.scores["suite_version"])}
    return leaderboard.ranking(
        found.rows, found.scores, suite, [folder.path.name for folder in runs.find(out)]
    )


def parts(out: Path, run: str = "mover-tiny") -> ModelParts:
    """The parts of a run's page; all runs in out are of one suite."""
    found, ranking = exports.gather((out,)), ranked(out)
    line = next(each for each in ranking.standing.lines if each.run == run)
    rows, _ = result_files.read_all([found.paths[run]])
    scores = found.scores[found.scores["run"] == run]
    return ModelParts(line, ranking.suite, rows[rows["run"] == run], scores, ranking.known)


def header(out: Path, run: str = "mover-tiny") -> list[Block]:
    """What stands above the parts."""
    of = parts(out, run)
    return model.header(of.line, of.suite, of.rows, ranked(out).standing.recipe)
