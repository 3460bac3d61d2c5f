"""Pages for people who see, point and hear otherwise: axe finds nothing serious on any page, in both themes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.leaderboard import boards
from tests.leaderboard.visiting import Visit
from tests.web.sites import export

GRAVE = {"serious", "critical"}
CONTRAST: dict[str, Any] = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
EVERY: dict[str, Any] = {"resultTypes": ["violations"]}

SHORTER = "document.querySelectorAll('tbody tr:nth-child(n + 7)').forEach(row => row.remove())"
"""Rows are alike, and axe looks at each sign of a hundred of them."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("accessible") / "runs"
    boards.two_runs(out)
    export(out.parent / "site", out)
    return out.parent / "site"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        yield context.new_page()


def _grave(page: Page, options: dict[str, Any]) -> list[str]:
    """What is serious or worse: rule and first elements."""
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{each['id']}: {[node['html'][:200] for node in each['nodes'][:3]]}"
        for each in found
        if each["impact"] in GRAVE
    ]


def _paths(site: Path) -> list[str]:
    """Every page, and one of each kind of which there are many, with what a page of choices needs to show something."""
    chosen = {"compare.html": "#runs=mover-tiny,still-tiny"}
    framed = [path for path in sorted(site.glob("*.html")) if "<main" in path.read_text()]  # others lead on
    pages = [*framed, site / "models/mover-tiny.html", site / "metrics/ssim_mean.html"]
    names = (path.relative_to(site).as_posix() for path in pages)
    return [name + chosen.get(name, "") for name in names]


def test_axe_finds_nothing_serious_on_any_page(page: Page, site: Path) -> None:
    found = {}
    for path in _paths(site):
        page.goto(f"file://{site}/{path}")
        page.evaluate(SHORTER)
        found[path] = _grave(page, EVERY)
        page.emulate_media(color_scheme="dark")
        found[f"{path} in the dark"] = _grave(page, CONTRAST)
        page.emulate_media(color_scheme="light")
    assert {path: faults for path, faults in found.items() if faults} == {}


def test_a_phone_shows_all_of_a_page_s_width_and_axe_finds_nothing_serious_there(
    page: Page, site: Path
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for path in ("index.html", "compare.html#runs=mover-tiny,still-tiny", "models/mover-tiny.html"):
        page.goto(f"file://{site}/{path}")
        assert _grave(page, EVERY) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_a_long_interval_has_a_card_s_whole_width(page: Page, site: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"file://{site}/compare.html#runs=mover-tiny,still-tiny")
    cell = page.locator("#pairs td:not(.left):visible").last
    cell.evaluate("cell => { cell.textContent = '−0.0005767 (−0.004781 … +0.001591)' }")
    page.evaluate("benchBoxes.mount(document.body, new AbortController().signal)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_axe_finds_nothing_serious_in_what_the_board_places(visit: Visit) -> None:
    """Streamlit's own widgets are its makers' matter."""
    visit.go()
    icon = visit.page.locator("link[rel~=icon]").first.get_attribute("href") or ""
    assert icon.startswith("data:image/svg+xml")  # from no other server
    own = [
        each
        for each in Axe().run(visit.page, options=EVERY).response["violations"]
        if each["impact"] in GRAVE and any(isinstance(node["target"][0], list) for node in each["nodes"])
    ]
    assert own == []
