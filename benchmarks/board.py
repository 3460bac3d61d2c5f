"""Times the board in a browser, on made-up results: python -m benchmarks.board [models [cases]].

Prints seconds from the address to the drawn table and plot: for the first visitor after a start, who waits for files
and ranks, for the next ones, and for a change of columns.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page

from tests.leaderboard import big_board, serving

DRAWN = "figure svg"


def main(models: int = 200, cases: int = 1000) -> None:
    """Prints all times for a board of so many models with so many cases."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start = time.monotonic()
        big_board.write(folder / "results", models, cases)
        rows = models * cases * len(big_board.METRICS)
        print(f"{models} models × {cases} cases × {len(big_board.METRICS)} metrics = {rows} rows")
        print(f"written in {time.monotonic() - start:.1f} s")
        with serving.server(folder / "runs", folder / "results") as address, serving.browser() as browser:
            page = browser.new_page()
            print(f"overview, first visitor: {_opened(page, address):.2f} s")
            for _ in range(3):
                print(f"overview, next visitor: {_opened(browser.new_page(), address):.2f} s")
            print(f"all columns: {_opened(page, f'{address}/?columns=Everything'):.2f} s")


def _opened(page: Page, address: str) -> float:
    start = time.monotonic()
    page.goto(address)
    page.locator(DRAWN).first.wait_for(timeout=120_000)
    return time.monotonic() - start


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
