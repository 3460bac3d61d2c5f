"""A whole file of votes with results on disk, and what `bench votes` prints of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bench.errors import UsageError
from bench.runs import parquet
from bench.votes import polls
from bench.votes.vote_file import VoteFile
from tests.command_line import bench
from tests.made import measurement
from tests.votes.made_votes import vote


@pytest.fixture
def noted(tmp_path: Path) -> Path:
    """Twelve votes on two suites, with results of the first on disk; and a line that is no vote."""
    rows = [
        measurement(run=f"{run}-tiny", label=run, case=f"c{n}", value=value)
        for n in range(4)
        for run, value in (("good", 0.9), ("fair", 0.5), ("[b]bad", 0.1))
    ]
    for run in ("good", "fair", "[b]bad"):
        own = [row for row in rows if row.label == run]
        parquet.write(tmp_path / "runs" / f"{run}-tiny" / "results.parquet", own)
    path = tmp_path / "votes.jsonl"
    for n in range(4):
        VoteFile(path).append(vote("good-tiny", "fair-tiny", "left", f"c{n}"))
        VoteFile(path).append(vote("[b]bad-tiny", "fair-tiny", "right", f"c{n}"))
    VoteFile(path).append(vote("good-tiny", "fair-tiny", "right", "c0"))  # a change of mind
    VoteFile(path).append(replace(vote("nobody", "here", "tie"), suite="other"))
    with path.open("a") as file:
        file.write("half a li")
    return path


def test_polls_of_a_file(noted: Path) -> None:
    found = polls.read(noted, [noted.parent / "runs"])
    first, second = found.polls
    assert (first.suite, first.ratings.votes, first.ratings.cases) == ("tiny@0", 8, 4)
    assert [entry.name for entry in first.ratings.entries] == ["good-tiny", "fair-tiny", "[b]bad-tiny"]
    assert [entry.wins for entry in first.ratings.entries] == [3, 5, 0]
    assert first.left_share == pytest.approx(3 / 8)
    assert (second.suite, second.agreements) == ("other@0", ())
    assert found.names["good-tiny"] == "good"
    assert found.names["nobody"] == "nobody"
    assert "line 11" in str(found.problems[0])


def test_tables_say_it(noted: Path) -> None:
    answer = bench("votes", noted, "--out", noted.parent / "runs")
    assert answer.exit_code == 0, answer.stderr
    assert "warning:" in answer.stderr
    for text in ("[b]bad", "1–3", "open …", "Stability ↑", "8 votes by 1 voter on 4 cases", "other@0"):
        assert text in answer.stdout, text


def test_json_says_it(noted: Path) -> None:
    content = json.loads(bench("votes", noted, "--out", noted.parent / "runs", "--json").stdout)
    first = content["polls"][0]
    assert first["ratings"][0]["name"] == "good"
    assert first["ratings"][-1]["low"] is None
    assert first["agreement"][0]["metric"] == "ssim_mean"
    assert first["agreement"][0]["share"]["value"] == pytest.approx(7 / 8)
    assert len(content["problems"]) == 1


def test_no_file_and_no_votes(tmp_path: Path) -> None:
    answer = bench("votes", tmp_path / "nothing.jsonl")
    assert (answer.exit_code, answer.stderr.count("\n")) == (2, 1)
    assert "there is no file of votes at" in answer.stderr
    with pytest.raises(UsageError):
        polls.read(tmp_path, [])
    (tmp_path / "empty.jsonl").touch()
    assert "no votes in" in bench("votes", tmp_path / "empty.jsonl", "--out", tmp_path).stdout


def test_main_metrics_only_unless_there_is_none(noted: Path) -> None:
    found = polls.read(noted, [noted.parent / "runs"]).polls[0]
    (main,) = found.agreements
    other = replace(main, metric="ssim_slope", is_main=False)
    assert replace(found, agreements=(main, other)).main_agreements == [main]
    assert replace(found, agreements=(other,)).main_agreements == [other]
