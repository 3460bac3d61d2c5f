"""The static site in a real browser, from a disk and from `bench serve`: what only a browser does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.leaderboard.site_windows import Window, opened


def test_sorting_puts_the_best_first_and_what_has_no_value_last(window: Window) -> None:
    window.go("index.html")
    heading = window.page.get_by_role("button", name="Largest brightness jump")
    expect(heading).to_be_hidden()
    window.page.get_by_label("All 2 metrics").check()
    # the first column that has a better direction sorts, here ssim_mean
    assert window.names() == ["alpha", "beta"]
    heading.click()
    assert window.names() == ["beta", "alpha"]  # the first click shows the best: lower is better
    heading.click()
    assert window.names() == ["alpha", "beta"]
    ssim = window.page.get_by_role("button", name="Stability")
    for _ in range(2):
        ssim.click()
        assert window.names() == ["alpha", "beta"]  # beta has none, whichever way
    assert window.page.locator("tr.apart").count() == 1  # still never comes between models


def test_an_address_shows_what_its_sender_chose_and_nonsense_is_passed_over(window: Window) -> None:
    window.go("index.html")
    window.page.get_by_role("button", name="Model").click()
    window.page.get_by_label("Search").fill("beta")
    window.page.locator("details.columns summary").click()
    window.page.locator("details.columns").get_by_text("Stability").click()
    assert window.names() == ["beta"]
    sent = window.page.url
    assert "sort=name" in sent
    window.page.goto("about:blank")
    window.page.goto(sent)
    assert window.names() == ["beta"]
    expect(window.page.get_by_label("Search")).to_have_value("beta")
    expect(window.page.get_by_role("button", name="Stability")).to_be_hidden()
    window.go("index.html#sort=<script>&role=nobody&hide=x,%25E0,y&q=")
    assert sorted(window.names()) == ["alpha", "beta"]


def test_keys_sort_and_tick_and_the_focus_is_seen(window: Window) -> None:
    window.go("index.html")
    keys = window.page.keyboard
    heading = window.page.get_by_role("button", name="Stability")
    heading.focus()
    keys.press("Enter")
    expect(window.page.locator("th[aria-sort]")).to_contain_text("Stability")
    keys.press("Tab")
    assert window.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    for name in ("alpha", "beta"):
        window.page.get_by_label(f"Compare {name}").focus()
        keys.press(" ")
    expect(window.page.get_by_role("link", name="Compare 2")).to_be_visible()


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("tradeoffs.html", "index.html"),
        ("case.html#runs=alpha-tiny&case=c1&seed=0", "compare.html#runs=alpha-tiny&case=c1&seed=0"),
        ("calibration.html", "metrics.html#calibration"),
        ("reported.html#physics-iq", "elsewhere.html#physics-iq"),
        ("model.html", "models/alpha-tiny.html"),
    ],
)
def test_addresses_of_before_lead_on_with_what_was_chosen(window: Window, before: str, now: str) -> None:
    window.go(before)
    window.page.wait_for_url(f"{window.address}/{now}")
    expect(window.page.locator(".top nav a[aria-current]")).to_have_count(1)


def test_the_model_s_clips_play_beside_its_numbers(window: Window) -> None:
    window.go("models/alpha-tiny.html")
    expect(window.page.locator("video")).to_have_count(2)
    window.page.locator("video").first.evaluate("video => video.play()")
    window.until("document.querySelector('video').currentTime > 0.1")
    expect(window.page.get_by_role("heading", name="Over time")).to_be_visible()


def test_a_phone_at_night_and_a_theme_that_is_kept(browser: Browser, exported: Path, server: str) -> None:
    with opened(browser, server, width=390, scheme="dark") as window:
        seen = {
            "index.html": "tbody th",
            "compare.html#runs=alpha-tiny,beta-tiny,still-tiny": "#pairs td",
            "metrics.html": "tbody th",
            "metrics/ssim_mean.html": "figure",
            "elsewhere.html": "main p",
            "about.html": "main p",
            "models/alpha-tiny.html": "tbody th",
        }
        for path, part in seen.items():
            window.go(path)
            window.page.locator(part).first.wait_for()
            assert window.page.evaluate("document.documentElement.scrollWidth") <= 390, path
            colour = window.page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert max(map(int, re.findall(r"\d+", colour)[:3])) < 64, (path, colour)
        window.page.get_by_label("Light or dark").click()
        window.go("index.html")
        colour = window.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert min(map(int, re.findall(r"\d+", colour)[:3])) > 200
