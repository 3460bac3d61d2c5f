"""Voting in a real browser: keys, two clips in step, and no name anywhere before the vote."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Frame, Response, WebSocket, expect

from bench.votes import limits
from bench.votes.vote_file import VoteFile
from tests.leaderboard import boards, serving
from tests.leaderboard.visiting import Visit, opened, picture

NAMES = (b"mover", b"still-", b"evil")
"""What nobody may learn before a vote: labels and ids of the runs."""

READY = (
    "document.querySelectorAll('video').length == 2"
    " && [...document.querySelectorAll('video')].every(video => video.readyState >= 3 && video.videoWidth == 64)"
)
TIMES = "[...document.querySelectorAll('video')].map(video => video.currentTime)"


@pytest.fixture(scope="module")
def noted(tmp_path_factory: pytest.TempPathFactory) -> VoteFile:
    return VoteFile(tmp_path_factory.mktemp("votes") / "votes.jsonl")


@pytest.fixture(scope="module")
def address(noted: VoteFile, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    out = tmp_path_factory.mktemp("board") / "runs"
    boards.two_runs(out)
    with serving.server(out, votes=noted.path) as started:
        yield started


def test_a_vote_by_keys(browser: Browser, address: str, noted: VoteFile, tmp_path: Path) -> None:
    received: list[bytes] = []

    def listen(socket: WebSocket) -> None:
        socket.on(
            "framereceived",
            lambda frame: received.append(frame if isinstance(frame, bytes) else frame.encode()),
        )

    with opened(browser, address, width=1280, scheme="light") as visit:
        visit.page.on("websocket", listen)
        visit.go("vote", wait_for="iframe")
        _wait_for_clips(visit)
        picture(visit, tmp_path, "vote")
        seen = b"".join(
            [*received, *(response.body() for response in _pages(visit)), *map(str.encode, visit.asked)]
        )
        assert b"A is better" in seen  # the words of the page did come this way
        assert not [name for name in NAMES if name in seen]
        visit.page.wait_for_timeout(1000 * limits.MIN_SECONDS)
        visit.page.keyboard.press("b")
        expect(visit.page.get_by_text("Noted: B is better.")).to_be_visible()
        ((vote,), _) = noted.read()
        expect(visit.page.get_by_text(f"B is {vote.right.removesuffix('-tiny')}")).to_be_visible()
        picture(visit, tmp_path, "voted")
        assert vote.choice == "right"
        assert visit.query()["voter"] == [vote.voter]
        visit.page.keyboard.press("Enter")
        expect(visit.page.get_by_role("button", name="B is better")).to_be_visible()
        visit.page.reload()
        expect(visit.page.get_by_text("You have voted on 1 of 3 pairs")).to_be_visible()
        visit.page.get_by_text("Results so far").click()
        expect(visit.cell("mover")).to_have_count(1)
        picture(visit, tmp_path, "vote-results")


def test_clips_play_in_step(browser: Browser, address: str) -> None:
    with opened(browser, address, width=1280, scheme="light") as visit:
        visit.go("vote", wait_for="iframe")
        frame = _wait_for_clips(visit)
        _until(visit, frame, f"{TIMES}.every(time => time > 0.05)")
        for _ in range(5):
            first, second = frame.evaluate(TIMES)
            assert (
                abs(first - second) < 0.05 or max(first, second) > 0.5
            )  # of 0.625 s; not where they begin anew
            visit.page.wait_for_timeout(60)


def test_a_phone_at_night(browser: Browser, address: str, tmp_path: Path) -> None:
    with opened(browser, address, width=390, scheme="dark") as visit:
        visit.go("vote", wait_for="iframe")
        _wait_for_clips(visit)
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
        picture(visit, tmp_path, "mobile-vote")


def _wait_for_clips(visit: Visit) -> Frame:
    frame = visit.page.locator("iframe").first.element_handle().content_frame()
    assert frame
    _until(visit, frame, READY)
    return frame


def _until(visit: Visit, frame: Frame, claim: str) -> None:
    """Asks again and again: the player's policy lets no polling script in."""
    for _ in range(300):
        if frame.evaluate(claim):
            return
        visit.page.wait_for_timeout(50)
    raise AssertionError(f"never true: {claim}")


def _pages(visit: Visit) -> list[Response]:
    return [
        response
        for response in visit.responses
        if "/app/blind/" in response.url and response.url.count("/") == 5
    ]
