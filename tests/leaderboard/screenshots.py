"""Photographs every page of board and site, light and dark, as wide as a desk and as a phone show it.

    python tests/leaderboard/screenshots.py board RUNS RESULTS FOLDER [DOCS]
    python tests/leaderboard/screenshots.py site SITE FOLDER
    python tests/leaderboard/screenshots.py crowds FOLDER [COUNT …]

`board` starts one; pictures that the docs show go also into DOCS, in 256 colours. `site` takes one that `bench export`
made. `crowds` makes sites of so many models, whose numbers nobody measured: 1, 3, 12 and 200, if no others are named.
Each page's height is printed, and what on it is wider than the window or broken over lines that should not be.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import Browser, Page

sys.path.insert(0, str(Path(__file__).parents[2]))

from bench import runs
from bench.base.progress import Progress
from bench.models import card_facts
from bench.runs import RunFolder
from bench.web import static
from tests.leaderboard import big_board, serving

SETTLED = "[data-testid=stApp][data-test-script-state=notRunning]"
LOOKS: dict[str, tuple[Literal["light", "dark"], int, int]] = {
    "light": ("light", 1400, 1000),
    "dark": ("dark", 1400, 1000),
    "mobile": ("light", 390, 844),
    "mobile-dark": ("dark", 390, 844),
}
DOCUMENTED = (
    "overview-light", "overview-mobile", "compare-light", "model-light", "metrics-light",
)  # fmt: skip
LARGEST = 150_000
"""Bytes of a picture in the docs."""

HIGHEST = 4000
"""Pixels of a picture of a site's page: what nobody scrolls to shows its height alone."""

COUNTS = (1, 3, 12, 200)
CASES = 9

FAULTS = """() => {
  const found = [];
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) found.push(`${wide} px too wide`);
  const range = document.createRange();
  for (const cell of document.querySelectorAll(".bench .scroll td:not(.left) > :is(bdi, .half)")) {
    range.selectNodeContents(cell);
    const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
    if (lines.size > 1) { found.push(`broken: ${cell.textContent}`); break; }
  }
  return found;
}"""


@dataclass(frozen=True)
class Shot:
    """A picture to be taken."""

    name: str
    path: str


# The board


def board(out: Path, published: Path, folder: Path, docs: Path | None = None) -> None:
    """Photographs a board; shrinks what the docs show.

    Args:
        out: folder of runs.
        published: folder of published results.
        folder: that pictures are written to.
        docs: that those of DOCUMENTED are written to as well; None for nowhere.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with serving.server(out, published) as address, serving.browser() as browser:
        for shot in board_shots(out):
            for look in LOOKS:
                _take_board(browser, f"{address}/{shot.path}", folder / f"{shot.name}-{look}.png", look)
    if docs:
        docs.mkdir(parents=True, exist_ok=True)
        for name in DOCUMENTED:
            if (folder / f"{name}.png").is_file():
                _shrink(folder / f"{name}.png", docs / f"{name}.png")


def board_shots(out: Path) -> Iterator[Shot]:
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


def _take_board(browser: Browser, address: str, path: Path, look: str) -> None:
    page = _opened(browser, address, look)
    page.locator(SETTLED).wait_for(timeout=60_000)
    page.wait_for_timeout(2500)  # plots draw, widgets fade in, clips begin
    page.screenshot(path=path)
    page.context.close()


def _shrink(source: Path, target: Path) -> None:
    """As few colours as it takes; clips have many."""
    for colours in (256, 128, 64, 32):
        Image.open(source).convert("RGB").quantize(colours).save(target, optimize=True)
        if target.stat().st_size <= LARGEST:
            return


# The site


def site(site: Path, folder: Path) -> None:
    """Photographs a site's pages from the disk, up to HIGHEST, and prints what is wrong with them."""
    folder.mkdir(parents=True, exist_ok=True)
    with serving.browser() as browser:
        for shot in site_shots(site):
            for look in LOOKS:
                name = f"{shot.name}-{look}"
                height, faults = _take_site(
                    browser, f"file://{site.absolute()}/{shot.path}", folder / f"{name}.png", look
                )
                said = "; ".join([f"{height} px", *faults])
                sys.stdout.write(f"{folder.name}/{name}: {said}\n")


def site_shots(site: Path) -> Iterator[Shot]:
    """Each page above the folders, and the first model's and metric's; comparisons show something."""
    ids = sorted(path.stem for path in (site / "models").glob("*.html"))
    for path in sorted(site.glob("*.html")):
        if "<main" not in path.read_text():  # an old address that leads on
            continue
        chosen = f"#runs={','.join(ids[:3])}" if path.stem == "compare" else ""
        yield Shot(path.stem, path.name + chosen)
    for place in ("models", "metrics"):
        for path in sorted((site / place).glob("*.html"))[:1]:
            yield Shot(place[:-1], f"{place}/{path.name}")


def crowds(folder: Path, counts: Sequence[int] = COUNTS) -> None:
    """Photographs sites of so many models beside the null baselines."""
    for count in counts:
        with TemporaryDirectory() as place:
            published, made = Path(place, "published"), Path(place, "site")
            big_board.write(published, count + len(big_board.LIVELINESS), CASES)
            static.export(made, static.Wanted((published,)), Progress())
            site(made, folder / f"{count}-models")


def _take_site(browser: Browser, address: str, path: Path, look: str) -> tuple[int, list[str]]:
    """Height of the page, and its faults."""
    page = _opened(browser, address, look)
    page.wait_for_timeout(700)  # scripts draw, clips begin
    height: int = page.evaluate("document.documentElement.scrollHeight")
    faults: list[str] = page.evaluate(FAULTS)
    width = LOOKS[look][1]
    clip = {"x": 0, "y": 0, "width": width, "height": min(height, HIGHEST)}
    page.screenshot(path=path, full_page=True, clip=clip)  # type: ignore[arg-type]
    page.context.close()
    return height, faults


def _opened(browser: Browser, address: str, look: str) -> Page:
    scheme, width, height = LOOKS[look]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    page.goto(address)
    return page


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["board", out, published, folder, *docs]:
            board(Path(out), Path(published), Path(folder), *map(Path, docs))
        case ["site", place, folder]:
            site(Path(place), Path(folder))
        case ["crowds", folder, *numbers]:
            crowds(Path(folder), [*map(int, numbers)] or COUNTS)
        case _:
            sys.exit(__doc__)
