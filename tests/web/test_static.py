"""The static site as files: what stands in it, that it is whole or not there, and that it is the same every time."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image as pillow
from typer.testing import CliRunner

from bench.base.progress import Progress
from bench.cli.commands import app
from bench.errors import UsageError
from bench.runs import parquet, result_files
from bench.web import static
from bench.web.static import folders
from tests.web.parsed import Grid, grids, tree, words
from tests.web.sites import data, digests, export


def test_a_table_line_a_run_with_ranges_intervals_and_coverage(made_site: Path) -> None:
    page = (made_site / "index.html").read_text()
    assert 'href="models/mover-tiny.html"' in page
    assert "null baseline" in page
    assert "2 of 3 clips" in page
    # 0.5 and 0.7 of two cases: 0.6 ± 1.27, cut off at SSIM's end
    assert re.search(r'title="0\.6 \(−0\.67\d* … 1\)[^"]*"><bdi>0\.6</bdi>', page)
    assert 'data-value="10.0"' in page
    rows = {
        re.findall(r"models/([\w-]+)", row)[0]: row
        for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL)
        if "models/" in row
    }
    assert {run: "apart" in row.partition(">")[0] for run, row in rows.items()} == {
        "mover-tiny": False,
        "still-tiny": True,
    }


def test_every_file_that_a_page_names_is_there(made_site: Path) -> None:
    for page in made_site.rglob("*.html"):
        for address in re.findall(r'(?:href|src|poster)="([^"]+)"', page.read_text()):
            path = address.partition("#")[0]
            assert path.startswith(("data:", "https:")) or not path or (page.parent / path).is_file(), (
                page,
                address,
            )


def test_pages_ask_for_nothing_from_elsewhere_and_run_their_own_scripts_only(made_site: Path) -> None:
    for page in made_site.rglob("*.html"):
        text = page.read_text()
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
        assert policy
        assert "default-src &#39;none&#39;" in policy[1]
        assert "unsafe" not in policy[1]
        assert "http" not in policy[1]
        scripts = re.findall(r"<script>(.*?)</script>", text, flags=re.DOTALL)
        assert scripts
        assert (
            re.search(r"\son[a-z]+=", re.sub(r"<(script|style).*?</\1>", "", text, flags=re.DOTALL)) is None
        )
        assert " style=" not in text


def test_a_link_to_any_page_has_words_and_a_picture(made_site: Path) -> None:
    for path in made_site.rglob("*.html"):
        text = path.read_text()
        if "<main" not in text:  # an old address that leads on
            continue
        root = "../" * (len(path.relative_to(made_site).parts) - 1)
        for name in ("og:title", "og:description"):
            assert re.search(f'<meta property="{name}" content="[^"]+">', text), (path, name)
        assert f'<meta property="og:image" content="{root}card.jpg">' in text, path
        assert f'<link rel="icon" href="{root}favicon.svg" type="image/svg+xml">' in text, path
        assert "og:url" not in text  # nobody said where the site will be
    with pillow.open(made_site / "card.jpg") as card:
        assert card.size == (1200, 630)
        assert len(set(card.crop((60, 280, 400, 580)).convert("L").tobytes())) > 30  # an input image
    assert (made_site / "favicon.svg").is_file()


def test_a_site_that_knows_its_address_names_it(out: Path, tmp_path: Path) -> None:
    wanted = static.Wanted((out,), clips="none", address="https://org.example/board")
    static.export(tmp_path / "site", wanted, Progress())
    text = (tmp_path / "site" / "metrics" / "ssim_mean.html").read_text()
    assert '<meta property="og:image" content="https://org.example/board/card.jpg">' in text
    assert '<meta property="og:url" content="https://org.example/board/metrics/ssim_mean.html">' in text
    with pytest.raises(UsageError, match="no address of the web"):
        static.export(tmp_path / "other", replace(wanted, address="org.example"), Progress())


def test_series_and_clips_of_a_run_are_data(made_site: Path) -> None:
    content = data(made_site / "data" / "runs" / "mover-tiny.js")
    assert isinstance(content, dict)
    clip = content["cases"]["c0"]
    assert (clip["frames"], clip["fps"], clip["width"], clip["height"]) == (5, 8.0, 64, 48)
    assert (made_site / clip["address"]).read_bytes()[4:8] == b"ftyp"
    # 4 values of 5 frames are of pairs, and stand at the later frame; 5 at their own
    assert clip["series"]["ssim_mean"] == {"first": 1, "step": 1, "line": [0.9, 0.8, 0.7, 0.6]}
    assert clip["series"]["flicker_max_step"]["first"] == 0


def test_a_case_says_every_runs_values_and_a_missing_one_is_none(made_site: Path) -> None:
    content = data(made_site / "data" / "cases" / folders.slug(_suite(made_site)) / "c2.js")
    assert isinstance(content, dict)
    assert list(content["values"]) == ["0"]  # by seed
    found = _grid(content["values"]["0"])
    assert found.columns == {
        "name": "Model",
        "ssim_mean": "Stability ↑",
        "flicker_max_step": "Largest brightness jump ↓ gray levels",
        "why": "Without a value",
    }
    mover = found.rows[0]
    values = {key: mover[key].get("data-value") for key in ("name", "ssim_mean", "flicker_max_step")}
    assert values == {"name": "mover", "ssim_mean": None, "flicker_max_step": "10.0"}
    assert found.row("mover")["ssim_mean"] == "–"
    assert found.row("mover")["why"] == "clip has 1 frame, flicker needs 2"
    assert content["prompt"] == "prompt 2"
    assert (made_site / content["image"]).is_file()


def test_comparisons_were_made_in_advance(made_site: Path) -> None:
    (pair,) = _inlined(made_site / "compare.html")["pairs"]
    content = data(made_site / "data" / "pairs" / f"{pair}.js")
    assert isinstance(content, dict)
    found = _grid(content["html"])
    # baselines are what others are held against
    assert (found.columns["a"], found.columns["b"]) == ("still", "mover")
    flicker = next(row for row in found.rows if "flicker_max_step" in words(row["metric"]))
    assert words(flicker["difference"]).startswith("+1")


def test_the_same_results_give_the_same_bytes(out: Path, made_site: Path, tmp_path: Path) -> None:
    export(tmp_path / "again", out)
    assert digests(tmp_path / "again") == digests(made_site)


def test_tables_beside_the_pages_hold_what_they_show(made_site: Path, out: Path) -> None:
    content = json.loads((made_site / "board.json").read_text())
    assert [entry["run"] for entry in content["suites"][0]["entries"]] == ["mover-tiny", "still-tiny"]
    rows = parquet.read(made_site / "results.parquet")
    assert len(rows) == sum(len(parquet.read(path)) for path in result_files.find([out]))
    assert len((made_site / "board.csv").read_text().splitlines()) == 1 + 5


def test_clips_are_copied_linked_or_left_out(out: Path, tmp_path: Path) -> None:
    linked = tmp_path / "deep" / "linked"
    assert export(linked, out, clips="link").clips == 6
    content = data(linked / "data" / "runs" / "still-tiny.js")
    assert isinstance(content, dict)
    address = content["cases"]["c1"]["address"]
    assert address.startswith("../")
    assert (linked / address).resolve() == next((out / "still-tiny" / "previews").glob("c1-*.mp4")).resolve()
    assert not (linked / "clips").exists()
    without = tmp_path / "without"
    assert export(without, out, clips="none").clips == 0
    assert not (without / "clips").exists()
    assert not (without / "images").exists()
    assert export(tmp_path / "one", out, most=1).clips == 2


def test_an_old_site_is_replaced_and_nothing_else_is(out: Path, tmp_path: Path) -> None:
    destination = tmp_path / "site"
    export(destination, out, clips="none", runs=("still",))
    (destination / "stale.html").write_text("old")
    export(destination, out, clips="none", runs=("still",))
    assert not (destination / "stale.html").exists()
    other = tmp_path / "thesis"
    other.mkdir()
    (other / "chapter.tex").write_text("years of work")
    with pytest.raises(UsageError, match="something else than a site"):
        export(other, out)
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="is a file or a link"):
        export(tmp_path / "file", out)
    (tmp_path / "link").symlink_to(destination)
    with pytest.raises(UsageError, match="is a file or a link"):
        export(tmp_path / "link", out)
    assert (other / "chapter.tex").read_text() == "years of work"


def test_a_failed_export_leaves_the_old_site_and_nothing_half_done(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    destination = tmp_path / "site"
    export(destination, out, clips="none")
    before = digests(destination)
    monkeypatch.setattr("bench.web.pages.compare.pair", lambda *pair: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        export(destination, out, clips="none")
    assert digests(destination) == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_cases_that_differ_most_lead_to_their_clips(made_site: Path) -> None:
    (path,) = (made_site / "data" / "pairs").glob("*.js")
    content = data(path)
    assert isinstance(content, dict)
    addresses = {
        words(link): link.attrib["href"]
        for link in tree(content["html"]).iter("a")
        if link.get("data-page") == "compare"
    }
    runs = "compare.html#runs=still-tiny,mover-tiny"
    assert addresses == {f"▼ c{n}": f"{runs}&case=c{n}" for n in range(len(addresses))}
    assert len(addresses) in {2, 3}


@pytest.mark.parametrize(("clips", "is_served"), [("link", False), ("none", True)])
def test_only_a_site_that_can_be_served_is_said_to_be(
    clips: str, is_served: bool, out: Path, tmp_path: Path
) -> None:
    """With --clips link the clips lie outside of the folder, of which bench serve hands out nothing."""
    words = ["export", str(tmp_path / "site"), "--published", str(tmp_path / "none"), "--out", str(out)]
    answer = CliRunner().invoke(app, [*words, "--clips", clips, "--run", "still", "--max-clips", "1"])
    last = answer.stdout.splitlines()[-1]
    assert ("bench serve" in last) is is_served
    assert last.endswith(f"open {tmp_path / 'site' / 'index.html'}")


def _suite(made_site: Path) -> str:
    return str(_inlined(made_site / "compare.html")["suites"][0]["name"])


def _grid(html: str) -> Grid:
    """The only table with columns in a part of a page."""
    (found,) = grids(tree(html))
    return found


def _inlined(page: Path) -> dict[str, list[dict[str, object]]]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page.read_text())
    assert found
    content: dict[str, list[dict[str, object]]] = json.loads(found[1])
    return content
