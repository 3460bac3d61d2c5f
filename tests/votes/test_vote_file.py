"""A file of votes that no vote is lost from, and what is counted over votes."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from bench.errors import BadResults, Unavailable
from bench.votes.vote import Vote, counted, judgements, left_share
from bench.votes.vote_file import VoteFile

VOTE = Vote(
    "2026-01-01T00:00:00+00:00", "0123456789abcdef", "demo", "1f2e", "duck", 0, "svd-1", "ltx-2", "d1", "d2", "left", 3
)  # fmt: skip
LINE = json.dumps(asdict(VOTE)).encode() + b"\n"

APPEND = """
import sys
from dataclasses import replace
from pathlib import Path
from bench.votes.vote_file import VoteFile
from tests.votes.test_vote_file import VOTE

path, voter, count = sys.argv[1:]
for number in range(int(count)):
    VoteFile(Path(path)).append(replace(VOTE, voter=voter, case=f"c{number}"))
"""

KILL = """
import os, resource, signal, sys
from dataclasses import replace
from pathlib import Path
from bench.votes.vote_file import VoteFile
from tests.votes.test_vote_file import LINE, VOTE

folder = Path(sys.argv[1])
for limit in (0, 1, 7, len(LINE) // 2, len(LINE) - 2, len(LINE) - 1, len(LINE)):
    path = folder / f"{limit}.jsonl"
    VoteFile(path).append(VOTE)
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # a write beyond the limit kills, after what fits was written
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(LINE) + limit, len(LINE) + limit))
        VoteFile(path).append(replace(VOTE, seed=1))
        os._exit(0)
    os.waitpid(child, 0)
"""


def _run(program: str, *words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, words)], stderr=subprocess.PIPE, text=True
    )


@pytest.fixture
def noted(tmp_path: Path) -> VoteFile:
    return VoteFile(tmp_path / "votes.jsonl")


def test_votes_come_back_as_they_were(noted: VoteFile) -> None:
    votes = [VOTE, replace(VOTE, choice="tie", case="gänse ☃", seed=7, seconds=0.0, left_clip="")]
    for vote in votes:
        noted.append(vote)
    assert noted.read() == (votes, [])
    assert noted.path.read_bytes().count(b"\n") == 2


def test_no_file_has_no_votes_and_its_folder_is_made(tmp_path: Path) -> None:
    noted = VoteFile(tmp_path / "a" / "b" / "votes.jsonl")
    assert noted.read() == ([], [])
    noted.append(VOTE)
    assert noted.read() == ([VOTE], [])


def test_whoever_is_killed_within_a_line_loses_that_line_only(noted: VoteFile) -> None:
    """The file as a kill after each number of bytes leaves it; then the next vote comes."""
    unlucky, later = replace(VOTE, seed=1), replace(VOTE, seed=2)
    line = json.dumps(asdict(unlucky)).encode() + b"\n"
    for written in range(len(line) + 1):
        noted.path.write_bytes(LINE + line[:written])
        noted.append(later)
        votes, problems = noted.read()
        is_whole = written >= len(line) - 1  # all but the end of the line: the vote is there
        assert votes == [VOTE, *([unlucky] if is_whole else []), later]
        assert len(problems) == (0 if is_whole or written == 0 else 1)
        assert all("line 2: " in str(problem) for problem in problems)


def test_that_is_what_a_kill_leaves(tmp_path: Path) -> None:
    """A process that the system kills in the middle of its write."""
    process = _run(KILL, tmp_path)
    assert process.communicate()[1] == ""
    line = json.dumps(asdict(replace(VOTE, seed=1))).encode() + b"\n"
    found = {int(path.stem): path.read_bytes() for path in tmp_path.iterdir()}
    assert len(found) == 7
    assert found == {written: LINE + line[:written] for written in found}


def test_several_processes_append_at_once(noted: VoteFile) -> None:
    processes = [_run(APPEND, noted.path, f"voter-{number}", 250) for number in range(4)]
    assert [process.communicate()[1] for process in processes] == [""] * 4
    votes, problems = noted.read()
    assert problems == []
    assert Counter(vote.voter for vote in votes) == {f"voter-{number}": 250 for number in range(4)}
    assert len(set(votes)) == 1000


def test_a_full_disk_leaves_nothing_behind_and_says_so(
    noted: VoteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted.append(VOTE)
    write = os.write

    def full(handle: int, line: bytes) -> int:
        if len(line) < 100:
            raise OSError(28, "No space left on device")
        return write(handle, line[:-50])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(
        Unavailable, match=r"could not be written to .*votes\.jsonl: no space left .* vote again"
    ):
        noted.append(replace(VOTE, seed=1))
    assert noted.path.read_bytes() == LINE


def test_a_file_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "votes.jsonl").mkdir()
    with pytest.raises(Unavailable, match="is a directory"):
        VoteFile(tmp_path / "votes.jsonl").append(VOTE)
    with pytest.raises(BadResults, match="is a directory"):
        VoteFile(tmp_path / "votes.jsonl").read()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"choice": "both"}, "choice is left, right or tie"),
        ({"choice": ["left"]}, "choice is left"),
        ({"seed": -1}, "seed is a whole number"),
        ({"seed": True}, "seed is a whole number"),
        ({"seconds": -1}, "seconds is a number from 0"),
        ({"seconds": 10**400}, "seconds is a number from 0"),
        ({"seconds": math.nan}, "not JSON: NaN is no number"),
        ({"right": "svd-1"}, "right is another run than the left one"),
        ({"case": ""}, "case is a text of 1 to"),
        ({"case": "a\nb"}, "case is a text of 1 to"),
        ({"voter": 5}, "voter is a text"),
        ({"left": "x" * 501}, "left is a text of 1 to"),
        ({"left_clip": None}, "left_clip is a digest"),
        ({"created": "yesterday"}, "created is a time"),
        ({"created": "2026-01-01T00:00:00"}, "created is a time in ISO 8601, with its zone"),
    ],
)
def test_a_line_that_is_no_vote_is_set_aside(noted: VoteFile, change: dict[str, object], reason: str) -> None:
    noted.append(VOTE)
    with noted.path.open("a") as file:
        file.write(json.dumps({**asdict(VOTE), **change}) + "\n")
    noted.append(replace(VOTE, seed=1))
    votes, (problem,) = noted.read()
    assert [vote.seed for vote in votes] == [0, 1]
    assert f"line 2: {reason}" in str(problem)


@pytest.mark.parametrize("line", [b"{", b"[]", b"7", b"\xff", b"[" * 100_000, b'{"choice": "left"}', b"null"])
def test_rubbish_is_set_aside(noted: VoteFile, line: bytes) -> None:
    noted.path.write_bytes(line + b"\n" + LINE + b"\n\n")
    votes, problems = noted.read()
    assert votes == [VOTE]
    assert len(problems) == 1
    assert len(str(problems[0])) < 500


@settings(max_examples=40)
@given(rubbish=st.binary(max_size=200), keep=st.integers(0, len(LINE)))
def test_any_bytes_can_be_read(tmp_path_factory: pytest.TempPathFactory, rubbish: bytes, keep: int) -> None:
    noted = VoteFile(tmp_path_factory.mktemp("votes") / "votes.jsonl")
    noted.path.write_bytes(LINE[:keep] + rubbish)
    noted.append(replace(VOTE, seed=9))
    votes, _ = noted.read()
    assert votes[-1].seed == 9


def test_what_a_later_version_adds_is_passed_over(noted: VoteFile) -> None:
    noted.path.write_text(json.dumps({**asdict(VOTE), "device": "phone"}) + "\n")
    assert noted.read() == ([VOTE], [])


def test_the_last_answer_to_a_question_counts() -> None:
    swapped = replace(
        VOTE, left=VOTE.right, right=VOTE.left, choice="right"
    )  # the same answer, sides changed
    changed = replace(VOTE, choice="tie")
    others = [
        replace(VOTE, voter="f" * 16),
        replace(VOTE, seed=1),
        replace(VOTE, case="b"),
        replace(VOTE, suite="x"),
    ]
    assert counted([VOTE, *others, swapped, changed]) == [changed, *others]


def test_votes_as_ratings_take_them() -> None:
    found = judgements([VOTE, replace(VOTE, choice="tie"), replace(VOTE, choice="right")])
    assert [each.outcome for each in found] == [1, 0, -1]
    assert {(each.a, each.b, each.case, each.voter) for each in found} == {
        ("svd-1", "ltx-2", "duck", VOTE.voter)
    }
    assert left_share([VOTE, replace(VOTE, choice="tie"), replace(VOTE, choice="right")]) == 0.5
    assert left_share([replace(VOTE, choice="tie")]) is None
