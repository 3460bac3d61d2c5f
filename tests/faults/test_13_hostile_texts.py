"""Forty texts of strangers, as every name and note that a result file can hold, on every page in a real browser.

Sites as files: tests/web/test_odd_results.py.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from bench.base.wording import one_line
from bench.evaluators import catalogue
from bench.runs import parquet
from tests import made
from tests.faults.all_faults import Figures
from tests.leaderboard import boards, serving, site_windows
from tests.leaderboard.conftest import visit  # noqa: F401  a fixture
from tests.leaderboard.hostile import TEXTS
from tests.leaderboard.visiting import CHARTS, Visit, picture
from tests.web.sites import export, strangers

METRICS = ("ssim_mean", "motion_share", "first_frame_ssim", "cost_seconds")
STILL = "[data-testid=stApp][data-test-script-state=notRunning]"
ADDRESSES = """found => found.flatMap(
    each => ['href', 'src', 'action', 'srcdoc'].map(name => each.getAttribute(name)).filter(Boolean))"""
HANDLERS = "found => found.flatMap(each => each.getAttributeNames().filter(name => name.startsWith('on')))"

PAGES = {
    "overview": "?columns=Everything&plot={title}",
    "model": "model?run={run}",
    "model-with-clips": "model?run=local-tiny",
    "compare": "compare?runs={run}&runs={other}&case={case}",
    "compare-with-clips": "compare?runs=local-tiny&runs={other}",
    "compare-on-a-case": "compare?suite={suite}&case={case}",
    "metrics": "metrics?metric={metric}",
    "calibration": "metrics?tab=Calibration&metric={metric}&damage={run}",
    "elsewhere": "elsewhere?benchmark={run}",
    "about": "about?{run}={run}",
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("hostile")
    _write_strangers(folder / "published")
    _write_local(folder)
    with serving.server(folder / "runs", folder / "published") as started:
        yield started


@pytest.mark.parametrize(
    "asked", ["/", "/_stcore/health", "/app/player", "/app/blind/x", "/app/static/inputs/a/b/0"]
)
def test_a_name_that_leads_here_is_not_answered_to(address: str, asked: str) -> None:
    """DNS rebinding: a page of evil.example would read the board as its own."""
    host = address.removeprefix("http://")
    for name, is_ours in (
        ("evil.example", False),
        (host, True),
        (host.replace("127.0.0.1", "localhost"), True),
    ):
        request = urllib.request.Request(f"{address}{asked}", headers={"Host": name})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                status = answer.status
        except urllib.error.HTTPError as error:
            status = error.code
        assert (status != 400) == is_ours


def _write_strangers(folder: Path) -> None:
    """One run a text, which is its id, its names, its cases and what it says of itself; a failure that says it, too."""
    suite = made.suite(folder / "pictures")
    for number, text in enumerate(TEXTS):
        of = boards.run(suite, text, text, reads_text=None, run_id=text)
        said = dict.fromkeys(("category", "checkpoint", "device", "commit", "created", "software"), text)
        rows = [
            boards.row(
                of,
                case,
                metric,
                0.1 + number / 100,
                series=(0.5, 0.4),
                **said,
                settings=json.dumps({text: text}),
            )
            for case in list(dict.fromkeys(("c0", TEXTS[8], text, "c1")))[:3]
            for metric in (*METRICS, f"ssim_mean[model={text}]")
        ]
        rows += [boards.row(of, "c2", "ssim_mean", None, error=text, decoded=text)]
        parquet.write(folder / f"tiny@{suite.version}" / f"{number}.parquet", rows)


def _write_local(folder: Path) -> None:
    """A run with a clip, whose prompt is all of them."""
    suite = made.suite(folder / "pictures", cases=1)
    suite = replace(
        suite,
        title=TEXTS[0],
        cases=(made.changed(suite.cases[0], prompt=" ".join(TEXTS), category=TEXTS[9]),),
    )
    of = boards.run(suite, "local", "svd", run_id="local-tiny")
    boards.write(folder / "runs", of, suite, [boards.row(of, "c0", metric, 0.5) for metric in METRICS])


@pytest.mark.parametrize("name", PAGES)
def test_a_strangers_texts_do_nothing(
    visit: Visit,  # noqa: F811
    tmp_path: Path,
    name: str,
    figures: Figures,
) -> None:
    """What ran, and whom it asked, is looked at when the window closes: visiting.nothing_went_wrong."""
    figures.tried, begun = len(TEXTS), time.perf_counter()
    first, other = TEXTS[8], TEXTS[35]
    values = {
        "run": first,
        "other": other,
        "case": first,
        "metric": f"ssim_mean[model={first}]",
        "suite": first,
    }
    values["title"] = catalogue.registered().heading(values["metric"])
    path = PAGES[name].format(**{key: quote(value, safe="") for key, value in values.items()})
    visit.go(path, wait_for=STILL)
    for summary in visit.page.locator("details:not(.menu) > summary").all():
        summary.click()
    visit.page.evaluate(
        "new Promise(done => requestAnimationFrame(() => setTimeout(done)))"
    )  # now all is seen
    figures.slowest = time.perf_counter() - begun
    picture(visit, tmp_path, f"hostile-{name}")
    assert visit.page.locator("[data-testid=stException]").count() == 0
    for frame in visit.page.frames:
        assert frame.evaluate("window.hit") is None
        # locators look into components, which document.querySelectorAll does not
        assert frame.locator("*").evaluate_all(HANDLERS) == []
        found = frame.locator("[href], [src], [action], [srcdoc]").evaluate_all(ADDRESSES)
        addresses = [each.strip().lower() for each in found]
        assert [
            each for each in addresses if each.startswith(("javascript:", "vbscript:", "data:text"))
        ] == []
        assert [each for each in addresses if "//evil.invalid" in each] == []


def test_tooltips_of_names_are_text(visit: Visit) -> None:  # noqa: F811
    visit.go()
    plot = visit.page.locator(CHARTS).first
    told = plot.locator("title").all_text_contents()
    for text in TEXTS[::8]:
        assert any(each.startswith(f"{one_line(text)}: ") for each in told)
    assert plot.locator("img, script, a, iframe, foreignObject").count() == 0


def test_they_do_nothing_on_a_site(browser: Browser, tmp_path: Path, figures: Figures) -> None:
    figures.tried = len(TEXTS)
    strangers(tmp_path / "published", made.suite(tmp_path / "pictures"))
    folder = tmp_path / "site"
    export(folder, tmp_path / "published")
    slugs = [path.stem for path in sorted((folder / "models").glob("*.html"))]
    assert len(slugs) == 10
    with site_windows.opened(browser, f"file://{folder}") as window:
        window.go("index.html")
        assert len(window.names()) == 10
        for slug in slugs[::2]:
            window.go(f"models/{slug}.html")
        window.go("metrics.html")
        for start in range(0, 10, 4):
            window.go(f"compare.html#runs={','.join(slugs[start : start + 4])}")
            window.page.wait_for_selector("#scores td")
        window.go("compare.html")
        window.page.wait_for_selector("#values td")
        for place, option in enumerate(window.page.locator("#case option").all()[:12], start=1):
            window.page.locator("#case").select_option(option.get_attribute("value"))
            expect(window.page.locator("#place")).to_contain_text(f"Case {place} of")
        assert window.page.locator("a[href^='javascript' i], img[src=x], iframe").count() == 0
