"""The page where people vote: two clips of one image, without names, and what all votes say so far."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from bench.votes.vote import Vote
from leaderboard import ballots, blind, source, vote_results, words
from leaderboard.ballots import Ballot, Turn
from leaderboard.choices import choose

BUTTONS = (("No difference", "tie", "t"), ("A is better", "left", "a"), ("B is better", "right", "b"))
"""Label, choice and key of each button: below the image, the first clip and the second one."""

SAID = {choice: label for label, choice, _ in BUTTONS}


def show() -> None:
    """Draws the page."""
    st.title("Vote", anchor=False)
    noted = ballots.file()
    if noted is None:
        st.info("This board notes no votes. Start one that does:")
        st.code("bench board --votes votes.jsonl", language=None)
        return
    votes, problems = ballots.read(noted)
    if problems:
        lines = "\n".join(f"- {words.plain(str(problem))}" for problem in problems[:20])
        st.warning(f"Set aside in the file of votes ({len(problems)}), the others count:\n{lines}")
    voter = ballots.voter()
    open_ballots = {ballot.suite: ballot for ballot in ballots.ballots()}
    if not open_ballots:
        st.info(
            "There is nothing to compare: it takes two runs of one suite with their clips on this machine."
        )
        return
    suite = next(iter(open_ballots))
    if len(open_ballots) > 1:
        suite = choose(st.container(), "Suite", list(open_ballots), key="suite")
    on_suite = ballots.of_suite(votes, suite)
    _show_turn(open_ballots[suite], on_suite, voter)
    vote_results.show(suite, on_suite, noted)


def _show_turn(ballot: Ballot, votes: Sequence[Vote], voter: str) -> None:
    now = ballots.turn(ballot, votes, voter)
    _show_progress(ballot, votes, voter)
    if now is None:
        st.success("You have voted on every pair. Thank you!")
        return
    st.markdown("**Which clip is the better animation of the image?**")
    st.iframe(blind.address(now.token, theme=st.context.theme.type or ""), alt="Two clips in lockstep")
    if now.answer:
        _show_names(now)
    else:
        _show_buttons(now)


def _show_progress(ballot: Ballot, votes: Sequence[Vote], voter: str) -> None:
    done, total = ballot.agenda.answered(votes, voter), ballot.agenda.total()
    st.progress(min(1.0, done / total), text=f"You have voted on {done} of {total} pairs")


def _show_buttons(now: Turn) -> None:
    problem = st.session_state.get(ballots.PROBLEM)
    if problem:
        st.error(words.plain(f"Not counted yet: {problem}"))
    for place, (label, choice, key) in zip(st.columns(3), BUTTONS, strict=True):
        place.button(
            label,
            key=f"{choice} {now.token}",  # a second click on a pair that is gone finds no button
            on_click=ballots.cast,
            args=(now.token, choice),
            shortcut=key,
            width="stretch",
        )
    st.caption("Keys: A, B, T for no difference. Click beside the player if they do nothing.")


def _show_names(now: Turn) -> None:
    names = source.read().names
    go_on, first, second = st.columns(3, vertical_alignment="center")
    go_on.button(
        "Next pair",
        key=f"next {now.token}",
        on_click=ballots.go_on,
        type="primary",
        shortcut="Enter",
        width="stretch",
    )
    for place, letter, run in ((first, "A", now.question.left), (second, "B", now.question.right)):
        place.markdown(f"**{letter}** is {words.plain(names.get(run, run))}")
    st.caption(f"Noted: {SAID[now.answer]}.")


if __name__ == "__main__":
    show()
