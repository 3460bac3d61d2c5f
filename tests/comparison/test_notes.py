"""The sentences below a comparison."""

from __future__ import annotations

import numpy as np
import pytest

from bench.comparison import notes, verdicts
from bench.statistics import paired
from tests.comparison.made_pairs import A, B, compared, losing, measured, of


def test_the_verdict_is_a_sentence() -> None:
    assert notes.sentence(losing()) == (
        "With 7 cases, b is worse than a on 1 of 2 metrics; 1 differs, with no better side."
    )
    same = compared(*measured(A, of([0.1, 0.2])), *measured(B, of([0.2, 0.1])))
    assert notes.sentence(same).startswith(
        "With 2 cases, b is neither better nor worse than a on any metric;"
    )
    assert notes.sentence(compared()) == "b and a share no metric that can be compared."


def test_notes_say_how_many_cases_would_tell() -> None:
    """As many as could show, with 80 % power, the difference that is seen."""
    noise = np.random.default_rng(1).normal(0.01, 0.04, 12)
    pair = verdicts.decided(compared(*measured(A, of([0.5] * 12)), *measured(B, of(list(0.5 + noise)))))
    (found,) = pair.differences
    assert found.verdict == "no difference shown"
    assert found.cases_needed is not None
    spread = float(noise.std(ddof=1))
    assert paired.detectable(spread, found.cases_needed) == pytest.approx(abs(found.difference), rel=0.1)
    assert any(line.endswith(f"ssim_mean {found.cases_needed} cases") for line in notes.notes(pair))
    assert all(each.cases_needed is None for each in losing().differences)


def test_notes_say_what_p_can_be() -> None:
    assert notes.notes(losing(cases=6))[1:] == [
        "2 metrics share 5 %: each interval has 97.5 %, and all hold at once with 95 %",
        "with 6 cases no p is below 0.031, times 2 metrics 0.062: name fewer with --metrics, or run more cases",
        "if the differences are as large as they look, 4 of 5 comparisons would tell with: b 7, ssim_mean 7 cases",
    ]
    assert notes.notes(losing())[-1] == (  # 1 − 0.05^(1/7)
        "7 cases may hold none of the failures that strike 35% of all cases or fewer: the verdict is as far as these "
        "cases tell"
    )
    assert "one seed each" in notes.notes(losing())[0]


def test_the_worst_cases_come_with_their_clips() -> None:
    """Losses of 0.05 to 0.35 have the root mean square 0.05 · √20: the last is 7 / √20 = 1.57 of it."""
    lines = notes.extreme_lines(losing())
    assert (
        lines[0]
        == "b loses most on c6: −1.57 × the usual difference, mean of 1 metric; no clip against no clip"
    )
