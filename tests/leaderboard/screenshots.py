"""Photographs every page of the board: python tests/leaderboard/screenshots.py RUNS RESULTS FOLDER [DOCS].

Light, dark and as a phone shows them, all into FOLDER; those that the docs show also into DOCS, in 256 colours.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import Browser, Page

sys.path.insert(0, str(Path(__file__).parents[2]))

from bench import runs
from bench.models import card_facts
from bench.runs import RunFolder
from tests.leaderboard import serving

SETTLED = "[data-testid=stApp][data-test-script-state=notRunning]"
LOOKS: dict[str, tuple[Literal["light", "dark"], int, int]] = {
    "light": ("light", 1280, 1000),
    "dark": ("dark", 1280, 1000),
    "mobile": ("dark", 390, 844),
}
DOCUMENTED = (
    "overview-light", "overview-mobile", "compare-light", "model-light", "metrics-light",
)  # fmt: skip
LARGEST = 150_000
"""Bytes of a picture in the docs."""


@dataclass(frozen=True)
class Shot:
    """A picture to be taken."""

    name: str
    path: str


def shots(out: Path) -> Iterator[Shot]:
    """One a page, with what there is to see on it: runs with clips, models before null baselines."""
    there = _largest_suite(runs.find(out))
    ids = [quote(folder.path.name, safe="") for folder in there]
    yield Shot("overview", "")
    for page in ("metrics", "elsewhere", "about"):
        yield Shot(page, page)
    yield Shot("calibration", "metrics?tab=Calibration")
    if ids:
        yield Shot("model", f"model?run={ids[0]}")
        yield Shot("compare", "compare")


def _largest_suite(folders: Sequence[RunFolder]) -> list[RunFolder]:
    """The runs of the suite that has most, models first, and what moves before what does not."""
    suites = Counter(folder.run.suite for folder in folders)
    own = [folder for folder in folders if folder.run.suite == suites.most_common(1)[0][0]]
    return sorted(
        own,
        key=lambda folder: (
            card_facts.card_of(folder.run.model).role != "model",
            folder.run.model == "still",
        ),
    )


def take(out: Path, published: Path, folder: Path, docs: Path | None) -> None:
    """Photographs everything; names what is too large for the docs."""
    folder.mkdir(parents=True, exist_ok=True)
    with serving.server(out, published) as address, serving.browser() as browser:
        for shot in shots(out):
            for look in LOOKS:
                _take(browser, f"{address}/{shot.path}", folder / f"{shot.name}-{look}.png", look)
    if docs:
        docs.mkdir(parents=True, exist_ok=True)
        for name in DOCUMENTED:
            if (folder / f"{name}.png").is_file():
                _shrink(folder / f"{name}.png", docs / f"{name}.png")


def _take(browser: Browser, address: str, path: Path, look: str) -> None:
    scheme, width, height = LOOKS[look]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page: Page = context.new_page()
    page.goto(address)
    page.locator(SETTLED).wait_for(timeout=60_000)
    page.wait_for_timeout(2500)  # plots draw, widgets fade in, clips begin
    page.screenshot(path=path)
    context.close()


def _shrink(source: Path, target: Path) -> None:
    """As few colours as it takes; clips have many."""
    for colours in (256, 128, 64, 32):
        Image.open(source).convert("RGB").quantize(colours).save(target, optimize=True)
        if target.stat().st_size <= LARGEST:
            return


if __name__ == "__main__":
    take(*(Path(word) for word in sys.argv[1:4]), Path(sys.argv[4]) if len(sys.argv) > 4 else None)
