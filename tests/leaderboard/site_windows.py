"""A window on a static site in a real browser, from a disk or from `bench serve`."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request

NAMES = """[...document.querySelectorAll("table[data-remembered] tbody tr:not(.apart):not([hidden]) th a")].map(
  (link) => link.innerText
)"""


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
