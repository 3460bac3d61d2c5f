"""The static site in a real browser, from a disk and from `bench serve`: what only a browser does."""

from __future__ import annotations

import http.client
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from tests import made
from tests.leaderboard import boards
from tests.leaderboard.visiting import PLAYING
from tests.web.sites import export, strangers

TIMES = "[...document.querySelectorAll('video')].map(video => video.currentTime)"
NAMES = """[...document.querySelectorAll("table[data-remembered] tbody tr:not(.apart):not([hidden]) th a")].map(
  (link) => link.innerText
)"""
FRAMES = """async (count) => {
  for (let n = 0; n < count; n += 1) await new Promise((done) => requestAnimationFrame(done));
}"""


@dataclass
class Window:
    """A page of the site, and what happened in it."""

    page: Page
    address: str
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto("about:blank")  # a change of the part after '#' alone would not load the page
        self.page.goto(f"{self.address}/{path}")

    def until(self, expression: str) -> None:
        """Waits for what Playwright's own wait would ask by eval, which the pages' policy forbids."""
        deadline = time.monotonic() + 20
        while not self.page.evaluate(expression):
            assert time.monotonic() < deadline, expression
            self.page.wait_for_timeout(30)

    def names(self) -> list[str]:
        found: list[str] = self.page.evaluate(NAMES)
        return found


@contextmanager
def opened(
    browser: Browser, address: str, width: int = 1280, scheme: Literal["light", "dark"] = "light"
) -> Iterator[Window]:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    window = Window(context.new_page(), address)

    def ask(request: Request) -> None:
        window.asked.append(request.url)

    def say(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            window.said.append(message.text)

    window.page.on("request", ask)
    window.page.on("console", say)
    window.page.on("pageerror", lambda error: window.said.append(str(error)))
    try:
        yield window
        assert window.page.evaluate("window.hit") is None
        origin = urlsplit(address)[:2]
        outside = [url for url in window.asked if urlsplit(url)[:2] != origin]
        assert [url for url in outside if not url.startswith(("about:", "data:"))] == []
        assert [text for text in window.said if "play() request was interrupted" not in text] == []
    finally:
        context.close()


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two models, one without a value of SSIM, and a null baseline; clips of 24 frames, 3 seconds."""
    out = tmp_path_factory.mktemp("exported") / "runs"
    suite = made.suite(out.parent / "pictures", cases=2)
    kinds = {"alpha": ("svd", 0.5, 3.0), "beta": ("ltx-video", None, 1.0), "still": ("still", 1.0, 0.0)}
    for label, (model, ssim, flicker) in kinds.items():
        of = boards.run(suite, label, model, run_id=f"{label}-tiny")
        rows = [
            boards.row(of, case.id, "ssim_mean", ssim, series=(0.9,) * 23 if ssim else None)
            for case in suite.cases
        ]
        rows += [
            boards.row(of, case.id, "flicker_max_step", flicker, series=tuple(range(24)))
            for case in suite.cases
        ]
        decoded = json.dumps({**boards.DECODED, "frames": 24})
        rows = [type(row)(**{**vars(row), "decoded": decoded}) for row in rows]
        folder = boards.write(out, of, suite, rows, clips=False)
        for number, case in enumerate(suite.cases):
            boards.write_clip(folder, case.id, 0, made.moving_clip(frames=24, seed=number))
    export(out.parent / "site", out)
    return out.parent / "site"


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`bench serve` as somebody starts it."""
    words = [sys.executable, "-m", "bench", "serve", str(folder)]  # at the first free port
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        line = process.stdout.readline()
        found = re.match(r"http://127\.0\.0\.1:\d+", line)
        assert found, (line, process.stderr.read() if process.stderr else "")
        yield found[0], process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def server(exported: Path) -> Iterator[str]:
    with served(exported) as (address, _):
        yield address


@pytest.fixture(params=["disk", "server"])
def window(request: pytest.FixtureRequest, browser: Browser, exported: Path, server: str) -> Iterator[Window]:
    address = f"file://{exported}" if request.param == "disk" else server
    with opened(browser, address) as found:
        yield found


def test_sorting_puts_the_best_first_and_what_has_no_value_last(window: Window) -> None:
    window.go("index.html")
    heading = window.page.get_by_role("button", name="Largest brightness jump")
    expect(heading).to_be_hidden()
    window.page.get_by_label("All 2 metrics").check()
    # the first column that has a better direction sorts, here ssim_mean
    assert window.names() == ["alpha", "beta"]
    heading.click()
    assert window.names() == ["beta", "alpha"]  # the first click shows the best: lower is better
    heading.click()
    assert window.names() == ["alpha", "beta"]
    ssim = window.page.get_by_role("button", name="Stability")
    for _ in range(2):
        ssim.click()
        assert window.names() == ["alpha", "beta"]  # beta has none, whichever way
    assert window.page.locator("tr.apart").count() == 1  # still never comes between models


def test_an_address_shows_what_its_sender_chose_and_nonsense_is_passed_over(window: Window) -> None:
    window.go("index.html")
    window.page.get_by_role("button", name="Model").click()
    window.page.get_by_label("Search").fill("beta")
    window.page.locator("details.columns summary").click()
    window.page.locator("details.columns").get_by_text("Stability").click()
    assert window.names() == ["beta"]
    sent = window.page.url
    assert "sort=name" in sent
    window.page.goto("about:blank")
    window.page.goto(sent)
    assert window.names() == ["beta"]
    expect(window.page.get_by_label("Search")).to_have_value("beta")
    expect(window.page.get_by_role("button", name="Stability")).to_be_hidden()
    window.go("index.html#sort=<script>&role=nobody&hide=x,%25E0,y&q=")
    assert sorted(window.names()) == ["alpha", "beta"]


def test_two_entries_are_ticked_compared_played_and_in_step(window: Window) -> None:
    window.go("index.html")
    for name in ("alpha", "beta"):
        window.page.get_by_label(f"Compare {name}").check()
    window.page.get_by_role("link", name="Compare 2").click()
    window.until(PLAYING)
    expect(window.page.locator("video")).to_have_count(2)
    expect(window.page.locator("#pairs h3").first).to_contain_text("against")
    window.until("document.querySelectorAll('video')[0].currentTime > 0.2")
    for _ in range(5):
        first, second = window.page.evaluate(TIMES)
        assert abs(first - second) < 0.05
        window.page.evaluate(FRAMES, 5)


def test_keys_play_and_step_wherever_nothing_else_takes_them(window: Window) -> None:
    window.go("compare.html#runs=alpha-tiny,still-tiny&case=c1")
    window.until(PLAYING)
    keys, player = window.page.keyboard, "document.querySelector('section.player').clock"
    expect(window.page.locator("#pairs h3").first).to_contain_text("against")
    window.until(f"{player}.isPlaying && !{player}.isHeld && {player}.time > 0.2")
    keys.press(" ")
    window.until(f"!{player}.isPlaying")
    assert window.page.evaluate("scrollY") == 0  # nor does the page scroll
    window.page.get_by_role("slider", name="Time").focus()
    keys.press("Home")
    readout = window.page.locator(".player-readout").first
    expect(readout).to_contain_text("frame 1 / 24")
    keys.press("End")
    expect(readout).to_contain_text("frame 24 / 24")
    window.page.evaluate("document.activeElement.blur()")
    keys.press("ArrowLeft")
    expect(readout).to_contain_text("frame 23 / 24")
    window.page.locator("#case").focus()
    keys.press("ArrowLeft")  # is the list's, which goes to the case before
    expect(window.page.locator("#case")).to_have_value("c0")


def test_keys_sort_and_tick_and_the_focus_is_seen(window: Window) -> None:
    window.go("index.html")
    keys = window.page.keyboard
    heading = window.page.get_by_role("button", name="Stability")
    heading.focus()
    keys.press("Enter")
    expect(window.page.locator("th[aria-sort]")).to_contain_text("Stability")
    keys.press("Tab")
    assert window.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    for name in ("alpha", "beta"):
        window.page.get_by_label(f"Compare {name}").focus()
        keys.press(" ")
    expect(window.page.get_by_role("link", name="Compare 2")).to_be_visible()


def test_seeking_works(window: Window) -> None:
    window.go("compare.html#runs=alpha-tiny,still-tiny&case=c1")
    window.until(PLAYING)
    window.page.get_by_role("button", name="Pause").click()
    window.page.locator(".player-bar").evaluate(
        "bar => { bar.value = 2; bar.dispatchEvent(new Event('input')); }"
    )
    window.until(f"{TIMES}.every(time => Math.abs(time - 2) < 0.07)")
    expect(window.page.locator(".player-readout").first).to_contain_text("frame 17 / 24")
    expect(window.page.locator("#case")).to_have_value("c1")


def test_a_case_is_a_comparison_of_all_that_have_it(window: Window) -> None:
    window.go("case.html#case=c1")  # an address of before
    window.until(PLAYING)
    expect(window.page.locator("#values tbody tr")).to_have_count(3)
    expect(window.page.locator("video")).to_have_count(3)
    window.page.get_by_label("Run 2").select_option("")
    expect(window.page.locator("video")).to_have_count(2)
    sent = window.page.url
    assert sent.endswith("compare.html#runs=alpha-tiny,still-tiny&case=c1")
    window.page.goto("about:blank")
    window.page.goto(sent)
    expect(window.page.locator("video")).to_have_count(2)
    window.page.get_by_label("The next case").click()
    window.until("location.hash.includes('case=c0')")
    expect(window.page.locator("#place")).to_contain_text("Case 1 of 2")
    expect(window.page.locator("#ways a")).to_have_text(["alpha →", "still →"])


def test_it_opens_on_the_two_best_with_the_verdict_above_the_clips(window: Window) -> None:
    window.go("compare.html")
    window.until(PLAYING)
    expect(window.page.locator("video")).to_have_count(2)
    expect(window.page.get_by_label("Run 1")).to_have_value("alpha-tiny")
    expect(window.page.get_by_label("Run 2")).to_have_value("beta-tiny")  # no value of SSIM
    expect(window.page.locator("#verdicts")).to_contain_text("With 2 cases, beta is")
    tops = [
        window.page.locator(part).bounding_box() for part in ("#verdicts", "#player", "#pairs", "#scores")
    ]
    assert [each["y"] for each in tops if each] == sorted(each["y"] for each in tops if each)
    window.page.get_by_label("Run 2").select_option("")
    expect(window.page.locator("#alone")).to_be_visible()


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("tradeoffs.html", "index.html"),
        ("case.html#runs=alpha-tiny&case=c1&seed=0", "compare.html#runs=alpha-tiny&case=c1&seed=0"),
        ("calibration.html", "metrics.html#calibration"),
        ("reported.html#physics-iq", "elsewhere.html#physics-iq"),
        ("model.html", "models/alpha-tiny.html"),
    ],
)
def test_addresses_of_before_lead_on_with_what_was_chosen(window: Window, before: str, now: str) -> None:
    window.go(before)
    window.page.wait_for_url(f"{window.address}/{now}")
    expect(window.page.locator(".top nav a[aria-current]")).to_have_count(1)


def test_the_model_s_clips_play_beside_its_numbers(window: Window) -> None:
    window.go("models/alpha-tiny.html")
    expect(window.page.locator("video")).to_have_count(2)
    window.page.locator("video").first.evaluate("video => video.play()")
    window.until("document.querySelector('video').currentTime > 0.1")
    expect(window.page.get_by_role("heading", name="Over time")).to_be_visible()


def test_cases_that_differ_most_lead_to_their_clips(window: Window) -> None:
    window.go("compare.html#runs=still-tiny,alpha-tiny")
    expect(window.page.locator("#case")).to_have_value("c0")
    window.page.locator("#pairs").get_by_role("link", name="c1").first.click()
    expect(window.page.locator("#case")).to_have_value("c1")
    assert "case=c1" in window.page.url


def test_cases_that_differ_most_keep_all_runs_that_are_compared(window: Window) -> None:
    runs = "runs=still-tiny,alpha-tiny,beta-tiny"
    window.go(f"compare.html#{runs}&case=c0")
    window.page.locator("#pairs").get_by_role("link", name="c1").first.click()
    expect(window.page.locator("#case")).to_have_value("c1")
    assert window.page.url.endswith(f"#{runs}&case=c1")
    window.until(PLAYING)
    expect(window.page.locator("video")).to_have_count(3)
    expect(window.page.locator("video").first).to_be_in_viewport()


def test_a_case_that_has_no_clips_on_the_site_says_so_in_every_box(
    browser: Browser, exported: Path, tmp_path: Path
) -> None:
    export(tmp_path / "site", exported.parent / "runs", clips="none", most=1)
    with opened(browser, f"file://{tmp_path / 'site'}") as window:
        window.go("compare.html#runs=still-tiny,alpha-tiny")
        window.page.locator("#pairs").get_by_role("link", name="c1").first.click()
        expect(window.page.locator("#case")).to_have_value("c1")
        boxes = window.page.locator(".player-lane")
        expect(boxes.locator(".player-missing")).to_have_text(["This site shows no clip of it."] * 2)
        assert [text.strip() for text in boxes.locator(".player-readout").all_text_contents()] == ["", ""]
        expect(window.page.locator(".player-controls")).to_be_hidden()


def test_a_player_that_is_replaced_is_over(browser: Browser, exported: Path) -> None:
    """It asks for no more refreshes, plays nothing, and holds no clip: browsers play only so many."""
    with opened(browser, f"file://{exported}") as window:
        window.go("compare.html#runs=alpha-tiny,beta-tiny&case=c0")
        window.until(PLAYING)
        window.page.evaluate("window.old = document.querySelector('section.player')")
        window.page.get_by_label("The next case").click()
        window.until("document.querySelector('section.player') && !old.isConnected")
        window.page.evaluate("old.clock.tick = () => { window.ticked = (window.ticked ?? 0) + 1; }")
        window.page.evaluate(FRAMES, 5)
        assert window.page.evaluate("window.ticked ?? 0") <= 1  # the one that had been asked for already
        assert window.page.evaluate("old.clock.isPlaying") is False
        assert window.page.evaluate("[...old.querySelectorAll('video[src]')].length") == 0
        window.until(PLAYING)


SHOWN = """([series, lines]) => {
  const clips = lines.map((each, number) => ({
    name: `run ${number}`,
    clip: { fps: 8, frames: 3, series: Object.fromEntries(series.map((name) => [name, each])) },
  }));
  const plotted = Object.fromEntries(series.map((name) => [name, { title: name, unit: "" }]));
  benchPlayer.show(document.getElementById("player"), { id: "c0" }, clips, plotted);
  return JSON.parse(document.querySelector("section.player script").textContent).series[0].first;
}"""


def test_values_of_pairs_stand_at_their_later_frames_if_any_run_says_so(
    browser: Browser, exported: Path
) -> None:
    with opened(browser, f"file://{exported}") as window:
        window.go("compare.html")
        window.until(PLAYING)
        lines = [{"first": 0, "line": [1, 2]}, {"first": 1, "line": [1, 2]}]
        assert window.page.evaluate(SHOWN, [["m"], lines]) == 1
        # next to a number this large the next tick is the same number: no page may hang
        ends = [{"first": 0, "line": [1e20, 1e20 + 16384]}, {"first": 0, "line": [-1e308, 1e308]}]
        for line in ends:
            assert window.page.evaluate(SHOWN, [["m"], [line]]) == 0


def test_more_series_than_eight_stand_behind_a_click(browser: Browser, exported: Path) -> None:
    with opened(browser, f"file://{exported}") as window:
        window.go("compare.html")
        window.until(PLAYING)
        window.page.evaluate(SHOWN, [[f"m{n}" for n in range(20)], [{"first": 0, "line": [1, 2, 3]}]])
        plots = window.page.locator(".player-plot")
        assert [plots.nth(place).is_visible() for place in range(20)] == [True] * 8 + [False] * 12
        window.page.get_by_text("12 more along the clips").click()
        expect(plots.nth(19)).to_be_visible()
        window.until(
            "(svgs => svgs[19].clientWidth === svgs[0].clientWidth)(document.querySelectorAll('.player-plot svg'))"
        )


def test_a_phone_at_night_and_a_theme_that_is_kept(browser: Browser, exported: Path, server: str) -> None:
    with opened(browser, server, width=390, scheme="dark") as window:
        seen = {
            "index.html": "tbody th",
            "compare.html#runs=alpha-tiny,beta-tiny,still-tiny": "#pairs td",
            "metrics.html": "tbody th",
            "metrics/ssim_mean.html": "figure",
            "elsewhere.html": "main p",
            "about.html": "main p",
            "models/alpha-tiny.html": "tbody th",
        }
        for path, part in seen.items():
            window.go(path)
            window.page.locator(part).first.wait_for()
            assert window.page.evaluate("document.documentElement.scrollWidth") <= 390, path
            colour = window.page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert max(map(int, re.findall(r"\d+", colour)[:3])) < 64, (path, colour)
        window.page.get_by_label("Light or dark").click()
        window.go("index.html")
        colour = window.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert min(map(int, re.findall(r"\d+", colour)[:3])) > 200


def test_strangers_texts_do_nothing(browser: Browser, tmp_path: Path) -> None:
    strangers(tmp_path / "published", made.suite(tmp_path / "pictures"))
    folder = tmp_path / "site"
    export(folder, tmp_path / "published")
    slugs = [path.stem for path in sorted((folder / "models").glob("*.html"))]
    assert len(slugs) == 10
    with opened(browser, f"file://{folder}") as window:
        window.go("index.html")
        assert len(window.names()) == 10
        for slug in slugs[::2]:
            window.go(f"models/{slug}.html")
        window.go("metrics.html")
        for start in range(0, 10, 4):
            window.go(f"compare.html#runs={','.join(slugs[start : start + 4])}")
            window.page.wait_for_selector("#scores td")
        window.go("compare.html")
        window.page.wait_for_selector("#values td")
        for place, option in enumerate(window.page.locator("#case option").all()[:12], start=1):
            window.page.locator("#case").select_option(option.get_attribute("value"))
            expect(window.page.locator("#place")).to_contain_text(f"Case {place} of")
        assert window.page.locator("a[href^='javascript' i], img[src=x], iframe").count() == 0


# What the server hands out, and what not


def _answer(address: str, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=20)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, body


def test_a_part_of_a_file_is_sent_when_it_is_asked_for(exported: Path, server: str) -> None:
    clip = next((exported / "clips").rglob("*.mp4"))
    path = "/" + clip.relative_to(exported).as_posix()
    status, headers, body = _answer(server, path, Range="bytes=100-199")
    assert (status, body) == (206, clip.read_bytes()[100:200])
    assert headers["content-range"] == f"bytes 100-199/{clip.stat().st_size}"
    assert (headers["x-content-type-options"], headers["content-type"]) == ("nosniff", "video/mp4")
    assert _answer(server, "/")[2] == (exported / "index.html").read_bytes()


def test_nothing_but_the_site_s_files_is_handed_out(exported: Path, server: str) -> None:
    secret = exported.parent / "secret.txt"
    secret.write_text("secret")
    (exported / "link.txt").symlink_to(secret)
    (exported / "inside.html").symlink_to(exported / "index.html")
    (exported / ".hidden").write_text("hidden")
    try:
        paths = [
            "/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/models/../../secret.txt", "//secret.txt",
            "/link.txt", "/inside.html", "/.hidden", "/models/", "/data/", "/%00", "/index.html%00.txt", "/nowhere",
        ]  # fmt: skip
        for path in paths:
            status, _, body = _answer(server, path)
            assert status in {400, 404}, path
            assert b"secret" not in body
            assert b"alpha" not in body
    finally:
        for name in ("link.txt", "inside.html", ".hidden"):
            (exported / name).unlink()


def test_ctrl_c_ends_it_without_a_word(exported: Path) -> None:
    with served(exported) as (address, process):
        assert _answer(address, "/")[0] == 200
        process.send_signal(signal.SIGINT)
        begun = time.monotonic()
        _, said = process.communicate(timeout=20)
        assert (process.returncode, said) == (0, "")
        assert time.monotonic() - begun < 10
