"""How often 95 % intervals of a metric's agreement with votes cover the truth. Makes the second table of docs/votes.md.

    python -m benchmarks.agreement [trials]

A clip has a quality: its model's strength and what the case adds. People vote by it, and the metric sees it through
noise, on cases that differ in difficulty. The truth is that of many votes on many cases; the metric's true order of the
models is the right one, so the true τ by model is 1.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.statistics.estimate import Estimate
from bench.votes.agreement import Agreement, agreements
from bench.votes.vote import Choice, Vote
from tests.simulated import outcomes

Table = NDArray[np.float64]
CHOICES: dict[int, Choice] = {1: "left", 0: "tie", -1: "right"}


@dataclass(frozen=True)
class Setting:
    """How many there are, the noise of the metric, and the standard deviation of what a case adds to a model."""

    models: int
    cases: int
    voters: int
    votes: int
    noise: float
    by_case: float


SETTINGS = (
    Setting(6, 40, 1, 400, 1.0, 0.5),
    Setting(6, 9, 3, 100, 1.0, 0.5),
    Setting(6, 40, 10, 400, 0.3, 0.5),
    Setting(10, 20, 5, 300, 3.0, 0.3),
)


def clips(setting: Setting, strengths: Table, cases: int, rng: np.random.Generator) -> tuple[Table, Table]:
    """(cases, models) qualities, and what the metric says of them."""
    quality = strengths + rng.normal(0.0, setting.by_case, (cases, setting.models))
    noise = rng.normal(0.0, setting.noise, quality.shape) + rng.normal(0.0, 2.0, (cases, 1))
    return quality, quality + noise


def asked(setting: Setting, cases: int, votes: int, rng: np.random.Generator) -> tuple[NDArray[np.intp], ...]:
    """Two models and a case of each vote."""
    first = rng.integers(setting.models, size=votes)
    second = (first + rng.integers(1, setting.models, size=votes)) % setting.models
    return first, second, rng.integers(cases, size=votes)


def truth(setting: Setting, strengths: Table) -> tuple[float, float, float]:
    """Share, τ by clip and τ by model."""
    rng = np.random.default_rng(1)
    quality, value = clips(setting, strengths, 20_000, rng)
    first, second, case = asked(setting, 20_000, 200_000, rng)
    human = np.array(outcomes(quality[case, first] - quality[case, second], 0.5, rng))
    metric = np.sign(value[case, first] - value[case, second])
    decided = human != 0
    tau = float((metric * human).sum() / np.sqrt(decided.sum() * len(human)))
    return float((metric == human)[decided].mean()), tau, 1.0


def found(setting: Setting, strengths: Table, rng: np.random.Generator) -> Agreement:
    """What bench says of one simulated poll."""
    quality, value = clips(setting, strengths, setting.cases, rng)
    first, second, case = asked(setting, setting.cases, setting.votes, rng)
    voter = rng.integers(setting.voters, size=setting.votes)
    results = outcomes(quality[case, first] - quality[case, second], 0.5, rng)
    votes = [
        Vote("", str(v), "", "", str(c), 0, str(a), str(b), "", "", CHOICES[result], 0.0)
        for a, b, c, v, result in zip(first, second, case, voter, results, strict=True)
    ]
    rows = [(str(m), str(c), 0, "made_up", "1", value[c, m]) for c, m in np.ndindex(value.shape)]
    columns = ["run", "case", "seed", "metric", "metric_version", "value"]
    return agreements(pd.DataFrame(rows, columns=columns), votes)[0]


def line(setting: Setting, trials: int) -> str:
    """A row of the table."""
    held, half = np.zeros((trials, 3), dtype=bool), np.zeros((trials, 3))
    for seed in range(trials):
        rng = np.random.default_rng(seed)
        strengths = rng.normal(0.0, 0.8, setting.models)
        said = found(setting, strengths, rng)
        true = truth(setting, strengths)
        for place, estimate in enumerate((said.share, said.by_clip, said.by_model)):
            low, high = _ends(estimate)
            held[seed, place], half[seed, place] = low <= true[place] <= high, (high - low) / 2
    counts = f"{setting.models} / {setting.cases} / {setting.voters} / {setting.votes}"
    cells = [
        f"{100 * share:.1f}% ± {width:.2f}" for share, width in zip(held.mean(0), half.mean(0), strict=True)
    ]
    return f"| {' | '.join([counts, f'{setting.noise:g}', *cells])} |"


def _ends(estimate: Estimate | None) -> tuple[float, float]:
    known = estimate is not None and estimate.low is not None and estimate.high is not None
    return (estimate.low - 1e-9, estimate.high + 1e-9) if known else (-1.0, 1.0)


def main() -> None:
    """Prints the table."""
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    print(
        "| Models / cases / voters / votes | Noise | Same clip | τ by clip | τ by model |\n|---|---|---|---|---|"
    )
    for setting in SETTINGS:
        print(line(setting, trials), flush=True)


if __name__ == "__main__":
    main()
