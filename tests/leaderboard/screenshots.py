"""Makes the pictures of the docs from a folder of runs: python tests/leaderboard/screenshots.py runs docs.

Writes board.png (overview) and board-run.png (the first run's page), each in 256 colours.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

sys.path.insert(0, str(Path(__file__).parents[2]))

from bench import runs
from tests.leaderboard import serving


def take(out: Path, folder: Path) -> None:
    """Photographs both pages of the board over out into folder."""
    run = runs.find(out)[0].path.name
    with serving.server(out) as address, serving.browser() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.goto(address)
        page.locator("[data-testid=stVegaLiteChart] svg").first.wait_for()
        save(page, folder / "board.png")
        page.set_viewport_size({"width": 1280, "height": 1180})
        page.goto(f"{address}/model?run={run}")
        page.wait_for_function("[...document.querySelectorAll('video')].some(v => v.readyState >= 3)")
        page.locator("[data-testid=stVegaLiteChart] svg").first.wait_for()
        save(page, folder / "board-run.png")


def save(page: Page, path: Path) -> None:
    """The window as a small PNG."""
    page.wait_for_timeout(1500)  # widgets fade in
    page.screenshot(path=path)
    Image.open(path).convert("RGB").quantize(256).save(path, optimize=True)


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]))
