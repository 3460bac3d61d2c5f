"""What others published, on a page of its own: which benchmark and plot are chosen, files that change, a browser."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect
from streamlit.testing.v1 import AppTest

from bench.scoring import reported
from bench.web import addresses, launch
from leaderboard import source
from tests.leaderboard import hostile, serving
from tests.leaderboard.placed import page, placed
from tests.leaderboard.visiting import opened, picture

RESULTS = Path(__file__).parents[2] / "results"
PLOT = "figure svg"
BOARD = "VBench-I2V, board of 2026-08-04"


def _page(monkeypatch: pytest.MonkeyPatch, published: Path, **query: str) -> AppTest:
    for name, value in launch.environment(published / "no runs", published).items():
        monkeypatch.setenv(name, value)
    return page("elsewhere.py", **query)


def _write(published: Path, text: str, name: str = "own.toml") -> None:
    folder = published / reported.FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def _quoted(text: str) -> str:
    """A TOML string of any text, as a value or a key."""
    return '"' + "".join(f"\\U{ord(sign):08x}" for sign in text) + '"'


def _file(*texts: str) -> str:
    """A file whose every text is a stranger's; all of them are models, with notes."""
    said = _quoted(texts[0])
    head = (
        f"benchmark = {said}\nabout = {said}\n[source.a]\ncitation = {said}\ndate = {said}\nevidence = 'paper'\n"
        f"link = 'https://example.invalid/'\n"
        f"[[metric]]\nname = {said}\ntitle = {said}\nunit = {said}\nprotocol = {said}\n"
    )
    rows = (
        f"[[row]]\nmodel = {_quoted(text)}\nsource = 'a'\nnote = {_quoted(text)}\nvalues.{said} = {number}\n"
        for number, text in enumerate(texts)
    )
    return head + "".join(rows)


def test_every_committed_benchmark_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = reported.read(RESULTS / reported.FOLDER)
    app = _page(monkeypatch, RESULTS)
    assert app.selectbox(key="benchmark").value == BOARD  # of the most models
    for benchmark in reported.benchmarks(found):
        app.selectbox(key="benchmark").set_value(benchmark).run()
        assert not app.exception
        said = placed(app)
        assert "not measured here" in said
        assert all(f"<bdi>{each.model}</bdi>" in said for each in found if each.benchmark == benchmark)


def test_the_address_chooses_and_nonsense_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    app = _page(monkeypatch, RESULTS, benchmark="Physics-IQ, image to video", plot="<script>")
    said = placed(app)
    assert [f"<bdi>{name}</bdi>" in said for name in ("SVD", "CogVideoX-5b", "Wan2.2", "Sora 2")] == [
        True
    ] * 4
    assert app.selectbox(key="plot").value == "Physics-IQ score"
    assert [button.label for button in app.get("download_button")] == ["CSV", "JSON"]


def test_without_files_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    said = placed(_page(monkeypatch, tmp_path))
    assert "no reported numbers" in said
    assert "<table" not in said


def test_a_broken_file_is_named_and_a_mended_one_is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _write(tmp_path, _file("fine"))
    _write(tmp_path, "benchmark = ", "broken.toml")
    app = _page(monkeypatch, tmp_path)
    assert "broken.toml is not TOML" in placed(app)
    assert app.selectbox(key="benchmark").options == ["fine"]
    _write(tmp_path, _file("mended"), "broken.toml")
    app.run()
    assert "Set aside" not in placed(app)
    assert set(app.selectbox(key="benchmark").options) == {"fine", "mended"}


def test_no_board_reads_it_as_results(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reported numbers never stand in a ranking with measured ones."""
    found, _ = reported.read(RESULTS / reported.FOLDER)
    _page(monkeypatch, RESULTS)
    assert not {each.model for each in found} & set(source.read().rows["label"].unique())


@pytest.mark.parametrize("text", hostile.TEXTS[::5])
def test_strangers_texts_are_texts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    _write(tmp_path, _file(text))
    said = placed(_page(monkeypatch, tmp_path))
    assert "Set aside" not in said
    assert "<script" not in said
    assert "<img" not in said


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The committed files, and one of forty strangers."""
    folder = tmp_path_factory.mktemp("results")
    shutil.copytree(RESULTS / reported.FOLDER, folder / reported.FOLDER)
    _write(folder, _file(*hostile.TEXTS), "hostile.toml")
    return folder


@pytest.fixture(scope="module")
def reported_address(published: Path) -> Iterator[str]:
    with serving.server(published / "no runs", published) as started:
        yield started


def test_a_benchmark_in_a_browser(browser: Browser, reported_address: str, tmp_path: Path) -> None:
    with opened(browser, reported_address, 1280, "light") as visit:
        visit.go(f"elsewhere?benchmark={quote(BOARD)}&plot=Quality", PLOT)
        expect(visit.page.get_by_role("rowheader", name="DreamX-World-1.0")).to_have_count(1)
        expect(visit.page.locator(PLOT)).to_contain_text("Quality (%)")
        link = visit.page.get_by_role("link", name="VBench leaderboard").first
        assert (link.get_attribute("href") or "").startswith("https://huggingface.co/")
        picture(visit, tmp_path, "elsewhere")


def test_addresses_of_before_lead_on_with_what_was_chosen(browser: Browser, reported_address: str) -> None:
    """A board's; those of a site are tried in test_site_browser.py."""
    moved = {
        f"reported?benchmark={quote(BOARD)}&plot=Quality": "elsewhere",
        "calibration?damage=noise": "metrics",
        "tradeoffs?x=motion_share": "",
        "case?case=c0": "compare",
    }
    assert {each.partition("?")[0] for each in moved} == {*addresses.MOVED}
    with opened(browser, reported_address, 1280, "light") as visit:
        for before, now in moved.items():
            visit.page.goto(f"{visit.address}/{before}")
            visit.page.wait_for_url(re.compile(rf"{visit.address}/{now}($|[?#])"))
            visit.page.get_by_role("link", name=addresses.ABOUT).wait_for()
            links = visit.page.locator("[data-testid=stTopNavLink]")
            expect(links).to_have_text([*addresses.PAGES.values()])
            if now == "elsewhere":
                assert visit.query() == {"benchmark": [BOARD], "plot": ["Quality"]}
            if now == "metrics":
                assert visit.query()["tab"] == ["Calibration"]


def test_forty_strangers_on_a_phone_at_night(browser: Browser, reported_address: str, tmp_path: Path) -> None:
    """What opened asserts at the end: no script ran, and nobody else was asked."""
    with opened(browser, reported_address, 390, "dark") as visit:
        visit.go(f"elsewhere?benchmark={quote(hostile.TEXTS[0])}", PLOT)
        for title in ("What the columns mean", "How the numbers came here"):
            visit.page.get_by_text(title).click()
        visit.page.locator(f"{PLOT} circle").first.hover(force=True)
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
        picture(visit, tmp_path, "elsewhere-hostile-phone")
        assert visit.page.locator("a[href*=evil], img[src='x']").count() == 0
