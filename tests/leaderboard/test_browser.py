"""A model's page in a real browser, and the first pages on a phone: what only the front end does."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.leaderboard.visiting import CHARTS, PLAYING, Visit, picture


def test_a_run_plays_beside_its_image_and_draws_its_series(visit: Visit, tmp_path: Path) -> None:
    visit.go("model?run=mover-tiny&case=c1&seed=0")
    visit.page.wait_for_function(PLAYING)
    expect(visit.page.locator(CHARTS)).to_have_count(2)
    expect(visit.page.locator("[data-testid=stImage] img")).to_have_count(1)
    drawn = visit.page.locator(f"{CHARTS} path[aria-roledescription='line mark']")
    expect(drawn).to_have_count(2)
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
    visit.page.wait_for_function("document.querySelector('video').src.includes('still-tiny')")
    assert visit.query()["case"] == ["c1"]


def test_a_phone_at_night(mobile: Visit, tmp_path: Path) -> None:
    for name, path in {"overview": "", "model": "model?run=mover-tiny"}.items():
        mobile.go(path)
        picture(mobile, tmp_path, f"mobile-{name}")
        assert mobile.page.evaluate("document.documentElement.scrollWidth") <= 390
        main = mobile.page.locator("[data-testid=stMain]")
        assert main.evaluate("main => main.scrollWidth - main.clientWidth") <= 0
        background = mobile.page.locator("[data-testid=stApp]").evaluate(
            "app => getComputedStyle(app).backgroundColor"
        )
        red, green, blue = (int(level) for level in background.removeprefix("rgb(").rstrip(")").split(","))
        assert max(red, green, blue) < 64, f"{background} is not dark"
