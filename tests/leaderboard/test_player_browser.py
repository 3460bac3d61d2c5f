"""The player in a real browser: clips stay in step whatever is pressed, and nothing that a stranger wrote runs."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, FrameLocator, expect

from bench.runs import RunFolder
from bench.types import Suite
from leaderboard import players
from tests import made
from tests.leaderboard import boards, hostile, serving
from tests.leaderboard.visiting import PLAYING, Visit, opened, picture

STEP = 0.05
"""Seconds that clips may be apart."""

FRAMES, FPS = 32, 16.0

WATCH = """seconds => new Promise(done => {
    const {clock} = document.querySelector("section.player");
    const lanes = clock.lanes.filter(lane => !lane.isBroken), began = performance.now(), seen = [];
    const look = () => {
        const running = clock.isHeld ? [] : lanes.filter(lane => lane.isRunning && clock.moment(lane) < lane.last);
        const ahead = running.map(lane => lane.position - clock.now * clock.scale(lane));
        if (running.length) seen.push({time: clock.time, ahead});
        if (performance.now() - began < 1000 * seconds) setTimeout(look, 10); else done(seen);
    };
    look();
})"""
"""For some seconds: how far each clip that runs is ahead of the shared clock; not while they gather."""

SETTLED = "() => { const {clock} = document.querySelector('section.player'); return !clock.isHeld && !clock.isPlaying }"
RUNNING = "() => { const {clock} = document.querySelector('section.player'); return !clock.isHeld && clock.isPlaying }"
POSITIONS = (
    "() => document.querySelector('section.player').clock.lanes.filter(l => !l.isBroken).map(l => l.position)"
)


def _run(out: Path, suite: Suite, label: str, frames: int, fps: float) -> None:
    """A run whose clips have so many frames."""
    of = boards.run(suite, label)
    decoded = {**boards.DECODED, "frames": frames, "fps": fps}
    series = tuple(0.9 - 0.01 * n for n in range(frames - 1))
    about = {"series": series, "decoded": json.dumps(decoded)}
    rows = [boards.row(of, case.id, "ssim_mean", 0.7, **about) for case in suite.cases]
    rows += [
        boards.row(of, case.id, "flicker_max_step", 1.5, series=(*series, 0.2), decoded=about["decoded"])
        for case in suite.cases
    ]
    folder = boards.write(out, of, suite, rows, clips=False)
    for number, case in enumerate(suite.cases):
        boards.write_clip(folder, case.id, 0, made.moving_clip(frames, number, fps))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("player")
    suite = replace(made.suite(folder), cases=made.suite(folder).cases[:2])
    for label, frames, fps in (("one", FRAMES, FPS), ("two", FRAMES, FPS), ("short", 12, 8.0)):
        _run(folder / "runs", suite, label, frames, fps)
    _strangers_run(folder / "runs", suite)
    with serving.server(folder / "runs") as started:
        yield started


def _strangers_run(out: Path, suite: Suite) -> None:
    """A run whose name, prompt and metrics are markup of all forty kinds."""
    every = " ".join(hostile.TEXTS)
    name = every[:900]  # names are at most 1,000 characters
    of = boards.run(suite, name, run_id="hostile-tiny")
    mean = boards.row(of, "c0", f"ssim_mean[model={name}]", 0.5, series=(0.5, 0.4))
    suite = replace(suite, cases=tuple(made.changed(case, prompt=every) for case in suite.cases))
    boards.write(out, of, suite, [mean])
    (RunFolder(out / of.id).path / "clips" / "c1-0.mkv").unlink()


def _open(visit: Visit, runs: list[str], case: str = "c0") -> None:
    visit.page.goto(visit.address + players.address(runs, case, 0))
    _until(visit, PLAYING)


def _until(visit: Visit, claim: str) -> None:
    """Playwright's own waiting evaluates strings in the page, which the player's policy forbids."""
    deadline = time.monotonic() + 20
    while not visit.page.evaluate(claim):
        assert time.monotonic() < deadline, claim
        visit.page.wait_for_timeout(30)


def _watch(visit: Visit, seconds: float) -> list[dict[str, Any]]:
    _until(visit, RUNNING)
    seen: list[dict[str, Any]] = visit.page.evaluate(WATCH, seconds)
    return seen


def _assert_in_step(seen: list[dict[str, Any]]) -> None:
    assert len(seen) > 10
    apart = [max(each["ahead"]) - min(each["ahead"]) for each in seen]
    off = [max(map(abs, each["ahead"])) for each in seen]
    assert max(apart) < STEP, f"clips {max(apart):.3f} s apart"
    assert max(off) < STEP, f"a clip {max(off):.3f} s off the clock"


def _positions(visit: Visit) -> list[float]:
    _until(visit, SETTLED)
    found: list[float] = visit.page.evaluate(POSITIONS)
    return found


def test_clips_stay_in_step(visit: Visit) -> None:
    """Through the end of the clips and over again, after a seek, and at every speed."""
    _open(visit, ["one-tiny", "two-tiny"])
    seen = _watch(visit, 3.2)  # clips of 2 s: once round at least
    _assert_in_step(seen)
    assert max(each["time"] for each in seen) > 1.5
    visit.page.keyboard.press("5")
    _assert_in_step(_watch(visit, 0.8))
    for rate in ("0.25", "1"):
        visit.page.get_by_label("Speed").select_option(rate)
        seen = _watch(visit, 0.8)
        _assert_in_step(seen)
    statuses = {each.status for each in visit.responses if "/previews/" in each.url}
    assert 206 in statuses
    assert statuses <= {200, 206}


def test_steps_move_all_by_one_frame(visit: Visit) -> None:
    _open(visit, ["one-tiny", "two-tiny"])
    visit.page.keyboard.press("Home")
    assert _positions(visit) == pytest.approx([0.5 / FPS] * 2)
    for key, frame in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", FRAMES - 1)):
        visit.page.keyboard.press(key)
        # the middle of each frame, where no rounding shows its neighbour
        assert _positions(visit) == pytest.approx([(frame + 0.5) / FPS] * 2), key
        shown = f"frame {frame + 1} / {FRAMES} · "
        readouts = visit.page.locator(".player-readout").all_inner_texts()
        assert [text.startswith(shown) for text in readouts] == [True, True], readouts
    visit.page.get_by_label("One frame back (←)").click()
    assert _positions(visit) == pytest.approx([(FRAMES - 1.5) / FPS] * 2)


def test_a_click_on_a_plot_is_a_time(visit: Visit) -> None:
    _open(visit, ["one-tiny", "two-tiny"])
    visit.page.keyboard.press("Home")
    plot = visit.page.locator(".player-plot svg").first
    box = plot.bounding_box()
    assert box
    plot.click(position={"x": 46 + (box["width"] - 56) / 2, "y": 50})  # half of what lies between the margins
    assert _positions(visit) == pytest.approx([1.0, 1.0], abs=0.02)
    cursor = plot.locator(".player-cursor")
    assert float(cursor.get_attribute("x1") or 0) == pytest.approx(46 + (box["width"] - 56) / 2, abs=2)
    assert visit.page.locator(".player-plot").count() == 2
    assert plot.locator("polyline").count() == 2


def test_a_shorter_clip_holds_its_last_frame_or_keeps_its_share(visit: Visit, tmp_path: Path) -> None:
    """Two seconds beside one and a half: at 1.8 s the short one stands at the middle of its last frame."""
    _open(visit, ["one-tiny", "short-tiny"])
    _assert_in_step(_watch(visit, 2.5))
    visit.page.keyboard.press("Home")
    visit.page.keyboard.press("9")
    assert _positions(visit) == pytest.approx([1.8, 1.5 - 0.5 / 8])
    visit.page.get_by_label("In step").select_option("share")
    assert _positions(visit) == pytest.approx([1.8, 0.9 * 1.5], abs=0.001)
    visit.page.keyboard.press(" ")
    _assert_in_step(_watch(visit, 1.0))
    picture(visit, tmp_path, "player-lengths")


def test_a_clip_that_cannot_play_says_why_and_the_rest_goes_on(visit: Visit, tmp_path: Path) -> None:
    """One was never there; another's file is no film by the time that the browser asks for it."""
    visit.page.route(
        "**/previews/two-tiny/**",
        lambda route: route.fulfill(status=200, body=b"no film", content_type="video/mp4"),
    )
    visit.page.goto(visit.address + players.address(["one-tiny", "two-tiny", "hostile-tiny"], "c1", 0))
    expect(visit.page.locator(".player-missing")).to_have_count(2)
    expect(visit.page.locator(".player-missing").first).to_contain_text("not there, or is of a kind")
    expect(visit.page.locator(".player-missing").last).to_contain_text("its file is gone")
    seen = _watch(visit, 0.5)
    assert all(len(each["ahead"]) == 1 for each in seen)
    picture(visit, tmp_path, "player-missing")


def test_who_wants_no_motion_gets_none(browser: Browser, address: str) -> None:
    with opened(browser, address, width=1280, scheme="light") as visit:
        visit.page.emulate_media(reduced_motion="reduce")
        _open(visit, ["one-tiny", "two-tiny"])
        assert _positions(visit) == pytest.approx([0.5 / FPS] * 2)
        visit.page.get_by_label("Play (space)").click()
        _assert_in_step(_watch(visit, 0.5))


def _frame(visit: Visit) -> FrameLocator:
    return visit.page.frame_locator("iframe")


def test_compare_plays_in_its_frame_and_in_its_address(visit: Visit, tmp_path: Path) -> None:
    visit.go("compare?runs=two-tiny&runs=one-tiny&case=c1", wait_for="iframe")
    expect(_frame(visit).locator(".player-name")).to_have_text(["Input image", "two", "one"])
    visit.page.wait_for_url("**case=c1*")
    assert visit.query()["runs"] == ["two-tiny", "one-tiny"]
    visit.page.get_by_label("Case", exact=True).click()
    visit.page.get_by_role("option", name="c0").click()
    visit.page.wait_for_url("**case=c0*")
    expect(visit.page.locator("iframe")).to_have_attribute("src", re.compile("case=c0"))
    sent = visit.page.url
    visit.page.goto("about:blank")
    visit.page.goto(sent)  # what a friend sees who was sent the address
    expect(_frame(visit).locator(".player-name")).to_have_text(["Input image", "two", "one"])
    asked = parse_qs(urlsplit(visit.page.locator("iframe").get_attribute("src") or "").query)
    assert (asked["runs"], asked["case"]) == (["two-tiny", "one-tiny"], ["c0"])
    inner = _frame(visit).locator("body").evaluate("body => body.getBoundingClientRect().height")
    outer = visit.page.locator("iframe").bounding_box()
    assert outer
    assert 0 <= outer["height"] - inner <= 1.5  # nothing is cut off, nothing scrolls inside
    picture(visit, tmp_path, "compare")


def test_a_phone_at_night(mobile: Visit, tmp_path: Path) -> None:
    for name, path, clips in (
        ("compare", "compare?runs=one-tiny&runs=two-tiny", 2),
        ("case", "compare?case=c0", 4),
    ):
        mobile.go(path, wait_for="iframe")
        expect(_frame(mobile).locator("video")).to_have_count(clips)
        picture(mobile, tmp_path, f"mobile-{name}")
        main = mobile.page.locator("[data-testid=stMain]")
        assert main.evaluate("main => main.scrollWidth - main.clientWidth") <= 0
        assert _frame(mobile).locator("html").evaluate("html => html.scrollWidth - html.clientWidth") <= 0
        ink = _frame(mobile).locator(".player-name").first.evaluate("name => getComputedStyle(name).color")
        assert ink == "rgb(250, 250, 250)"


def test_a_strangers_texts_do_nothing(visit: Visit, tmp_path: Path) -> None:
    _open(visit, ["hostile-tiny", "one-tiny"])
    expect(visit.page.locator(".player-prompt")).to_contain_text("<script>window.hit=1</script>")
    expect(visit.page.locator(".player-name").nth(1)).to_contain_text("<img src=x onerror=window.hit=9>")
    assert visit.page.locator("a, img[src='x'], section.player iframe").count() == 0
    picture(visit, tmp_path, "player-hostile")
    visit.go("compare?runs=hostile-tiny&runs=one-tiny&case=c0", wait_for="iframe")
    expect(_frame(visit).locator("video")).to_have_count(2)
    visit.page.get_by_text("What tells them apart").wait_for()
    picture(visit, tmp_path, "compare-hostile")
    assert visit.page.locator("img[src='x']").count() == 0
    assert visit.strange_links() == []
