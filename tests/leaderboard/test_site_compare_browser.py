"""Compare on the static site in a real browser: what it opens on, the player, and the ways between cases."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.leaderboard.site_windows import Window, opened
from tests.leaderboard.visiting import PLAYING
from tests.web.sites import export

TIMES = "[...document.querySelectorAll('video')].map(video => video.currentTime)"


FRAMES = """async (count) => {
  for (let n = 0; n < count; n += 1) await new Promise((done) => requestAnimationFrame(done));
}"""


def test_two_entries_are_ticked_compared_played_and_in_step(window: Window) -> None:
    window.go("index.html")
    for name in ("alpha", "beta"):
        window.page.get_by_label(f"Compare {name}").check()
    window.page.get_by_role("link", name="Compare 2").click()
    window.until(PLAYING)
    expect(window.page.locator("video")).to_have_count(2)
    expect(window.page.locator("#pairs h3").first).to_contain_text("against")
    window.until("document.querySelectorAll('video')[0].currentTime > 0.2")
    for _ in range(5):
        first, second = window.page.evaluate(TIMES)
        assert abs(first - second) < 0.05
        window.page.evaluate(FRAMES, 5)


def test_keys_play_and_step_wherever_nothing_else_takes_them(window: Window) -> None:
    window.go("compare.html#runs=alpha-tiny,still-tiny&case=c1")
    window.until(PLAYING)
    keys, player = window.page.keyboard, "document.querySelector('section.player').clock"
    expect(window.page.locator("#pairs h3").first).to_contain_text("against")
    window.until(f"{player}.isPlaying && !{player}.isHeld && {player}.time > 0.2")
    keys.press(" ")
    window.until(f"!{player}.isPlaying")
    assert window.page.evaluate("scrollY") == 0  # nor does the page scroll
    window.page.get_by_role("slider", name="Time").focus()
    keys.press("Home")
    readout = window.page.locator(".player-readout").first
    expect(readout).to_contain_text("frame 1 / 24")
    keys.press("End")
    expect(readout).to_contain_text("frame 24 / 24")
    window.page.evaluate("document.activeElement.blur()")
    keys.press("ArrowLeft")
    expect(readout).to_contain_text("frame 23 / 24")
    window.page.locator("#case").focus()
    keys.press("ArrowLeft")  # is the list's, which goes to the case before
    expect(window.page.locator("#case")).to_have_value("c0")


def test_seeking_works(window: Window) -> None:
    window.go("compare.html#runs=alpha-tiny,still-tiny&case=c1")
    window.until(PLAYING)
    window.page.get_by_role("button", name="Pause").click()
    window.page.locator(".player-bar").evaluate(
        "bar => { bar.value = 2; bar.dispatchEvent(new Event('input')); }"
    )
    window.until(f"{TIMES}.every(time => Math.abs(time - 2) < 0.07)")
    expect(window.page.locator(".player-readout").first).to_contain_text("frame 17 / 24")
    expect(window.page.locator("#case")).to_have_value("c1")


def test_a_case_is_a_comparison_of_all_that_have_it(window: Window) -> None:
    window.go("case.html#case=c1")  # an address of before
    window.until(PLAYING)
    expect(window.page.locator("#values tbody tr")).to_have_count(3)
    expect(window.page.locator("video")).to_have_count(3)
    window.page.get_by_label("Run 2").select_option("")
    expect(window.page.locator("video")).to_have_count(2)
    sent = window.page.url
    assert sent.endswith("compare.html#runs=alpha-tiny,still-tiny&case=c1")
    window.page.goto("about:blank")
    window.page.goto(sent)
    expect(window.page.locator("video")).to_have_count(2)
    window.page.get_by_label("The next case").click()
    window.until("location.hash.includes('case=c0')")
    expect(window.page.locator("#place")).to_contain_text("Case 1 of 2")
    expect(window.page.locator("#ways a")).to_have_text(["alpha →", "still →"])


def test_it_opens_on_the_two_best_with_the_verdict_above_the_clips(window: Window) -> None:
    window.go("compare.html")
    window.until(PLAYING)
    expect(window.page.locator("video")).to_have_count(2)
    expect(window.page.get_by_label("Run 1")).to_have_value("alpha-tiny")
    expect(window.page.get_by_label("Run 2")).to_have_value("beta-tiny")  # no value of SSIM
    expect(window.page.locator("#verdicts")).to_contain_text("With 2 cases, beta is")
    tops = [
        window.page.locator(part).bounding_box() for part in ("#verdicts", "#player", "#pairs", "#scores")
    ]
    assert [each["y"] for each in tops if each] == sorted(each["y"] for each in tops if each)
    window.page.get_by_label("Run 2").select_option("")
    expect(window.page.locator("#alone")).to_be_visible()


def test_cases_that_differ_most_lead_to_their_clips(window: Window) -> None:
    window.go("compare.html#runs=still-tiny,alpha-tiny")
    expect(window.page.locator("#case")).to_have_value("c0")
    window.page.locator("#pairs").get_by_role("link", name="c1").first.click()
    expect(window.page.locator("#case")).to_have_value("c1")
    assert "case=c1" in window.page.url


def test_cases_that_differ_most_keep_all_runs_that_are_compared(window: Window) -> None:
    runs = "runs=still-tiny,alpha-tiny,beta-tiny"
    window.go(f"compare.html#{runs}&case=c0")
    window.page.locator("#pairs").get_by_role("link", name="c1").first.click()
    expect(window.page.locator("#case")).to_have_value("c1")
    assert window.page.url.endswith(f"#{runs}&case=c1")
    window.until(PLAYING)
    expect(window.page.locator("video")).to_have_count(3)
    expect(window.page.locator("video").first).to_be_in_viewport()


def test_a_case_that_has_no_clips_on_the_site_says_so_in_every_box(
    browser: Browser, exported: Path, tmp_path: Path
) -> None:
    export(tmp_path / "site", exported.parent / "runs", clips="none", most=1)
    with opened(browser, f"file://{tmp_path / 'site'}") as window:
        window.go("compare.html#runs=still-tiny,alpha-tiny")
        window.page.locator("#pairs").get_by_role("link", name="c1").first.click()
        expect(window.page.locator("#case")).to_have_value("c1")
        boxes = window.page.locator(".player-lane")
        expect(boxes.locator(".player-missing")).to_have_text(["This site shows no clip of it."] * 2)
        assert [text.strip() for text in boxes.locator(".player-readout").all_text_contents()] == ["", ""]
        expect(window.page.locator(".player-controls")).to_be_hidden()


def test_a_player_that_is_replaced_is_over(browser: Browser, exported: Path) -> None:
    """It asks for no more refreshes, plays nothing, and holds no clip: browsers play only so many."""
    with opened(browser, f"file://{exported}") as window:
        window.go("compare.html#runs=alpha-tiny,beta-tiny&case=c0")
        window.until(PLAYING)
        window.page.evaluate("window.old = document.querySelector('section.player')")
        window.page.get_by_label("The next case").click()
        window.until("document.querySelector('section.player') && !old.isConnected")
        window.page.evaluate("old.clock.tick = () => { window.ticked = (window.ticked ?? 0) + 1; }")
        window.page.evaluate(FRAMES, 5)
        assert window.page.evaluate("window.ticked ?? 0") <= 1  # the one that had been asked for already
        assert window.page.evaluate("old.clock.isPlaying") is False
        assert window.page.evaluate("[...old.querySelectorAll('video[src]')].length") == 0
        window.until(PLAYING)


SHOWN = """([series, lines]) => {
  const clips = lines.map((each, number) => ({
    name: `run ${number}`,
    clip: { fps: 8, frames: 3, series: Object.fromEntries(series.map((name) => [name, each])) },
  }));
  const plotted = Object.fromEntries(series.map((name) => [name, { title: name, unit: "" }]));
  benchPlayer.show(document.getElementById("player"), { id: "c0" }, clips, plotted);
  return JSON.parse(document.querySelector("section.player script").textContent).series[0].first;
}"""


def test_values_of_pairs_stand_at_their_later_frames_if_any_run_says_so(
    browser: Browser, exported: Path
) -> None:
    with opened(browser, f"file://{exported}") as window:
        window.go("compare.html")
        window.until(PLAYING)
        lines = [{"first": 0, "line": [1, 2]}, {"first": 1, "line": [1, 2]}]
        assert window.page.evaluate(SHOWN, [["m"], lines]) == 1
        # next to a number this large the next tick is the same number: no page may hang
        ends = [{"first": 0, "line": [1e20, 1e20 + 16384]}, {"first": 0, "line": [-1e308, 1e308]}]
        for line in ends:
            assert window.page.evaluate(SHOWN, [["m"], [line]]) == 0


def test_more_series_than_eight_stand_behind_a_click(browser: Browser, exported: Path) -> None:
    with opened(browser, f"file://{exported}") as window:
        window.go("compare.html")
        window.until(PLAYING)
        window.page.evaluate(SHOWN, [[f"m{n}" for n in range(20)], [{"first": 0, "line": [1, 2, 3]}]])
        plots = window.page.locator(".player-plot")
        assert [plots.nth(place).is_visible() for place in range(20)] == [True] * 8 + [False] * 12
        window.page.get_by_text("12 more along the clips").click()
        expect(plots.nth(19)).to_be_visible()
        window.until(
            "(svgs => svgs[19].clientWidth === svgs[0].clientWidth)(document.querySelectorAll('.player-plot svg'))"
        )
