"""The overview as visitors use it: filter, sort, share, take away, go on to a comparison; and on a phone at night."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import expect

from bench.web import player
from tests.leaderboard import big_board, boards, serving
from tests.leaderboard.lines import SSIM
from tests.leaderboard.visiting import CHARTS, Visit, picture, saved

LARGE = f"{big_board.SUITE}@{big_board.VERSION}"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A board of fourteen published runs, null baselines among them, and of two with clips."""
    folder = tmp_path_factory.mktemp("overview")
    big_board.write(folder / "published", runs=14, cases=12)
    boards.two_runs(folder / "runs")
    with serving.server(folder / "runs", folder / "published") as started:
        yield started


def test_find_sort_clear(visit: Visit, tmp_path: Path) -> None:
    visit.go(f"?suite={LARGE}")
    expect(visit.cell("ltx-video")).to_have_count(1)
    visit.page.get_by_label("Search").fill("framepack")
    visit.page.get_by_text("2 of 10 models: contains “framepack”").wait_for()
    visit.page.wait_for_url("**#q=framepack")
    expect(visit.cell("ltx-video")).to_have_count(0)
    expect(visit.cell("framepack-f1")).to_have_count(1)
    expect(visit.cell("still")).to_have_count(1)  # what costs nothing is not filtered
    visit.page.get_by_role("button", name="Clear filters").click()
    expect(visit.cell("ltx-video")).to_have_count(1)
    visit.page.wait_for_function("!location.hash.includes('q=')")
    assert visit.page.get_by_label("Search").input_value() == ""
    visit.page.get_by_role("columnheader", name="Seconds per clip").get_by_role("button").click()
    visit.page.wait_for_url("**#sort=cost_seconds")
    picture(visit, tmp_path, "overview-sorted")


SENT = {"suite": LARGE, "plot": SSIM.card.heading, "total": "no total", "columns": "Consistency"}
CHOSEN = "sort=-name&q=ltx&largest=30&whole=1&hide=coverage"


def test_an_address_shows_what_its_sender_chose(visit: Visit) -> None:
    visit.go(f"?{urlencode(SENT)}#{CHOSEN}")
    for _ in range(2):
        expect(visit.page.locator(f'{CHARTS}[aria-label="{SSIM.card.heading}"]')).to_have_count(1)
        expect(visit.page.get_by_text("2 of 10 models")).to_be_visible()
        expect(visit.page.get_by_role("columnheader", name="Coverage")).to_be_hidden()
        assert {name: value for name, (value,) in visit.query().items() if name in SENT} == SENT
        assert set(urlsplit(visit.page.url).fragment.split("&")) == set(CHOSEN.split("&"))
        visit.page.reload()


def test_the_table_is_taken_away(visit: Visit, tmp_path: Path) -> None:
    visit.go(f"?suite={LARGE}#q=framepack")
    visit.page.get_by_text("2 of 10 models").wait_for()
    rows = list(csv.DictReader(io.StringIO(saved(visit.page, "csv"))))
    assert {row["name"] for row in rows} == {"framepack", "framepack-f1", *big_board.LIVELINESS}
    assert all(float(row["ssim_mean mean"]) for row in rows)
    visit.page.get_by_text("Download", exact=True).click()
    for button, name in {"Scores (CSV)": f"{LARGE}.csv", "Citations (BibTeX)": f"{LARGE}.bib"}.items():
        with visit.page.expect_download() as waited:
            visit.page.get_by_role("button", name=button).click()
        assert waited.value.suggested_filename == name
        waited.value.save_as(tmp_path / name)
    lines = list(csv.DictReader(io.StringIO((tmp_path / f"{LARGE}.csv").read_text())))
    assert {line["name"] for line in lines} > {"framepack", "ltx-video", *big_board.LIVELINESS}
    assert all(float(line["mean"]) for line in lines if line["metric"] == "ssim_mean")
    assert "@software{i2v-bench," in (tmp_path / f"{LARGE}.bib").read_text()


def test_ticked_rows_go_to_their_comparison(visit: Visit) -> None:
    visit.go(f"?suite={LARGE}#sort=name")
    ticks = visit.page.get_by_label("Compare ")
    for row in (0, 1):
        ticks.nth(row).check()
    ticked = [
        visit.page.locator("tr:has(input:checked)").nth(row).get_attribute("data-row") for row in (0, 1)
    ]
    visit.page.get_by_role("link", name="Compare 2").click()
    visit.page.wait_for_url("**/compare?*")
    expect(visit.page.get_by_test_id("stHeading").get_by_text("Compare")).to_be_visible()
    assert len(visit.query()["runs"]) == 2
    assert visit.query()["runs"] == ticked


def test_six_rows_may_be_ticked(visit: Visit) -> None:
    visit.go(f"?suite={LARGE}")
    ticks = visit.page.get_by_label("Compare ")
    tray = visit.page.get_by_role("region", name="To be compared")
    expect(tray).to_be_hidden()
    ticks.first.check()
    expect(tray).to_contain_text("Tick another to compare")
    for row in range(player.MOST):
        ticks.nth(row).check()
    expect(visit.page.locator(".primary")).to_have_text("Compare 6")
    expect(ticks.nth(player.MOST)).to_be_disabled()
    visit.page.mouse.wheel(0, 20_000)
    expect(tray).to_be_in_viewport()  # wherever the visitor is
    tray.get_by_role("button", name="Take out").first.click()
    expect(ticks.nth(player.MOST)).to_be_enabled()
    tray.get_by_role("button", name="Clear").click()
    expect(tray).to_be_hidden()


def test_a_phone_at_night(mobile: Visit, tmp_path: Path) -> None:
    mobile.go(f"?suite={LARGE}")
    picture(mobile, tmp_path, "mobile-overview")
    assert mobile.page.evaluate("document.documentElement.scrollWidth") <= 390
    main = mobile.page.locator("[data-testid=stMain]")
    assert main.evaluate("main => main.scrollWidth - main.clientWidth") <= 0
