"""Films the player for the README: python tests/leaderboard/moving_picture.py SITE CASE FILE RUN….

SITE is what `bench export` made. Its page of a comparison plays runs in step beside their input image; every frame is
photographed. Only clips that may be shown: those of null models on the demo suite.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.leaderboard import serving

SIZE = {"width": 1100, "height": 900}
ROWS = 680
"""Pixels of the player: clips, and the first plots below them."""

WIDTH = 800
COLOURS = 64
MILLISECONDS = 125
"""Per frame: the clips have 8 per second."""


def film(site: Path, case: str, path: Path, ids: Sequence[str]) -> None:
    """Writes a GIF of some runs of a site on a case of their suite."""
    with serving.browser() as browser:
        page = browser.new_context(viewport=SIZE, color_scheme="light").new_page()
        page.goto(f"file://{site.absolute()}/compare.html#runs={','.join(ids)}&case={case}")
        frames = list(_frames(page))
    first, *others = [
        frame.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE) for frame in frames
    ]
    first.save(path, save_all=True, append_images=others, duration=MILLISECONDS, loop=0, optimize=True)


def _frames(page: Page) -> list[Image.Image]:
    """The player at every frame of its clips."""
    player = page.locator("section.player").first
    player.locator("video").first.wait_for(timeout=60_000)
    page.wait_for_timeout(2000)  # clips begin, plots are drawn
    page.get_by_role("button", name="Pause").click()
    page.keyboard.press("Home")
    said = re.search(r"/ (\d+)", page.locator(".player-readout").first.inner_text())
    steps = int(said[1]) if said else 0
    taken = []
    for _ in range(steps):
        page.wait_for_timeout(150)  # the decoder seeks
        shot = Image.open(io.BytesIO(player.screenshot())).convert("RGB")
        taken.append(shot.crop((0, 0, shot.width, ROWS)).resize((WIDTH, round(WIDTH * ROWS / shot.width))))
        page.keyboard.press("ArrowRight")
    return taken


if __name__ == "__main__":
    film(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), sys.argv[4:])
