"""The overview as visitors use it: filter, sort, share, take away, go on to a comparison; and on a phone at night."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.leaderboard import big_board, boards, serving
from tests.leaderboard.visiting import CHARTS, Visit, opened, picture

TABLE = "[data-testid=stDataFrame]"
STILL = "[data-testid=stApp][data-test-script-state=notRunning]"
SENT = "?q=ltx&sort=Name&plot=ssim_mean&size=30&complete=true&reverse=true&total=none&columns=Consistency"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a board of fourteen published runs, null baselines among them, and of two with clips."""
    folder = tmp_path_factory.mktemp("overview")
    big_board.write(folder / "published", runs=14, cases=12)
    boards.two_runs(folder / "runs")
    with serving.server(folder / "runs", folder / "published") as started:
        yield started


def test_find_sort_clear(visit: Visit, tmp_path: Path) -> None:
    visit.go()
    expect(visit.cell("ltx-video")).to_have_count(1)
    visit.page.get_by_label("Find a model").fill("framepack")
    visit.page.keyboard.press("Enter")
    visit.page.get_by_text("2 of 10 models").wait_for()
    visit.page.wait_for_url("**q=framepack*")
    expect(visit.cell("ltx-video")).to_have_count(0)
    expect(visit.cell("framepack-f1")).to_have_count(1)
    expect(visit.cell("still")).to_have_count(1)  # what costs nothing is not filtered
    visit.page.get_by_role("button", name="Clear filters").click()
    expect(visit.cell("ltx-video")).to_have_count(1)
    visit.page.wait_for_function("!location.search.includes('q=')")
    assert visit.page.get_by_label("Find a model").input_value() == ""
    visit.page.get_by_label("Sort by").click()
    visit.page.get_by_role("option", name="cost_seconds").click()
    visit.page.wait_for_url("**sort=cost_seconds*")
    picture(visit, tmp_path, "overview-sorted")


def test_an_address_shows_what_its_sender_chose(visit: Visit) -> None:
    visit.go(SENT)
    expect(visit.page.locator(CHARTS)).to_contain_text("ssim_mean")
    expect(visit.page.get_by_text("2 of 10 models")).to_be_visible()
    sent = dict(pair.split("=") for pair in SENT[1:].split("&"))
    assert {name: value for name, (value,) in visit.query().items() if name in sent} == sent
    visit.page.reload()
    expect(visit.page.get_by_text("2 of 10 models")).to_be_visible()
    assert {name: value for name, (value,) in visit.query().items() if name in sent} == sent


def test_the_table_is_taken_away(visit: Visit) -> None:
    visit.go("?q=framepack&suite=large@0123456789ab")
    visit.page.get_by_text("2 of 10 models").wait_for()
    visit.page.get_by_text("Downloads").click()
    with visit.page.expect_download() as waited:
        visit.page.get_by_role("button", name="CSV", exact=True).click()
    assert waited.value.suggested_filename == "large@0123456789ab.csv"
    rows = list(csv.DictReader(io.StringIO(Path(waited.value.path()).read_text())))
    assert {row["name"] for row in rows} == {"framepack", "framepack-f1", *big_board.LIVELINESS}
    assert all(float(row["ssim_mean mean"]) for row in rows)
    with visit.page.expect_download() as waited:
        visit.page.get_by_role("button", name="BibTeX").click()
    assert "@software{i2v-bench," in Path(waited.value.path()).read_text()


def test_ticked_rows_go_to_their_comparison(visit: Visit) -> None:
    visit.go("?sort=Name&suite=large@0123456789ab")
    box = visit.page.locator(TABLE).first.bounding_box()
    assert box
    for row in (1, 2):
        visit.page.mouse.click(box["x"] + 14, box["y"] + 17 + 35 * row)
    visit.page.get_by_text("Compare 2 selected").wait_for()
    visit.page.locator(STILL).wait_for()  # a page that is being drawn anew loses the click
    visit.page.get_by_text("Compare 2 selected").click()
    visit.page.wait_for_url("**/compare?*")
    assert len(visit.query()["runs"]) == 2
    assert all(run.endswith(("-00004", "-000004", "-000005")) for run in visit.query()["runs"])


def test_a_phone_at_night(mobile: Visit, tmp_path: Path) -> None:
    for name, path in {
        "overview": "?suite=large@0123456789ab",
        "tradeoffs": "tradeoffs?suite=large@0123456789ab",
    }.items():
        mobile.go(path)
        picture(mobile, tmp_path, f"mobile-{name}")
        assert mobile.page.evaluate("document.documentElement.scrollWidth") <= 390
        main = mobile.page.locator("[data-testid=stMain]")
        assert main.evaluate("main => main.scrollWidth - main.clientWidth") <= 0


def test_the_front_is_drawn_and_named(browser: Browser, address: str, tmp_path: Path) -> None:
    with opened(browser, address, width=1280, scheme="dark") as window:
        window.go("tradeoffs?suite=large@0123456789ab")
        picture(window, tmp_path, "tradeoffs-dark")
        expect(window.page.locator(CHARTS)).to_contain_text("on the front")
        expect(window.page.locator(f"{CHARTS} path[aria-roledescription='line mark']")).to_have_count(1)
        expect(window.cell("on the front").first).to_be_attached()
