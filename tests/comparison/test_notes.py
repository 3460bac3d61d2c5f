"""The sentences below a comparison."""

from __future__ import annotations

from bench.comparison import notes
from tests.comparison.made_pairs import losing


def test_notes_say_what_p_can_be() -> None:
    assert notes.notes(losing(cases=6))[-1] == (
        "with 6 cases no p is below 0.031, times 2 metrics (Holm) 0.062: name fewer with --metrics, or run more cases"
    )
    assert "one seed each" in notes.notes(losing())[0]


def test_the_worst_cases_come_with_their_clips() -> None:
    """Losses of 0.05 to 0.35 have the root mean square 0.05 · √20: the last is 7 / √20 = 1.57 of it."""
    lines = notes.extreme_lines(losing())
    assert (
        lines[0]
        == "b loses most on c6: −1.57 × the usual difference, mean of 1 metric; no clip against no clip"
    )
