"""The overview as visitors use it: filter, sort, share, take away, go on to a comparison; and on a phone at night."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from bench.exports.spreadsheets import FORMULA
from bench.web import content, html
from bench.web.content import Cell, Table
from bench.web.pages import leaderboard
from tests.leaderboard import big_board, boards, hostile, serving
from tests.leaderboard.lines import FLICKER, MOTION, SSIM, about, line, missing, ranked, ranking, score
from tests.leaderboard.visiting import CHARTS, Visit, opened, picture
from tests.web.pages.reading import markup

LARGE = f"{big_board.SUITE}@{big_board.VERSION}"
SHOWN = "[...document.querySelectorAll('tbody:not(.apart) tr:not([hidden]) th bdi')].map(name => name.textContent)"
COUNT = ".count"


# A table alone, as board and site have it


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[Page]:
    with browser.new_context(accept_downloads=True) as context:
        page = context.new_page()
        yield page


def _show(window: Page, table: Table, chosen: str = "") -> None:
    """Opens a page of a table, with choices in its address."""
    script = f"<script>{html.asset('tables.js')}benchTables.mount(document, runs => runs.join())</script>"
    body = f'<!doctype html><body class="bench">{markup([table])}{script}'
    window.unroute_all()
    window.route("**/*", lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8"))
    window.goto("about:blank")
    window.goto(f"http://table.invalid/#{chosen}")


def _choose(window: Page, chosen: str) -> list[str]:
    """Names of the models that are shown, after a change of the choices in the address."""
    window.goto(f"http://table.invalid/#{chosen}")
    return _names(window)


def _names(window: Page) -> list[str]:
    found: list[str] = window.evaluate(SHOWN)
    return found


ORDERED = ranking(
    [
        line("Middle", {SSIM: score(0.5), FLICKER: score(5.0)}, coverage=0.5),
        line("best", {SSIM: score(0.9), FLICKER: score(1.0)}, coverage=1.0, ranks={FLICKER: ranked(1, 2)}),
        line("none", {SSIM: missing()}, coverage=0.0),
        line("worst", {SSIM: score(0.1), FLICKER: score(9.0)}, coverage=0.7, ranks={SSIM: ranked(3, 3)}),
    ],
    (MOTION, SSIM, FLICKER),
)


def test_the_best_are_first_whichever_way_is_better_and_what_is_missing_is_last(window: Page) -> None:
    _show(window, leaderboard.table(ORDERED))
    for title in (SSIM.card.heading, FLICKER.card.heading):
        heading = window.get_by_role("columnheader", name=title)
        window.get_by_role("button", name="Model", exact=True).click()
        heading.get_by_role("button").click()
        assert _names(window) == ["best", "Middle", "worst", "none"]
        first = heading.get_attribute("aria-sort")
        heading.get_by_role("button").click()
        assert _names(window) == ["worst", "Middle", "best", "none"]
        assert {first, heading.get_attribute("aria-sort")} == {"ascending", "descending"}


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("name", "best Middle none worst"),
        ("-name", "worst none Middle best"),
        ("-coverage", "best worst Middle none"),
        ("-motion_share", "best Middle none worst"),  # no run has one: by name
        ("flicker_max_step", "best Middle worst none"),
        ("-flicker_max_step", "worst Middle best none"),
        ("<script>", "best Middle worst none"),  # as at first
    ],
)
def test_an_address_sorts(window: Page, sort: str, names: str) -> None:
    _show(window, leaderboard.table(ORDERED))
    assert " ".join(_choose(window, f"sort={sort}")) == names


def test_ranks_are_those_of_the_column_that_sorts(window: Page) -> None:
    _show(window, leaderboard.table(ORDERED))
    ranks = "[...document.querySelectorAll('tbody tr')].map(row => row.cells[2].textContent)"
    assert window.evaluate(ranks) == ["–", "–", "3", "–"]
    _choose(window, "sort=flicker_max_step")
    assert window.evaluate(ranks) == ["1–2", "–", "–", "–"]


def test_rows_stay_whole_however_they_are_sorted(window: Page) -> None:
    rng = random.Random(0)
    rows = tuple(
        content.Row(str(place), (
            content.words(f"run {place:02}"),
            *(Cell(f"{place} {rng.randrange(9)}", rng.choice([0.0, 1.0, None])) for _ in "ab"),
        ))
        for place in range(60)
    )  # fmt: skip
    columns = (content.Column("name", "Model", is_text=True), *(content.Column(each, each) for each in "ab"))
    _show(window, Table("made up", columns, rows))
    said = (
        "[...document.querySelectorAll('tbody tr')].map(row => [...row.cells].map(cell => cell.textContent))"
    )
    for key in ("a", "b", "b"):
        window.get_by_role("button", name=key, exact=True).click()
        found = window.evaluate(said)
        assert sorted(found) == [[cell.text for cell in row.cells] for row in rows]
    texts = {row.cells[0].text: row.cells[2].value for row in rows}
    assert [texts[name] for name, *_ in found] == sorted(
        texts.values(), key=lambda value: (value is None, value)
    )


FILTERED = leaderboard.table(
    ranking(
        [
            line("Wan 2.2", card=about("Wan 2.2 TI2V", "Apache-2.0", 5.0, "open"), model="wan"),
            line("kling", card=about(licence="service", access="hosted"), reads_text=None),
            line("svd", {SSIM: score(0.8, failed=1), MOTION: score(0.1)}, card=about(parameters=1.5), reads_text=False),
            line("still", card=about(role="null baseline"), reads_text=False),
        ]
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("chosen", "kept", "said"),
    [
        ("", "kling svd Wan 2.2", "3 models"),
        ("q=wAn", "Wan 2.2", "1 of 3 models: contains “wAn”"),
        ("q=ti2v", "Wan 2.2", "1 of 3 models: contains “ti2v”"),  # what people call it
        ("access=open", "Wan 2.2", "1 of 3 models: access: open"),
        ("access=unknown,hosted", "kling svd", "2 of 3 models: access: hosted or unknown"),
        ("licence=Apache-2.0,unknown", "svd Wan 2.2", "2 of 3 models: licence: Apache-2.0 or unknown"),
        ("reads=no", "svd", "1 of 3 models: reads text: no"),
        # kling's size is not known: not held against it
        ("largest=2", "kling svd", "2 of 3 models: at most 2 B parameters or unknown"),
        ("largest=2&sized=1", "svd", "1 of 3 models: at most 2 B parameters, size known"),
        ("sized=1", "svd Wan 2.2", "2 of 3 models: size known"),
        ("whole=1", "kling Wan 2.2", "2 of 3 models: complete coverage"),
        ("q=nobody", "", "0 of 3 models: contains “nobody”. No model passes these filters."),
        (
            "q=wan&access=open,unknown&licence=MIT,Apache-2.0&reads=yes&largest=14&whole=1",
            "Wan 2.2",
            "1 of 3 models: contains “wan”, access: open or unknown, licence: Apache-2.0, reads text: yes, "
            "at most 14 B parameters or unknown, complete coverage",
        ),
    ],
)
def test_filters_keep_what_they_say(window: Page, chosen: str, kept: str, said: str) -> None:
    _show(window, FILTERED)
    assert " ".join(sorted(_choose(window, chosen), key=str.casefold)) == kept
    assert window.locator(COUNT).text_content() == said
    expect(window.get_by_role("button", name="Clear filters")).to_be_visible(visible=bool(chosen))
    expect(window.locator("tbody.apart bdi").filter(has_text="still")).to_be_visible()  # costs nothing: stays


@pytest.mark.parametrize("nonsense", ["<script>window.hit=1</script>", "nan", "-1e999", "%E0", "x" * 5000])
def test_nonsense_in_the_address_is_passed_over(window: Page, nonsense: str) -> None:
    """In every choice at once, and twice; but for words that are searched for, which are what they are."""
    names = ("sort", "role", "access", "licence", "reads", "largest", "sized", "whole", "hide", "other")
    _show(window, FILTERED, "&".join(f"{name}={nonsense}" for name in names * 2))
    assert sorted(_names(window)) == ["Wan 2.2", "kling", "svd"]
    assert window.locator(COUNT).text_content() == "3 models"
    assert window.evaluate("window.hit") is None
    assert window.locator("thead th:visible").count() == len(FILTERED.columns) + 1  # and that of the ticks


# What is shown, as a file


def _saved(window: Page, ending: str) -> str:
    with window.expect_download() as waited:
        window.get_by_role("button", name=ending.upper(), exact=True).click()
    assert waited.value.suggested_filename == f"shown.{ending}"
    return Path(waited.value.path()).read_text()


def _records(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


FORMULA_NAME = "=cmd|' /C calc'!A0"
TAKEN = leaderboard.table(
    ranking(
        [
            line(FORMULA_NAME, {MOTION: score(-0.5), SSIM: score(0.8, 0.02)}, ranks={SSIM: ranked(1, 3)}),
            line("nothing", {SSIM: missing()}, card=about(licence="MIT", parameters=5.0, access="open")),
        ]
    )
)


def test_csv_has_every_number_and_no_formula(window: Page) -> None:
    _show(window, TAKEN)
    first, second = _records(_saved(window, "csv"))
    assert first["name"] == f"'{FORMULA_NAME}"
    assert float(first["motion_share mean"]) == -0.5  # a number may begin with '-'
    shown = [first[f"ssim_mean {name}"] for name in ("low", "rank low", "rank high")]
    assert shown == ["0.78", "1", "3"]
    assert (second["ssim_mean mean"], second["motion_share mean"]) == ("", "")
    assert (second["licence"], second["size"], second["coverage"]) == ("MIT", "5", "0")
    assert (second["run"], second["role"], second["clips"]) == ("nothing-tiny", "model", "numbers only")


def test_json_has_null_where_there_is_nothing_and_names_as_they_are(window: Page) -> None:
    _show(window, TAKEN)
    first, second = json.loads(_saved(window, "json"))
    assert first["name"] == FORMULA_NAME
    assert first["ssim_mean rank high"] == 3
    assert second["ssim_mean mean"] is None
    assert second["motion_share mean"] is None


def test_a_file_holds_the_rows_and_columns_that_are_shown(window: Page) -> None:
    _show(window, FILTERED)
    _choose(window, "licence=Apache-2.0,unknown&hide=motion_share&sort=-name")
    found = _records(_saved(window, "csv"))
    assert [each["name"] for each in found] == ["Wan 2.2", "svd", "still"]
    assert not {name for name in found[0] if name.startswith("motion_share")}
    _choose(window, "q=nobody&role=model")
    assert _saved(window, "csv").strip() == ""


def test_no_cell_of_a_stranger_is_computed(window: Page) -> None:
    names = [f"{start}{text}" for text in hostile.TEXTS for start in ("", " ", "-")]
    theirs = replace(SSIM, metric=hostile.TEXTS[36])
    lines = [line(name, {theirs: score(0.5)}, card=about(licence=name), run=name) for name in names]
    _show(window, leaderboard.table(ranking(lines, [theirs])))
    cells = [cell for row in csv.reader(io.StringIO(_saved(window, "csv"))) for cell in row]
    assert len(cells) > 3 * len(names)
    assert not [cell for cell in cells if cell.lstrip(" ").startswith(FORMULA)]


# The board


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a board of fourteen published runs, null baselines among them, and of two with clips."""
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
        expect(visit.page.locator(CHARTS).first).to_have_attribute("aria-label", SSIM.card.heading)
        expect(visit.page.get_by_text("2 of 10 models")).to_be_visible()
        expect(visit.page.get_by_role("columnheader", name="Coverage")).to_be_hidden()
        assert {name: value for name, (value,) in visit.query().items() if name in SENT} == SENT
        assert set(urlsplit(visit.page.url).fragment.split("&")) == set(CHOSEN.split("&"))
        visit.page.reload()


def test_the_table_is_taken_away(visit: Visit, tmp_path: Path) -> None:
    visit.go(f"?suite={LARGE}#q=framepack")
    visit.page.get_by_text("2 of 10 models").wait_for()
    rows = list(csv.DictReader(io.StringIO(_saved(visit.page, "csv"))))
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
    visit.page.get_by_role("link", name="Compare 2").click()
    visit.page.wait_for_url("**/compare?*")
    expect(visit.page.get_by_test_id("stHeading").get_by_text("Compare")).to_be_visible()
    assert len(visit.query()["runs"]) == 2
    assert all(run.endswith(("-000004", "-000005")) for run in visit.query()["runs"])


def test_four_rows_may_be_ticked(visit: Visit) -> None:
    visit.go(f"?suite={LARGE}")
    ticks = visit.page.get_by_label("Compare ")
    expect(visit.page.locator(".primary")).to_be_hidden()
    for row in range(leaderboard.MOST_COMPARED):
        ticks.nth(row).check()
    expect(visit.page.locator(".primary")).to_have_text("Compare 4")
    expect(ticks.nth(leaderboard.MOST_COMPARED)).to_be_disabled()


@pytest.mark.parametrize("path", ["", "tradeoffs"])
def test_a_phone_at_night(mobile: Visit, tmp_path: Path, path: str) -> None:
    mobile.go(f"{path}?suite={LARGE}")
    picture(mobile, tmp_path, f"mobile-{path or 'overview'}")
    assert mobile.page.evaluate("document.documentElement.scrollWidth") <= 390
    main = mobile.page.locator("[data-testid=stMain]")
    assert main.evaluate("main => main.scrollWidth - main.clientWidth") <= 0


def test_the_front_is_drawn_and_named(browser: Browser, address: str, tmp_path: Path) -> None:
    with opened(browser, address, width=1280, scheme="dark") as window:
        window.go(f"tradeoffs?suite={LARGE}")
        picture(window, tmp_path, "tradeoffs-dark")
        plot = window.page.locator(CHARTS)
        assert any("on the front" in each for each in plot.locator("title").all_text_contents())
        expect(plot.locator("path[stroke-dasharray]")).to_have_count(1)
        expect(window.cell("on the front").first).to_be_visible()
