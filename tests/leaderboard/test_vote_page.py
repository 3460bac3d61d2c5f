"""The page where people vote: blind addresses, one vote per pair, names only afterwards, and what goes wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from bench.errors import UsageError
from bench.votes import limits
from bench.votes.vote_file import VoteFile
from bench.web import launch
from bench.web.player import Shown
from leaderboard import ballots, blind, source
from tests.leaderboard import boards
from tests.leaderboard.placed import APP, lines, placed

VOTER = "0123456789abcdef"


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of runs: two on one suite, three cases each, so three pairs; and where votes go."""
    folder = tmp_path / "runs"
    for name, value in launch.environment(folder, None, tmp_path / "votes.jsonl").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(limits, "MIN_SECONDS", 0.0)  # tests press at once
    ballots._limits.clear()
    boards.two_runs(folder)
    return folder


@pytest.fixture
def noted(out: Path) -> VoteFile:
    return VoteFile(out.parent / "votes.jsonl")


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=blind.routes()))


def _page(voter: str = VOTER) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.run()
    app.switch_page("vote.py")
    app.query_params["voter"] = voter
    app.run()
    assert not app.exception
    return app


def _press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def _frame(app: AppTest) -> str:
    (element,) = app.get("iframe")
    return str(element.proto.src)


def _said(app: AppTest) -> str:
    shown = [*app.markdown, *app.text, *app.caption, *app.info, *app.success, *app.error, *app.warning]
    return "\n".join(str(element.value) for element in shown)


def _progress(app: AppTest) -> str:
    (element,) = app.get("progress")
    return str(element.proto.text)


def test_a_vote_is_noted_and_names_come_after_it(out: Path, noted: VoteFile) -> None:
    app = _page()
    assert _progress(app) == "You have voted on 0 of 3 pairs"
    for name in ("mover", "still"):
        assert name not in _said(app)
    _press(app, "A is better")
    (vote,), _ = noted.read()
    assert (vote.voter, vote.choice, vote.suite) == (VOTER, "left", "tiny")
    assert {vote.left, vote.right} == {"mover-tiny", "still-tiny"}
    record = source.run_folder(vote.left).record(vote.case, vote.seed)  # type: ignore[union-attr]
    assert record
    assert vote.left_clip == record.sha256
    assert f"**A** is {vote.left.removesuffix('-tiny')}" in _said(app)
    assert _progress(app) == "You have voted on 1 of 3 pairs"


def test_every_pair_comes_once_and_then_no_more(out: Path, noted: VoteFile) -> None:
    app = _page()
    for label in ("A is better", "No difference", "B is better"):
        _press(_press(app, label), "Next pair")
    votes, _ = noted.read()
    assert [vote.choice for vote in votes] == ["left", "tie", "right"]
    assert {vote.case for vote in votes} == {"c0", "c1", "c2"}
    assert "You have voted on every pair" in _said(app)
    assert not app.get("iframe")


def test_a_click_that_comes_twice_counts_once(out: Path, noted: VoteFile) -> None:
    app = _page()
    button = next(button for button in app.button if button.label == "B is better")
    button.click().run()
    button.click().run()
    assert not app.exception
    assert len(noted.read()[0]) == 1


def test_a_reload_is_the_same_voter_with_another_pair(out: Path, noted: VoteFile) -> None:
    _press(_page(), "A is better")
    again = _page()
    assert _progress(again) == "You have voted on 1 of 3 pairs"
    _press(again, "A is better")
    first, second = noted.read()[0]
    assert first.question != second.question
    assert _progress(_page("f" * 16)) == "You have voted on 0 of 3 pairs"


def test_one_address_has_few_voters(out: Path, noted: VoteFile) -> None:
    """A script that opens the page anew for each ballot, as a new voter."""
    for number in range(25):
        said = _said(_press(_page(f"{number:016x}"), "A is better"))
        assert ("5 voters have come from this address today" in said) == (number >= 5)
    votes, _ = noted.read()
    assert len({vote.voter for vote in votes}) == len(votes) == 5


def test_one_visit_is_one_voter(out: Path, noted: VoteFile) -> None:
    app = _page()
    for number in range(3):
        app.query_params["voter"] = f"{number:016x}"
        app.run()
        _press(_press(app, "A is better"), "Next pair")
    assert {vote.voter for vote in noted.read()[0]} == {VOTER}


def test_a_vote_at_once_is_none(out: Path, noted: VoteFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MIN_SECONDS", 60.0)
    app = _press(_page(), "A is better")
    assert "look at both clips first, for 60 s at least" in _said(app)
    assert noted.read()[0] == []
    monkeypatch.setattr(limits, "MIN_SECONDS", 0.0)
    _press(app, "A is better")  # the same pair
    assert len(noted.read()[0]) == 1


def test_a_token_is_good_for_one_vote(out: Path, noted: VoteFile) -> None:
    app = _page()
    turn = app.session_state[ballots.TURN]
    assert blind.spend(turn.token)  # as another press at the same moment would
    _press(app, "A is better")
    assert noted.read()[0] == []
    assert not blind.spend("nobody")


def test_nonsense_in_the_address_is_a_new_voter(out: Path, noted: VoteFile) -> None:
    _press(_page(boards.HOSTILE), "A is better")
    ((vote,), _) = noted.read()
    assert ballots.VOTER.fullmatch(vote.voter)


def test_a_vote_that_cannot_be_written_is_said_and_can_be_given_again(out: Path, noted: VoteFile) -> None:
    app = _page()
    noted.path.mkdir()
    _press(app, "A is better")
    assert "Not counted yet" in app.error[0].value
    assert "is a directory" in app.error[0].value
    frame = _frame(app)
    noted.path.rmdir()
    _press(app, "A is better")
    assert not app.error
    assert _frame(app) == frame  # the same pair
    assert len(noted.read()[0]) == 1


def test_lines_that_are_no_votes_are_named(out: Path, noted: VoteFile) -> None:
    noted.path.write_text(f"{boards.HOSTILE}\n")
    app = _page()
    assert "line 1" in app.warning[0].value
    assert not boards.LIVE_MARKUP.search(app.warning[0].value)


def test_results_are_not_sent_before_somebody_opens_them(out: Path, noted: VoteFile) -> None:
    app = _press(_press(_page(), "A is better"), "Next pair")
    assert [box.label for box in app.expander] == ["Results so far: they tell names and may sway you"]
    assert "<table" not in placed(app)


def test_results_say_ratings_and_agreement(out: Path, noted: VoteFile) -> None:
    def opened() -> None:
        from leaderboard import ballots, vote_results

        noted = ballots.file()
        assert noted
        votes, _ = ballots.read(noted)
        vote_results.show_inside(f"{votes[0].suite}@{votes[0].suite_version}", votes, noted)

    _press(_page(), "A is better")
    ((vote,), _) = noted.read()
    # the rows of these runs are made up, and so are their digests
    noted.append(replace(vote, left_clip="", right_clip=""))
    app = AppTest.from_function(opened, default_timeout=60).run()
    assert not app.exception
    ratings = lines(app, "Ratings")
    assert [each["entry"] for each in ratings] == [
        name.removesuffix("-tiny") for name in (vote.left, vote.right)
    ]
    assert [each["won"] for each in ratings] == ["1", "0"]
    assert "<small>ssim_mean</small>" in placed(app)
    assert "1" in {each["votes"] for each in lines(app, "How metrics agree with the votes")}
    assert "1 vote by 1 voter" in placed(app)


def test_clips_that_cannot_be_shown_are_passed_over(out: Path) -> None:
    for case in ("c0", "c1"):
        path = out / "mover-tiny" / "clips" / f"{case}-0.mkv"
        path.write_bytes(bytes(path.stat().st_size))  # of the size that the record says
    app = _page()
    assert app.session_state[ballots.TURN].question.case == "c2"


def test_a_hostile_run_is_text(out: Path) -> None:
    suite = source.run_folder("mover-tiny").suite  # type: ignore[union-attr]
    boards.hostile_run(out, suite)
    app = _page()
    for _ in range(3):
        said = _said(_press(app, "No difference"))
        assert not boards.LIVE_MARKUP.search(said)
        _press(app, "Next pair")
    assert "You have voted on every pair" in _said(app)


def test_a_board_without_votes_has_no_such_page(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(launch.VOTES, "")
    assert ballots.file() is None
    app = AppTest.from_file(str(APP.with_name("vote.py")), default_timeout=60).run()
    assert not app.exception
    assert "bench board --votes" in app.code[0].value


def test_one_run_is_nothing_to_compare(out: Path) -> None:
    (out / "still-tiny" / "run.json").unlink()
    assert "There is nothing to compare" in _said(_page())


def test_null_baselines_stand_aside_for_two_others(out: Path) -> None:
    suite = source.run_folder("mover-tiny").suite  # type: ignore[union-attr]
    other = boards.run(suite, "other")
    boards.write(out, other, suite, [boards.row(other, "c0", "ssim_mean", 0.5)])
    (ballot,) = ballots.ballots()
    assert set(ballot.digests) == {"mover-tiny", "other-tiny"}


# ---- blind addresses


def test_addresses_and_pages_name_nobody(out: Path, client: TestClient) -> None:
    address = _frame(_page())
    answer = client.get(address)
    assert answer.status_code == 200
    for name in ("mover", "still-", "tiny"):
        assert name not in address
        assert name not in answer.text
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
    for part, kind in (*((clip, "video/mp4") for clip in blind.CLIPS), (blind.IMAGE, "image/png")):
        sent = client.get(f"{address.split('?')[0]}/{part}")
        assert (sent.status_code, sent.headers["content-type"]) == (200, kind)
        assert not any("mover" in value or "still" in value for value in sent.headers.values())
    clip = client.get(f"{address.split('?')[0]}/{blind.CLIPS[0]}", headers={"Range": "bytes=10-19"})
    assert (clip.status_code, len(clip.content)) == (206, 10)


@pytest.mark.parametrize("path", ["{token}/run.json", "{token}/../first.mp4", "nobody", "nobody/first.mp4"])
def test_nothing_else_is_handed_out(out: Path, client: TestClient, path: str) -> None:
    token = _frame(_page()).split("?")[0].rsplit("/", 1)[1]
    assert client.get(f"{blind.PREFIX}/{path.format(token=token)}").status_code == 404


def test_old_tokens_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blind, "MOST_KEPT", 2)
    names = [blind.token() for _ in range(3)]
    for name in names:
        blind.keep(name, blind.Hidden(Shown("x", ()), {}))
    assert [blind.is_kept(name) for name in names] == [False, True, True]
    assert len({*names}) == 3


def test_a_server_told_of_votes_checks_that_it_can_write_them(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="votes cannot be written to"):
        launch.serve(tmp_path, None, 70000, False, votes=tmp_path)
    assert launch.votes_file({}) is None
    assert launch.votes_file(launch.environment(tmp_path, None, tmp_path / "v")) == tmp_path / "v"
