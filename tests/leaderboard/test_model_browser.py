"""The pages of a model, of metrics and about, in a real browser: what only the front end does."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import expect

from bench.evaluators import catalogue
from tests.leaderboard import boards
from tests.leaderboard.visiting import AREAS, CHARTS, LINES, PLAYING, Visit, picture


def test_a_run_plays_beside_its_image_and_draws_its_series(visit: Visit, tmp_path: Path) -> None:
    visit.go("model?run=mover-tiny&case=c1&seed=0")
    visit.page.wait_for_function(PLAYING)
    expect(visit.page.locator(CHARTS)).to_have_count(2)
    expect(visit.page.locator("[data-testid=stImage] img")).to_have_count(1)
    expect(visit.page.locator(LINES)).to_have_count(2)
    expect(visit.page.get_by_role("img", name="ssim_mean along the clip")).to_be_visible()
    videos = [response for response in visit.responses if "/previews/" in response.url]
    assert videos
    assert {response.status for response in videos} <= {200, 206}
    assert any(response.status == 206 for response in videos)
    assert visit.page.evaluate(
        "[...document.querySelectorAll('video')].map(v => [v.videoWidth, v.videoHeight])"
    ) == [[64, 48]]
    picture(visit, tmp_path, "run")


def test_choosing_a_run_changes_the_address_and_the_clip(visit: Visit) -> None:
    visit.go("model?run=mover-tiny&case=c1", wait_for="video")
    visit.page.get_by_role("combobox").first.click()
    visit.page.get_by_role("option", name="still-tiny").click()
    visit.page.wait_for_url("**run=still-tiny*")
    visit.page.wait_for_function("document.querySelector('video')?.src.includes('still-tiny')")
    assert visit.query()["case"] == ["c1"]


def test_bands_are_drawn_and_the_clip_plays_on(visit: Visit, tmp_path: Path) -> None:
    visit.go("model?run=mover-tiny&case=c1", wait_for="video")
    visit.page.get_by_role("tab", name="Over time").click()
    visit.page.wait_for_url("**tab=Over+time*")
    expect(visit.page.locator(AREAS)).to_have_count(2)
    expect(visit.page.locator(LINES)).to_have_count(2)
    visit.page.wait_for_function(PLAYING)
    assert visit.query()["case"] == ["c1"]
    picture(visit, tmp_path, "model-bands")


def test_the_worst_case_changes_the_clip_and_the_address(visit: Visit, tmp_path: Path) -> None:
    visit.go("model?run=mover-tiny&case=c1&tab=Cases&by=ssim_mean", wait_for="video")
    visit.page.locator(".card a").last.click()  # c0 has 0.5, c1 0.7
    visit.page.wait_for_url("**case=c0*")
    visit.page.wait_for_function("document.querySelector('video')?.src.includes('/c0-0-')")
    visit.page.wait_for_function(PLAYING)
    assert visit.query()["tab"] == ["Cases"]
    assert visit.query()["by"] == ["ssim_mean"]
    picture(visit, tmp_path, "model-cases")


def test_another_run_is_a_click_away(visit: Visit) -> None:
    visit.go("model?run=mover-tiny", wait_for="video")
    visit.page.get_by_text("Compare with another run").click()
    visit.page.get_by_role("link", name="still", exact=True).click()
    visit.page.wait_for_url("**/compare?*")
    visit.page.wait_for_function("new URLSearchParams(location.search).getAll('runs').length == 2")
    assert visit.query()["runs"] == ["mover-tiny", "still-tiny"]


def test_a_line_of_the_index_opens_its_metric(visit: Visit, tmp_path: Path) -> None:
    known = catalogue.registered()
    first, *_ = known.ordered(known.cards)
    visit.go("metrics?metric=ssim_mean", wait_for="table")
    visit.page.get_by_role("link", name=known.heading(first), exact=True).click()
    visit.page.wait_for_url(f"**metric={first}*")
    expect(visit.page.get_by_role("heading", name=known.heading(first))).to_be_visible()
    picture(visit, tmp_path, "metrics")


def test_a_strangers_texts_do_nothing(visit: Visit, tmp_path: Path) -> None:
    visit.go("model?run=hostile-tiny")
    for tab in ("Cases", "Missing values", "This clip"):
        visit.page.get_by_role("tab", name=tab).click()
        expect(visit.page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
    expect(visit.page.get_by_text("onerror=window.hit=1").first).to_be_visible()
    picture(visit, tmp_path, "hostile-model")
    assert visit.page.locator("img[src='x']").count() == 0
    assert visit.strange_links() == []
    visit.go(f"metrics?metric={quote(f'ssim_mean[model={boards.HOSTILE}]')}")
    expect(visit.page.get_by_role("heading", name="onerror=window.hit=1")).to_be_visible()
    assert visit.page.locator("img[src='x']").count() == 0
    assert visit.strange_links() == []


def test_a_phone_at_night(mobile: Visit, tmp_path: Path) -> None:
    pages = {
        "overview": ("", CHARTS),
        "model": ("model?run=mover-tiny", CHARTS),
        "model-cases": ("model?run=mover-tiny&tab=Cases", "video"),
        "model-time": ("model?run=mover-tiny&tab=Over+time", CHARTS),
        "metrics": ("metrics?metric=ssim_mean", CHARTS),
        "about": ("about", "table"),
    }
    for name, (path, wait_for) in pages.items():
        mobile.go(path, wait_for=wait_for)
        picture(mobile, tmp_path, f"mobile-{name}")
        assert mobile.page.evaluate("document.documentElement.scrollWidth") <= 390, name
        main = mobile.page.locator("[data-testid=stMain]")
        assert main.evaluate("main => main.scrollWidth - main.clientWidth") <= 0, name
        background = mobile.page.locator("[data-testid=stApp]").evaluate(
            "app => getComputedStyle(app).backgroundColor"
        )
        red, green, blue = (int(level) for level in background.removeprefix("rgb(").rstrip(")").split(","))
        assert max(red, green, blue) < 64, f"{name}: {background} is not dark"
