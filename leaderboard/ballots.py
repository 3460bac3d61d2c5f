"""What a voter is asked, and their answer: which runs take part, the pair that is shown, the vote that is noted."""

from __future__ import annotations

import os
import random
import re
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from bench import runs
from bench.errors import BadResults, BenchError, NotMeasurable, Unavailable
from bench.media import video
from bench.models.card_facts import card_of
from bench.runs import RunFolder, previews as clip_previews
from bench.types import Case
from bench.votes.limits import Caller, Limits
from bench.votes.next_question import Agenda, Question
from bench.votes.vote import Choice, Vote, counted
from bench.votes.vote_file import VoteFile
from bench.web import launch
from bench.web.player import Shown, ShownClip
from leaderboard import blind, inputs, source

VOTER = re.compile(r"[0-9a-f]{16}")
"""A voter's name in the address."""

TURN, PROBLEM = "voting turn", "voting problem"
"""Places in a visitor's session."""

NAMES = ("First clip", "Second clip")
"""What the player calls the clips: they stand below each other on a phone."""


@dataclass(frozen=True)
class Turn:
    """A pair that a voter looks at.

    Attributes:
        token: of the pair, in addresses and of the buttons.
        suite: 'name@version'.
        question: what is shown.
        digests: of the two clips' files, left and right.
        began: by time.monotonic.
        answer: '' until there is one.
    """

    token: str
    suite: str
    question: Question
    digests: tuple[str, str]
    began: float
    answer: Choice | str = ""


@dataclass(frozen=True)
class Ballot:
    """What can be voted on in one suite, on this machine.

    Attributes:
        suite: 'name@version'.
        folders: run -> where its clips are.
        digests: run -> (case, seed) -> sha256 of the clip.
    """

    suite: str
    folders: Mapping[str, RunFolder]
    digests: Mapping[str, Mapping[tuple[str, int], str]]

    @property
    def agenda(self) -> Agenda:
        """What can be asked."""
        return Agenda({run: frozenset(clips) for run, clips in self.digests.items()})


def file() -> VoteFile | None:
    """Where votes are noted; None on a board without."""
    path = launch.votes_file(os.environ)
    return VoteFile(path) if path else None


def read(noted: VoteFile) -> tuple[list[Vote], list[BadResults]]:
    """The votes as the file is now, each voter's last answers only, and why lines were set aside."""
    return _read(str(noted.path), stamp(noted))


def stamp(noted: VoteFile) -> tuple[int, int, int]:
    """Another one after every vote; zeros before the first."""
    try:
        status = noted.path.stat()
    except OSError:
        return 0, 0, 0
    return status.st_mtime_ns, status.st_size, status.st_ino


@st.cache_resource(max_entries=2, show_spinner=False)
def _read(path: str, state: tuple[int, int, int]) -> tuple[list[Vote], list[BadResults]]:
    try:
        votes, problems = VoteFile(Path(path)).read()
    except BadResults as problem:
        return [], [problem]
    return counted(votes), problems


def of_suite(votes: Iterable[Vote], suite: str) -> list[Vote]:
    """The votes on one suite."""
    return [vote for vote in votes if f"{vote.suite}@{vote.suite_version}" == suite]


def ballots() -> list[Ballot]:
    """One a suite of which two runs have clips here, by name.

    Null baselines take part only where there are no two others: most voters' time is worth more.
    """
    out, _ = source.folders()
    by_suite: dict[str, dict[str, RunFolder]] = {}
    for folder in runs.find(out):
        by_suite.setdefault(f"{folder.run.suite}@{folder.run.suite_version}", {})[folder.path.name] = folder
    found = [_ballot(suite, by_suite[suite]) for suite in sorted(by_suite)]
    return [ballot for ballot in found if ballot.agenda.total()]


def _ballot(suite: str, folders: Mapping[str, RunFolder]) -> Ballot:
    digests = {run: clips for run, folder in folders.items() if (clips := _clips(folder))}
    worth = [run for run in digests if card_of(folders[run].run.model).role != "null baseline"]
    if len(worth) >= 2:
        digests = {run: digests[run] for run in worth}
    return Ballot(suite, folders, digests)


def _clips(folder: RunFolder) -> dict[tuple[str, int], str]:
    """(case, seed) -> digest of the run's clips."""
    try:
        changed = (folder.path / "clips").stat().st_mtime_ns
    except OSError:
        changed = 0  # a user's own clips are elsewhere, but their records here
    return _listed(str(folder.path), changed)


@st.cache_data(max_entries=200, show_spinner="Looking for clips …")
def _listed(path: str, changed: int) -> dict[tuple[str, int], str]:
    return {(each.case, each.seed): each.sha256 for each in RunFolder(Path(path)).records() if not each.error}


def voter() -> str:
    """The visitor's name in the file: random, kept in the address, so that a reload or a bookmark keeps it too.

    One visit is one voter, whatever becomes of the address while it lasts.
    """
    known = st.session_state.get("voter") or st.query_params.get("voter", "")
    name = known if VOTER.fullmatch(known) else secrets.token_hex(8)
    st.session_state["voter"] = name
    if st.query_params.get("voter") != name:
        st.query_params["voter"] = name
    return name


def turn(ballot: Ballot, votes: Sequence[Vote], voter: str) -> Turn | None:
    """The pair that the visitor looks at, or a new one; None where no pair that can be shown is left.

    Args:
        ballot: of the suite.
        votes: of all voters, on this suite.
        voter: the visitor's name in the file.
    """
    now: Turn | None = st.session_state.get(TURN)
    if now is None or now.suite != ballot.suite or not blind.is_kept(now.token):
        with st.spinner("Making previews that browsers play …"):
            now = _new_turn(ballot, votes, voter)
        st.session_state[TURN] = now
    return now


def _new_turn(ballot: Ballot, votes: Sequence[Vote], voter: str) -> Turn | None:
    passed: list[Question] = []
    rng = random.Random(secrets.randbits(64))
    while question := ballot.agenda.question(votes, voter, rng, passed):
        token = blind.token()
        try:
            blind.keep(token, _hidden(ballot, question, token))
        except (BenchError, OSError):
            passed.append(question)  # a clip that cannot be shown cannot be voted on
            continue
        left, right = (ballot.digests[run][question.case, question.seed] for run in _sides(question))
        return Turn(token, ballot.suite, question, (left, right), time.monotonic())
    return None


def _hidden(ballot: Ballot, question: Question, token: str) -> blind.Hidden:
    """The two clips for the player.

    Raises:
        BenchError, OSError: one of them, or the image, cannot be shown.
    """
    folders = [ballot.folders[run] for run in _sides(question)]
    case = _case(folders[0], question.case)
    files: dict[str, Path] = {}
    clips = []
    for part, name, folder in zip(blind.CLIPS, NAMES, folders, strict=True):
        record = folder.record(question.case, question.seed)
        if record is None or record.error:
            raise Unavailable(f"{folder.path} has no clip of {question.case}")
        files[part] = clip_previews.make(folder, record)
        files.setdefault(blind.IMAGE, inputs.fitted(folder, case, record))
        with video.stream(files[part]) as opened:
            clips.append(ShownClip(name, blind.address(token, part), opened.fps))
    shown = Shown("Two clips", tuple(clips), (), blind.address(token, blind.IMAGE), case.prompt)
    return blind.Hidden(shown, files)


def _case(folder: RunFolder, case: str) -> Case:
    found = source.case_of(folder, case)
    if found is None:
        raise NotMeasurable(f"the suite of {folder.path} does not name {case} any more")
    return found


def _sides(question: Question) -> tuple[str, str]:
    return question.left, question.right


def cast(token: str, choice: Choice) -> None:
    """Notes the vote of a button; one that was pressed twice, or before a reload, counts once."""
    now: Turn | None = st.session_state.get(TURN)
    noted = file()
    if now is None or noted is None or now.token != token or now.answer:
        return
    seconds = time.monotonic() - now.began
    if objection := _limits().refused(_caller(), seconds, time.monotonic()):
        st.session_state[PROBLEM] = objection
        return
    if not blind.spend(token):
        return
    suite, _, version = now.suite.rpartition("@")
    vote = Vote(
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        voter=voter(),
        suite=suite,
        suite_version=version,
        case=now.question.case,
        seed=now.question.seed,
        left=now.question.left,
        right=now.question.right,
        left_clip=now.digests[0],
        right_clip=now.digests[1],
        choice=choice,
        seconds=round(seconds, 1),
    )
    try:
        noted.append(vote)
    except Unavailable as error:
        blind.restore(token)
        st.session_state[PROBLEM] = str(error)
        return
    st.session_state.pop(PROBLEM, None)
    st.session_state[TURN] = replace(now, answer=choice)


def _caller() -> Caller:
    session: str = st.session_state.setdefault("voting session", secrets.token_hex(8))
    address = st.context.ip_address
    return Caller(voter(), session, address if isinstance(address, str) else "")


@st.cache_resource(show_spinner=False)
def _limits() -> Limits:
    """One for all visitors."""
    return Limits(launch.visitors(os.environ).voters)


def go_on() -> None:
    """To the next pair."""
    st.session_state.pop(TURN, None)
    st.session_state.pop(PROBLEM, None)
