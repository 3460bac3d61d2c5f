"""How often verdicts and ranks are false where means are equal.

    python -m benchmarks.false_alarms [trials]

Makes the tables of false alarms in docs/compare.md and docs/ranking.md.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from bench.statistics import ranking
from tests.simulated_differences import NULLS, false_alarms, rare_failures

CASES = (6, 9, 12, 20, 50, 200)


def main() -> None:
    """Prints both tables."""
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    print(
        f"| differences | {' | '.join(f'{cases} cases' for cases in CASES)} |\n|{'---|' * (1 + len(CASES))}"
    )
    for title, null in NULLS.items():
        cells = [false_alarms(null, cases, trials) for cases in CASES]
        print(f"| {title} | {' | '.join(f'{one:.1%} / {any_:.1%}' for one, any_ in cells)} |", flush=True)
    print("\n| cases | a false verdict |\n|---|---|")
    for cases in (6, 10, 20, 30, 40, 50, 100):
        print(f"| {cases} | {false_ranks(cases, trials // 10):.1%} |", flush=True)


def false_ranks(cases: int, trials: int) -> float:
    """How often any two of six runs of equal means are told apart: each fails in a tenth of cases, by another loss."""
    rng = np.random.default_rng(cases)
    frames = (pd.DataFrame(rare_failures(rng, cases, runs=6)) for _ in range(trials))
    told = [
        any(rank.low > 1 or rank.high < 6 for rank in ranking.of_cases(each, 1).values()) for each in frames
    ]
    return float(np.mean(told))


if __name__ == "__main__":
    main()
