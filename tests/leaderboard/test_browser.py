"""Both pages in a real browser, as visitors have them: what only the front end does.

Pictures of what was seen go to the test's folder, or to $BENCH_SCREENSHOTS.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, Response, expect

from bench import board
from tests.leaderboard import boards, serving

CHARTS = "[data-testid=stVegaLiteChart] svg"
PLAYING = "[...document.querySelectorAll('video')].every(v => v.readyState >= 3 && v.videoWidth > 0)"
OWN_NOISE = ("/_stcore/health", "/_stcore/host-config")
"""What Streamlit's front end asks for below a page's own address too, gets a 404 for, and does without."""


@dataclass
class Visit:
    """A window on the board, and what happened in it."""

    page: Page
    address: str
    responses: list[Response] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def go(self, path: str = "", wait_for: str = CHARTS) -> None:
        self.page.goto(f"{self.address}/{path}")
        self.page.locator(wait_for).first.wait_for()

    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.page.url).query)

    def cell(self, text: str) -> Locator:
        """Of a table; tables are drawn on a canvas, with a hidden grid for screen readers."""
        return self.page.locator("[data-testid=stDataFrame] [role=gridcell]").get_by_text(text, exact=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if serving.browser_path() is None:
        # a failure in CI, or nobody would notice; not by assert, which would print the whole environment
        refuse = pytest.fail if os.environ.get("CI") else pytest.skip
        refuse("no Chromium here: apt-get install chromium fonts-dejavu-core")
    with serving.browser() as launched:
        yield launched


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    out = tmp_path_factory.mktemp("board") / "runs"
    suite, _, _ = boards.two_runs(out)
    boards.hostile_run(out, suite)
    with serving.server(out) as started:
        yield started


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    with _visit(browser, address, width=1280, scheme="light") as opened:
        yield opened


@pytest.fixture
def mobile(browser: Browser, address: str) -> Iterator[Visit]:
    with _visit(browser, address, width=390, scheme="dark") as opened:
        yield opened


@contextmanager
def _visit(browser: Browser, address: str, width: int, scheme: Literal["light", "dark"]) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    visit = Visit(context.new_page(), address)

    def hear(response: Response) -> None:  # Playwright does not take a list's own append
        visit.responses.append(response)

    visit.page.on("response", hear)
    visit.page.on("request", lambda request: visit.asked.append(request.url))
    visit.page.on("pageerror", lambda error: visit.errors.append(str(error)))
    try:
        yield visit
        _nothing_went_wrong(visit)
    finally:
        context.close()


def _nothing_went_wrong(visit: Visit) -> None:
    """After every visit: no script of a stranger ran, nobody else was asked, nothing failed."""
    assert visit.page.evaluate("window.hit") is None
    hosts = {urlsplit(url).hostname for url in visit.asked if url.startswith("http")}
    assert hosts == {board.ADDRESS}
    failed = [response.url for response in visit.responses if response.status >= 400]
    assert [url for url in failed if not url.endswith(OWN_NOISE)] == []
    # a player that starts while the page replaces it says so; nobody sees it
    assert [error for error in visit.errors if "play() request was interrupted" not in error] == []


def _picture(visit: Visit, tmp_path: Path, name: str) -> None:
    folder = Path(os.environ.get("BENCH_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    visit.page.wait_for_timeout(700)  # widgets fade in
    visit.page.screenshot(path=folder / f"{name}.png")


def test_the_overview_shows_and_plots_what_is_chosen(visit: Visit, tmp_path: Path) -> None:
    visit.go()
    visit.page.locator("[data-testid=stDataFrame] canvas").first.wait_for()
    for text in ("mover", "still", "null baseline", boards.HOSTILE):
        expect(visit.cell(text)).to_have_count(1)
    plot = visit.page.get_by_role("combobox").last
    plot.click()
    visit.page.get_by_role("option", name="flicker_max_step").click()
    expect(visit.page.locator(CHARTS)).to_contain_text("flicker_max_step")
    visit.page.wait_for_url("**plot=flicker_max_step*")
    _picture(visit, tmp_path, "overview")


def test_an_address_shows_what_its_sender_chose(visit: Visit) -> None:
    sent = "?plot=flicker_max_step&metrics=flicker_max_step"
    visit.go(sent)
    expect(visit.page.locator(CHARTS)).to_contain_text("flicker_max_step")
    assert visit.page.locator("[data-testid=stMultiSelect]").inner_text().split() == [
        "Metrics",
        "flicker_max_step",
    ]
    assert visit.query()["plot"] == ["flicker_max_step"]
    assert visit.query()["metrics"] == ["flicker_max_step"]


def test_a_run_plays_beside_its_image_and_draws_its_series(visit: Visit, tmp_path: Path) -> None:
    visit.go("run?run=mover-tiny&case=c1&seed=0")
    visit.page.wait_for_function(PLAYING)
    expect(visit.page.locator(CHARTS)).to_have_count(2)
    expect(visit.page.locator("[data-testid=stImage] img")).to_have_count(1)
    drawn = visit.page.locator(f"{CHARTS} path[aria-roledescription='line mark']")
    expect(drawn).to_have_count(2)
    videos = [response for response in visit.responses if "/previews/" in response.url]
    assert videos
    assert {response.status for response in videos} <= {200, 206}
    assert any(response.status == 206 for response in videos)
    assert visit.page.evaluate(
        "[...document.querySelectorAll('video')].map(v => [v.videoWidth, v.videoHeight])"
    ) == [[64, 48]]
    _picture(visit, tmp_path, "run")


def test_choosing_a_run_changes_the_address_and_the_clip(visit: Visit) -> None:
    visit.go("run?run=mover-tiny&case=c1", wait_for="video")
    visit.page.get_by_role("combobox").first.click()
    visit.page.get_by_role("option", name="still-tiny").click()
    visit.page.wait_for_url("**run=still-tiny*")
    visit.page.wait_for_function("document.querySelector('video').src.includes('still-tiny')")
    assert visit.query()["case"] == ["c1"]


def test_a_strangers_texts_do_nothing(visit: Visit, tmp_path: Path) -> None:
    metric = f"ssim_mean[model={boards.HOSTILE}]"
    visit.go("run?run=hostile-tiny")
    visit.page.get_by_text("What the metrics mean").click()
    expect(visit.page.get_by_text("onerror=window.hit=1").first).to_be_visible()
    _picture(visit, tmp_path, "hostile-run")
    assert visit.page.locator("a[href*=evil]").count() == 0
    visit.go(f"?metrics={quote(metric)}&plot={quote(metric)}")
    visit.page.locator(f"{CHARTS} path[aria-roledescription=point]").first.hover(force=True)
    tooltip = visit.page.locator("#vg-tooltip-element")
    expect(tooltip).to_contain_text("<img src=x")  # as text
    box = visit.page.locator("[data-testid=stDataFrame]").bounding_box()
    assert box
    visit.page.mouse.move(box["x"] + 420, box["y"] + 15)  # the heading's tooltip
    _picture(visit, tmp_path, "hostile-overview")
    assert visit.page.locator("img[src='x']").count() == 0


def test_a_phone_at_night(mobile: Visit, tmp_path: Path) -> None:
    for name, path in {"overview": "", "run": "run?run=mover-tiny"}.items():
        mobile.go(path)
        _picture(mobile, tmp_path, f"mobile-{name}")
        assert mobile.page.evaluate("document.documentElement.scrollWidth") <= 390
        main = mobile.page.locator("[data-testid=stMain]")
        assert main.evaluate("main => main.scrollWidth - main.clientWidth") <= 0
        background = mobile.page.locator("[data-testid=stApp]").evaluate(
            "app => getComputedStyle(app).backgroundColor"
        )
        red, green, blue = (int(level) for level in background.removeprefix("rgb(").rstrip(")").split(","))
        assert max(red, green, blue) < 64, f"{background} is not dark"
