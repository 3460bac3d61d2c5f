"""The sentences below a comparison."""

from __future__ import annotations

from bench.comparison import notes
from tests.comparison.made_pairs import losing


def test_notes_say_what_p_can_be() -> None:
    assert notes.notes(losing(cases=6))[1:] == [
        "2 metrics share 5 %: each interval has 97.5 %, and all hold at once with 95 %",
        "with 6 cases no p is below 0.031, times 2 metrics 0.062: name fewer with --metrics, or run more cases",
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
