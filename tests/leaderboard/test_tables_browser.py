"""A table alone, as board and site have it: it sorts, filters, hides, saves, and its address says all of that."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from bench.exports.spreadsheets import FORMULA
from bench.web import content, html
from bench.web.content import Cell, Table
from bench.web.pages import leaderboard_table
from tests.leaderboard import hostile
from tests.leaderboard.lines import FLICKER, MOTION, SSIM, about, line, missing, ranked, ranking, score
from tests.leaderboard.visiting import saved
from tests.web.pages.reading import markup

SHOWN = "[...document.querySelectorAll('tbody tr:not(.apart):not([hidden]) th bdi')].map(name => name.textContent)"

CHOOSE = """chosen => location.hash.slice(1) === chosen || new Promise(done => {
    addEventListener("hashchange", () => done(), { once: true }); // after the table's own
    location.hash = chosen;
})"""


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        page, errors = context.new_page(), []
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
        assert errors == []


def _show(window: Page, table: Table, chosen: str = "") -> None:
    """Opens a page of a table, with choices in its address; afresh, as a change of the address alone would not be."""
    script = (
        "".join(map(html.asset, ("boxes.js", "loops.js", "tables.js")))
        + "benchTables.mount(document, runs => runs.join())"
    )
    style = html.asset("content.css")
    body = (
        f'<!doctype html><meta name="viewport" content="width=device-width"><style>{style}</style>'
        f'<body class="bench">{markup([table])}<script>{script}</script>'
    )
    window.unroute_all()
    window.route("**/*", lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8"))
    window.goto("about:blank")
    window.goto(f"http://table.invalid/#{chosen}")


def _choose(window: Page, chosen: str) -> list[str]:
    """Names of the models that are shown, after a change of the choices in the address."""
    window.evaluate(CHOOSE, chosen)
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
    _show(window, leaderboard_table.table(ORDERED))
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
    _show(window, leaderboard_table.table(ORDERED))
    assert " ".join(_choose(window, f"sort={sort}")) == names


def test_ranks_are_those_of_the_column_that_sorts(window: Page) -> None:
    _show(window, leaderboard_table.table(ORDERED))
    ranks = "[...document.querySelectorAll('tbody tr')].map(row => row.cells[1].textContent)"
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


FILTERED = leaderboard_table.table(
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
    assert window.locator(".count").text_content() == said
    expect(window.get_by_role("button", name="Clear filters")).to_be_visible(visible=bool(chosen))
    expect(window.locator("tr.apart bdi").filter(has_text="still")).to_be_visible()  # costs nothing: stays


@pytest.mark.parametrize("nonsense", ["<script>window.hit=1</script>", "nan", "-1e999", "%E0", "x" * 5000])
def test_nonsense_in_the_address_is_passed_over(window: Page, nonsense: str) -> None:
    """In every choice at once, and twice; but for words that are searched for, which are what they are."""
    names = ("sort", "role", "access", "licence", "reads", "largest", "sized", "whole", "hide", "other")
    _show(window, FILTERED, "&".join(f"{name}={nonsense}" for name in names * 2))
    assert sorted(_names(window)) == ["Wan 2.2", "kling", "svd"]
    assert window.locator(".count").text_content() == "3 models"
    assert window.evaluate("window.hit") is None
    assert window.locator("thead th:visible").count() == len(FILTERED.columns) + 1  # and that of the ticks


# What is shown, as a file


def _records(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


FORMULA_NAME = "=cmd|' /C calc'!A0"
TAKEN = leaderboard_table.table(
    ranking(
        [
            line(FORMULA_NAME, {MOTION: score(-0.5), SSIM: score(0.8, 0.02)}, ranks={SSIM: ranked(1, 3)}),
            line("nothing", {SSIM: missing()}, card=about(licence="MIT", parameters=5.0, access="open")),
        ]
    )
)


def test_csv_has_every_number_and_no_formula(window: Page) -> None:
    _show(window, TAKEN)
    first, second = _records(saved(window, "csv"))
    assert first["name"] == f"'{FORMULA_NAME}"
    assert float(first["motion_share mean"]) == -0.5  # a number may begin with '-'
    shown = [first[f"ssim_mean {name}"] for name in ("low", "rank low", "rank high")]
    assert shown == ["0.78", "1", "3"]
    assert (second["ssim_mean mean"], second["motion_share mean"]) == ("", "")
    assert (second["licence"], second["size"], second["coverage"]) == ("MIT", "5", "0")
    assert (second["run"], second["role"], second["clips"]) == ("nothing-tiny", "model", "numbers only")


def test_json_has_null_where_there_is_nothing_and_names_as_they_are(window: Page) -> None:
    _show(window, TAKEN)
    first, second = json.loads(saved(window, "json"))
    assert first["name"] == FORMULA_NAME
    assert first["ssim_mean rank high"] == 3
    assert second["ssim_mean mean"] is None
    assert second["motion_share mean"] is None


def test_a_file_holds_the_rows_and_columns_that_are_shown(window: Page) -> None:
    _show(window, FILTERED)
    _choose(window, "licence=Apache-2.0,unknown&hide=motion_share&sort=-name")
    found = _records(saved(window, "csv"))
    assert [each["name"] for each in found] == ["Wan 2.2", "svd", "still"]
    assert not {name for name in found[0] if name.startswith("motion_share")}
    _choose(window, "q=nobody&role=model")
    assert saved(window, "csv").strip() == ""


def test_no_cell_of_a_stranger_is_computed(window: Page) -> None:
    names = [f"{start}{text}" for text in hostile.TEXTS for start in ("", " ", "-")]
    theirs = replace(SSIM, metric=hostile.TEXTS[36])
    lines = [line(name, {theirs: score(0.5)}, card=about(licence=name), run=name) for name in names]
    _show(window, leaderboard_table.table(ranking(lines, [theirs])))
    cells = [cell for row in csv.reader(io.StringIO(saved(window, "csv"))) for cell in row]
    assert len(cells) > 3 * len(names)
    assert not [cell for cell in cells if cell.lstrip(" ").startswith(FORMULA)]


# On a phone


@pytest.fixture
def phone(window: Page) -> Iterator[Page]:
    window.set_viewport_size({"width": 390, "height": 844})
    yield window
    window.set_viewport_size({"width": 1280, "height": 720})


def _long(rows: int, columns: int) -> Table:
    numbers = (content.Column(f"c{n}", f"C{n}", sign=1) for n in range(columns))
    heads = (content.Column("name", "Model", is_text=True), *numbers)
    made = (
        content.Row(
            f"r{n}", (content.words(f"run {n:02}"), *(content.figure(n + 0.5) for _ in range(columns)))
        )
        for n in range(rows)
    )
    return Table("A long one", heads, tuple(made), sorted_by="c0")


def test_a_phone_shows_cards_that_name_their_values_and_are_as_wide_as_it(phone: Page) -> None:
    _show(phone, _long(3, 4))
    cell = phone.locator("tbody td").first
    assert cell.get_attribute("data-label") == "C0"
    assert cell.evaluate("cell => getComputedStyle(cell, '::before').display") == "block"
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    boxes = [row.bounding_box() for row in phone.locator("tbody tr").all()]
    assert all(box and box["width"] > 300 for box in boxes)


def test_a_phone_shows_the_first_cards_and_values_until_it_is_asked_for_all(phone: Page) -> None:
    _show(phone, _long(30, 12))
    expect(phone.locator("tbody tr:visible")).to_have_count(10)
    expect(phone.locator("tbody tr").first.locator("td:visible")).to_have_count(8)
    phone.get_by_role("button", name="C1", exact=True).press("Enter")  # sorts, the best first
    assert phone.locator("tbody tr:visible th").first.text_content() == "run 29"
    phone.get_by_role("button", name="All rows").press("Enter")
    phone.get_by_role("button", name="All values").press(" ")
    expect(phone.locator("tbody tr:visible")).to_have_count(30)
    expect(phone.locator("tbody tr").first.locator("td:visible")).to_have_count(12)


def test_what_is_cut_at_the_right_shows_it(window: Page) -> None:
    _show(window, _long(3, 60))
    box = window.locator(".scroll")
    expect(box).to_have_class("scroll cut")
    box.evaluate("box => { box.scrollLeft = box.scrollWidth; }")
    expect(box).to_have_class("scroll")
    _show(window, _long(3, 2))
    expect(box).to_have_class("scroll")
