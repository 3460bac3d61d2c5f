"""Board and site say the same: both are made from the same results, and what stands on their pages is compared.

What only one of them says is named in ONLY, with the reason; every other difference is a fault. Widgets, which the
board has to choose by, are not compared.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from bench.calibration import curves
from bench.runs import parquet
from bench.scoring import reported
from bench.scoring.recipes import MOVING
from bench.web import launch
from bench.web.pages import calibration, model as model_page
from bench.web.static.folders import slug
from leaderboard import downloads, model, ranked, source
from tests.leaderboard import boards
from tests.leaderboard.placed import page
from tests.web.pages.test_calibration import table
from tests.web.parsed import lines, tree
from tests.web.sites import export

ONLY: Mapping[str, Mapping[str, str]] = {
    "the model on the site": {
        "▸ Another model": "the board has a list to choose from",
        r"\[\w+ → model\]": "likewise",
        "## Clips": "all clips one below the other, where the board shows the one that was chosen",
        re.escape(model_page.NUMBERS_ONLY)
        + r" \(note\)": "the board says so of its own machine, beside that clip",
    },
    "the model on the board": {
        "### Best": "by the metric that was chosen, with input images",
        "### Worst": "likewise",
        "### Of this clip": "the provenance of the clip that was chosen",
    },
    "the metric on the board": {r"Needs \| .*": "which weights are on this machine"},
    "the metric on the site": {r"Needs \| .*": "the same without the machine"},
    "the comparison on the board": {
        r"\[(still|mover|better|worse) → → model\]": "made by the site's script: see the browser's tests",
    },
    "reported numbers on the site": {"### Download": "the board has buttons"},
    "the page about it all on the board": {
        "table: The suites on this machine": "a site is read on another machine",
        "## On this machine": "likewise",
    },
    "the page about it all on the site": {
        r"Every pair of runs was compared .*": "the board compares when it is asked",
        r"Shown is each model's first seed .*": "the board shows every clip",
    },
}
"""Page and host -> what it alone says, as patterns -> why. A heading or table stands for all until the next heading."""

OF_CLIP = ("clip",)
"""The columns that the board alone has: of the model's clip that was chosen."""

OF_TOTAL = tuple(MOVING.weights)
"""What the recipe 'moving' takes."""

RESULTS = Path(__file__).parents[2] / "results"


@pytest.fixture(autouse=True, scope="module")
def no_components() -> Iterator[None]:
    """As for the board's own tests: Streamlit reads all installed packages to find components of others."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(manifest_scanner, "scan_component_manifests", list)
        yield


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of two runs with clips and of two whose numbers were published, with curves and reported numbers."""
    folder = tmp_path_factory.mktemp("both")
    out, published = folder / "runs", folder / "results"
    suite, _, _ = boards.two_runs(out)
    rows = []
    for label, model_name, gain in (("better", "ltx-video", 0.2), ("worse", "svd", 0.0)):
        of = boards.run(suite, label, model_name)
        for n in range(8):
            about = {"category": "animal" if n % 2 else "city"}
            series = (0.5 + gain, 0.4, 0.3, 0.2 + n / 100)
            rows += [
                boards.row(of, f"c{n}", "ssim_mean", 0.5 + gain + n / 100, series=series, **about),
                boards.row(of, f"c{n}", "motion_share", 0.3 - gain + n**2 / 1000, **about),
                boards.row(of, f"c{n}", "flicker_max_step", None if n == 5 and gain else 3.0 + n, **about),
            ]
            rows += [boards.row(of, f"c{n}", metric, 0.4 + gain + n / 50, **about) for metric in OF_TOTAL]
    parquet.write(published / f"{suite.name}@{suite.version}" / "published.parquet", rows)
    curves.write(out / curves.FILE, table())
    (published / reported.FOLDER).mkdir()
    for name in ("i2v_bench", "physics_iq"):
        shutil.copy(RESULTS / reported.FOLDER / f"{name}.toml", published / reported.FOLDER)
    export(folder / "site", published, out)
    return folder / "site"


@pytest.fixture(autouse=True)
def board(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of the board show the same results."""
    for name, value in launch.environment(site.parent / "runs", site.parent / "results").items():
        monkeypatch.setenv(name, value)


# Reading both


def parts(app: AppTest, without: Sequence[str] = ()) -> list[list[str]]:
    """What each place of a board's page says, without the foot, which is the frame's."""
    found = [json.loads(element.proto.json)["html"] for element in app.get("bidi_component")][:-1]
    return [[*lines(tree(html), without)] for html in found]


def of_board(file: str, **choices: str | list[str]) -> list[str]:
    """What a page of the board says, with its title."""
    app = page(file, **choices)
    about = f" {{{app.title[0].help}}}" if app.title[0].help else ""
    return [f"# {app.title[0].value}{about}", *(line for part in parts(app) for line in part)]


def of_site(site: Path, path: str) -> list[str]:
    """What a page of the site says below its frame."""
    main = tree((site / path).read_text()).find(".//main")
    assert main is not None
    return [*lines(main)]


def of_data(site: Path, key: str) -> dict[str, Any]:
    """A data file of the site."""
    found = re.fullmatch(
        r"benchData\((\"[^\"]*\"),(.*)\);\n", (site / "data" / f"{key}.js").read_text(), re.DOTALL
    )
    assert found
    content: dict[str, Any] = json.loads(found[2])
    return content


def section(said: Sequence[str], heading: str) -> list[str]:
    """What stands below a heading, until the next of its level or above."""
    level = len(heading.partition(" ")[0])
    start = said.index(heading)
    ends = (n for n, line in enumerate(said) if n > start and re.match(rf"#{{1,{level}}} ", line))
    return [*said[start : next(ends, len(said))]]


def alike(said: Sequence[str], name: str) -> list[str]:
    """What is said without what only this page of this host says."""
    found, is_left_out = [], False
    for line in said:
        is_named = any(re.fullmatch(pattern, line) for pattern in ONLY[name])
        if line.startswith("#") or is_named:
            is_left_out = is_named and line.startswith(("#", "table: "))
        if not is_named and not is_left_out:
            found.append(line)
    return found


def before(said: Sequence[str], line: str) -> list[str]:
    """What stands above a line."""
    return [*said[: said.index(line)]]


# Page by page


def test_the_leaderboard(site: Path) -> None:
    assert of_site(site, "index.html") == of_board("overview.py")


@pytest.mark.parametrize("run", ["mover-tiny", "better-tiny"])
def test_a_model(site: Path, run: str) -> None:
    """The site has the board's tabs one below the other."""
    there = of_site(site, f"models/{run}.html")
    there[0] = f"#{there[0]}"  # on the board the title is the page's, since the run is chosen there
    here = parts(page("model.py", run=run))[0]
    for tab in model.TABS[1:]:
        here += [f"## {tab}", *parts(page("model.py", run=run, tab=tab), OF_CLIP)[-1]]
    assert alike(there, "the model on the site") == alike(here, "the model on the board")


@pytest.mark.parametrize("runs", [("still-tiny", "mover-tiny"), ("better-tiny", "worse-tiny")])
def test_a_comparison(site: Path, runs: tuple[str, str]) -> None:
    """The site's script puts the columns of scores side by side."""
    first, second = ([*lines(tree(of_data(site, f"runs/{run}")["scores"]))] for run in runs)
    rows = zip(first[1:], second[1:], strict=True)
    scores = [first[0], *(f"{one} | {other.rpartition(' | ')[2]}" for one, other in rows)]
    pair = of_data(site, f"pairs/{'--'.join(runs)}")
    (suite,) = (site / "data" / "cases").iterdir()
    case = of_data(site, f"cases/{suite.name}/c1")
    frame = of_site(site, "compare.html")
    apart, last = (line for line in frame if line.startswith("## "))
    there = [
        *frame[:2],
        *(line for html in (pair["verdict"], case["place"]) for line in lines(tree(html))),
        apart,
        *lines(tree(pair["html"])),
        last,
        *scores,
        *lines(tree(case["values"]["0"])),
    ]
    here = of_board("compare.py", runs=[*runs], case="c1")
    assert there == alike(here, "the comparison on the board")


@pytest.mark.parametrize(
    "metric", ["ssim_mean", "flicker_max_step", "fvd_lite0_debiased", "first_frame_ssim"]
)
def test_a_metric(site: Path, metric: str) -> None:
    """On the board below the index of all, where the site has the calibration."""
    one = of_site(site, f"metrics/{slug(metric)}.html")
    index = before(of_site(site, "metrics.html"), f"## {calibration.TITLE.text}")
    there = [*index, f"#{one[0]}", *one[1:]]
    here = of_board("metrics.py", metric=metric)
    assert alike(there, "the metric on the site") == alike(here, "the metric on the board")


@pytest.mark.parametrize("damage", ["noise", "loop", "pan"])
def test_calibration(site: Path, damage: str) -> None:
    """The site has every damage behind a line of its own, and a metric's curves on the metric's page."""
    metrics = of_site(site, "metrics.html")
    there = section(metrics, f"## {calibration.TITLE.text}")
    here = of_board("metrics.py", tab="Calibration", damage=damage)
    one, every = (f"### {each.text}" for each in (calibration.EVERY_DAMAGE, calibration.EVERY_METRIC))
    assert [*metrics[:2], *before(there, one)] == before(here, one)
    own, about = here[here.index(every) :], "▸ Where the curves come from"
    start = there.index(f"▸ {damage}") + 1
    end = next(n for n in range(start, len(there)) if there[n].startswith("▸"))
    assert there[start:end] == before(own, about)[1:]
    assert there[there.index(about) :] == own[own.index(about) :]
    drawn = [line for line in before(here, every) if line.startswith("plot: ssim_mean")]
    assert len(drawn) == 3
    assert {*drawn} <= {*of_site(site, "metrics/ssim_mean.html")}


@pytest.mark.parametrize("benchmark", ["I2V-Bench, ConsistI2V's table 2", "Physics-IQ, image to video"])
def test_reported_numbers(site: Path, benchmark: str) -> None:
    """The site has one benchmark below the other."""
    there, here = of_site(site, "elsewhere.html"), of_board("elsewhere.py", benchmark=benchmark)
    assert alike([*there[:2], *section(there, f"## {benchmark}")[1:]], "reported numbers on the site") == here


def test_about(site: Path) -> None:
    there, here = of_site(site, "about.html"), of_board("about.py")
    assert alike(there, "the page about it all on the site") == alike(
        here, "the page about it all on the board"
    )


# What is taken away


def test_downloads(site: Path) -> None:
    board = source.read()
    assert downloads.scores_csv(board, board.names).decode() == (site / "board.csv").read_text()
    there = json.loads((site / "board.json").read_text())
    assert there.pop("as_of")
    assert json.loads(downloads.scores_json(board, board.names)) == there
    found = ranked.ranking(board, board.suites[0])
    assert downloads.bibtex(found).decode() == (site / "citations.bib").read_text()
    app = page("elsewhere.py")
    assert [button.label for button in app.get("download_button")] == ["CSV", "JSON"]
    assert len([*(site / "reported").glob("*.csv")]) == len([*(site / "reported").glob("*.json")]) == 2
