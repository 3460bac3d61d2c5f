"""A window on a real board in a real browser, for the tests of what only the front end does.

Pictures of what was seen go to the test's folder, or to $BENCH_SCREENSHOTS.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, Locator, Page, Response

from bench.base.svg.canvas import BLUE
from bench.web import launch

CHARTS = "figure svg"
LINES, AREAS = f"{CHARTS} path[stroke='{BLUE}']", f"{CHARTS} path[fill='{BLUE}']"
"""Curves of plots, and the bands around them."""

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
        """A cell of a table, by its whole text."""
        return self.page.locator("table :is(td, th):visible").get_by_text(text, exact=True)

    def strange_links(self) -> list[str]:
        """Addresses of links that run something, or lead to where a stranger would have us."""
        every: list[str] = self.page.locator("a").evaluate_all("links => links.map(link => link.href)")
        parts = [(href, urlsplit(href)) for href in every if href]
        return [
            href
            for href, part in parts
            if part.scheme not in ("http", "https") or "evil" in (part.hostname or "")
        ]


@contextmanager
def opened(browser: Browser, address: str, width: int, scheme: Literal["light", "dark"]) -> Iterator[Visit]:
    """A page of the browser's one context, which compiles Streamlit's scripts once; it keeps nothing else."""
    context = browser.contexts[0] if browser.contexts else browser.new_context()
    visit = Visit(context.new_page(), address)
    visit.page.set_viewport_size({"width": width, "height": 900})
    visit.page.emulate_media(color_scheme=scheme)

    def hear(response: Response) -> None:  # Playwright does not take a list's own append
        visit.responses.append(response)

    visit.page.on("response", hear)
    visit.page.on("request", lambda request: visit.asked.append(request.url))
    visit.page.on("pageerror", lambda error: visit.errors.append(str(error)))
    try:
        yield visit
        nothing_went_wrong(visit)
    finally:
        if visit.page.url.startswith("http"):
            visit.page.evaluate("localStorage.clear()")
        context.clear_cookies()
        visit.page.close()


def nothing_went_wrong(visit: Visit) -> None:
    """After every visit: no script of a stranger ran, nobody else was asked, nothing failed."""
    assert visit.page.evaluate("window.hit") is None
    hosts = {urlsplit(url).hostname for url in visit.asked if url.startswith("http")}
    assert hosts == {launch.ADDRESS}
    failed = [response.url for response in visit.responses if response.status >= 400]
    assert [url for url in failed if not url.endswith(OWN_NOISE)] == []
    # a player that starts while the page replaces it says so; nobody sees it
    errors = [error for error in visit.errors if "play() request was interrupted" not in error]
    assert errors == [], errors


def picture(visit: Visit, tmp_path: Path, name: str) -> None:
    kept = os.environ.get("BENCH_SCREENSHOTS")
    folder = Path(kept or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    if kept:  # somebody will look at it
        visit.page.wait_for_timeout(700)  # widgets fade in
    visit.page.screenshot(path=folder / f"{name}.png")


def saved(page: Page, ending: str) -> str:
    """The file of what a table shows."""
    with page.expect_download() as waited:
        page.get_by_role("button", name=ending.upper(), exact=True).click()
    assert waited.value.suggested_filename == f"shown.{ending}"
    return Path(waited.value.path()).read_text()
