"""Ratings against known truth: how often 95 % intervals and ranges of places hold it. Makes the table of docs/votes.md.

    python -m benchmarks.votes [trials]

*Covered*: strengths inside their interval. *As if independent*: the same, were each vote taken as a case of its own.
*Places*: trials in which the true place of every model is within its range. *Slope*: of estimated on true strengths.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bench.votes import ratings
from bench.votes.ratings import Judgement, Ratings
from tests.simulated import World

WORLDS: Mapping[str, World] = {
    "one voter, independent votes": World(voters=1),
    "one voter, cases differ": World(voters=1, by_case=0.7),
    "three voters, each clip pair often": World(models=4, cases=12, voters=3, votes=216, by_case=0.7),
    "nine cases, two voters": World(models=4, cases=9, voters=2, votes=108, by_case=0.5),
    "ten voters, nothing differs": World(),
    "ten voters, cases and voters differ": World(by_case=0.5, by_voter=0.5),
    "thirty voters, cases and voters differ": World(voters=30, votes=1200, by_case=0.7, by_voter=0.7),
    "sixteen models, few ties": World(models=16, voters=20, votes=1500, ties=0.1, by_case=0.5, by_voter=0.3),
    "no ties": World(ties=0.0, by_case=0.5, voters=4),
    "most votes are ties": World(ties=3.0, by_case=0.5, voters=4),
    "strong differences, few votes": World(models=4, cases=20, voters=1, votes=40, spread=2.0),
}


@dataclass(frozen=True)
class Outcome:
    """What one trial gave."""

    covered: NDArray[np.bool_]
    covered_if_independent: NDArray[np.bool_]
    is_placed: bool
    ties: float
    strengths: NDArray[np.float64]
    truth: NDArray[np.float64]
    half_widths: NDArray[np.float64]


def trial(world: World, seed: int) -> Outcome:
    """One simulated vote."""
    rng = np.random.default_rng(seed)
    strengths = world.strengths(rng)
    judgements, truth = world.judgements(strengths, rng), world.truth(strengths)
    names = [str(number) for number in range(world.models)]
    found = ratings.rated(judgements, names)
    by_name = {entry.name: entry for entry in found.entries}
    place = np.argsort(np.argsort(-truth)) + 1
    return Outcome(
        _covered(found, truth),
        _covered(ratings.rated(_independent(judgements), names), truth),
        all(by_name[name].best <= place[int(name)] <= by_name[name].worst for name in names),
        found.ties,
        np.array([by_name[name].strength for name in names]),
        truth,
        np.array([(e.high - e.low) / 2 for e in found.entries if e.low is not None and e.high is not None]),
    )


def _independent(judgements: list[Judgement]) -> list[Judgement]:
    return [replace(each, case=str(number), voter="") for number, each in enumerate(judgements)]


def _covered(found: Ratings, truth: NDArray[np.float64]) -> NDArray[np.bool_]:
    ends = [
        (-np.inf if entry.low is None else entry.low, np.inf if entry.high is None else entry.high)
        for entry in found.entries
    ]
    true = [truth[int(entry.name)] for entry in found.entries]
    return np.array([low <= value <= high for (low, high), value in zip(ends, true, strict=True)])


def line(title: str, world: World, trials: int) -> str:
    """A row of the table."""
    found = [trial(world, seed) for seed in range(trials)]
    covered, naive = (
        np.mean([getattr(each, name).mean() for each in found])
        for name in ("covered", "covered_if_independent")
    )
    estimates, truths = (
        np.concatenate([getattr(each, name) for each in found]) for name in ("strengths", "truth")
    )
    cells = [
        title,
        f"{world.models} / {world.cases} / {world.voters} / {world.votes}",
        f"{world.by_case:g} / {world.by_voter:g}",
        f"{covered:.1%}",
        f"{naive:.1%}",
        f"{np.mean([each.is_placed for each in found]):.1%}",
        f"{np.median([each.ties for each in found]):.2f} ({world.ties:g})",
        f"{float(estimates @ truths / (truths @ truths)):.2f}",
        f"{ratings.ELO * float(np.median(np.concatenate([each.half_widths for each in found]))):.0f}",
    ]
    return f"| {' | '.join(cells)} |"


HEADINGS = (
    "Votes", "Models / cases / voters / votes", "Spread by case / voter", "Covered", "As if independent", "Places",
    "ν found (true)", "Slope", "± points",
)  # fmt: skip


def main() -> None:
    """Prints the table."""
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    print(f"{trials} trials a row\n\n| {' | '.join(HEADINGS)} |\n|{'---|' * len(HEADINGS)}", flush=True)
    for title, world in WORLDS.items():
        print(line(title, world, trials), flush=True)


if __name__ == "__main__":
    main()
