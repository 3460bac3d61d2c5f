"""The page that compares runs: who is compared, what it says of them, and what an address may not do."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from bench.comparison.compare import comparison
from bench.runs import parquet
from bench.types import Suite
from bench.web import launch
from leaderboard import compare, source
from tests import made
from tests.leaderboard import boards

APP = Path(source.__file__).with_name("app.py")
CASES = 8


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "runs"
    for name, value in launch.environment(folder, None).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    return folder


def _page(runs: Sequence[str] = (), page: str = "compare.py", **choices: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.query_params.update({**choices, **({"runs": list(runs)} if runs else {})})
    app.switch_page(page).run()
    assert not app.exception
    return app


def _framed(app: AppTest) -> dict[str, list[str]]:
    """What the address of the player asks for."""
    (frame,) = app.get("iframe")
    address = urlsplit(frame.proto.src)  # type: ignore[attr-defined]
    assert address.path == "/app/player"
    return parse_qs(address.query)


def _texts(app: AppTest) -> str:
    return "\n".join(
        str(each.value) for each in [*app.subheader, *app.markdown, *app.caption, *app.info, *app.warning]
    )


def _published(tmp_path: Path, suite: Suite, labels: Sequence[str]) -> None:
    """Runs of which only numbers are here; the n-th is 0.1 × n better on each of eight cases."""
    for number, label in enumerate(labels):
        of = boards.run(suite, label)
        rows = [
            boards.row(of, case.id, "ssim_mean", 0.3 + 0.1 * number * (1 + 0.1 * n))
            for n, case in enumerate(suite.cases)
        ]
        rows += [boards.row(of, None, "fvd_lite0_debiased", 5.0, low=4.0, high=6.0, n=CASES, decoded="")]
        parquet.write(tmp_path / "published" / str(suite) / f"{label}.parquet", rows)


def test_two_runs_play_and_are_compared(out: Path) -> None:
    boards.two_runs(out)
    app = _page(["still-tiny", "mover-tiny"], case="c1")
    assert _framed(app) == {"runs": ["still-tiny", "mover-tiny"], "case": ["c1"], "seed": ["0"]}
    assert [title.value for title in app.subheader] == ["mover against still"]
    lines = app.dataframe[0].value.set_index("Metric")
    # 0.5 and 0.7 against 1 and 1, over the two cases that both have
    assert lines.loc["ssim_mean ↑", "Difference"] == pytest.approx(-0.4)
    assert lines.loc["ssim_mean ↑", "B mover"] == pytest.approx(0.6)
    assert lines.loc["ssim_mean ↑", "Won"] == 0
    assert set(lines["Verdict"]) == {"· too few cases"}
    assert "1 case left out that only still has: c2" in _texts(app).replace("\\", "")


def test_the_first_two_are_there_when_nobody_chose(out: Path) -> None:
    boards.two_runs(out)
    app = _page()
    assert app.multiselect(key="runs").value == ["mover-tiny", "still-tiny"]  # models first
    assert _framed(app)["runs"] == ["mover-tiny", "still-tiny"]


def test_nonsense_in_the_address_is_passed_over(out: Path) -> None:
    boards.two_runs(out)
    app = _page(
        ["../../secret", "still-tiny", "<script>", "mover-tiny"], case="<script>", seed="-1e9", suite="x@y"
    )
    assert app.multiselect(key="runs").value == ["still-tiny", "mover-tiny"]
    assert _framed(app) == {"runs": ["still-tiny", "mover-tiny"], "case": ["c0"], "seed": ["0"]}


def test_one_run_alone_plays_and_asks_for_another(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    app = _page(["mover-tiny"])
    assert _framed(app)["runs"] == ["mover-tiny"]
    assert "Choose a second run" in app.info[0].value
    app.multiselect(key="runs").set_value([]).run()
    assert "two to four runs" in app.info[0].value
    assert not app.get("iframe")
    other = boards.run(suite, "alone")
    boards.write(
        out, other, suite, [boards.row(other, "c0", "ssim_mean", 0.1, suite_version="zzz")], clips=False
    )
    app = _page(suite="tiny@zzz")
    assert app.multiselect(key="runs").value == ["alone-tiny"]
    assert "Make a second run" in app.info[0].value


def test_an_address_of_runs_brings_their_suite(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    for label in ("x", "y"):
        of = boards.run(suite, label)
        boards.write(
            out, of, suite, [boards.row(of, "c0", "ssim_mean", 0.1, suite_version="zzz")], clips=False
        )
    app = _page(["x-tiny", "y-tiny"])
    assert app.selectbox(key="suite").value == "tiny@zzz"
    assert app.multiselect(key="runs").value == ["x-tiny", "y-tiny"]


def test_numbers_alone_are_compared_and_lead_to_cases(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite = made.suite(tmp_path, cases=CASES)
    _published(tmp_path, suite, ["a", "b", "c"])
    monkeypatch.setenv(launch.PUBLISHED, str(tmp_path / "published"))
    app = _page(["a-tiny", "b-tiny", "c-tiny"])
    assert [list(each.value["Verdict"]) for each in app.dataframe] == [["▲ better"], ["▲ better"]]
    assert [list(each.value.columns[1:3]) for each in app.dataframe] == [["A a", "B b"], ["A a", "C c"]]
    assert len(app.get("vega_lite_chart")) == 2
    assert "features of the clips, and those of a and b are not here" in _texts(app).replace("\\", "")
    steps = [button for button in app.button if str(button.key).startswith("go 1 ")]
    assert len(steps) == 3
    steps[1].click().run()
    assert not app.exception
    chosen = str(steps[1].key).removeprefix("go 1 ")
    assert app.selectbox(key="case").value == chosen
    assert _framed(app)["case"] == [chosen]


def test_set_numbers_only_are_said(out: Path) -> None:
    suite, mover, still = boards.two_runs(out)
    for of in (mover, still):
        boards.write(out, of, suite, [boards.row(of, None, "fvd_lite0", 3.0, n=3)], clips=False)
    app = _page()
    assert "no case to look at" in app.info[0].value
    assert "No metric can be compared" in _texts(app)


def test_nothing_measured_yet_says_what_to_run(out: Path) -> None:
    for page in ("compare.py", "case.py"):
        app = _page(page=page)
        assert "No results" in app.info[0].value


def test_names_are_text(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    boards.hostile_run(out, suite)
    app = _page(["hostile-tiny", "mover-tiny"])
    texts = _texts(app) + "".join(str(button.label) for button in app.button)
    assert "onerror" in texts
    assert not boards.LIVE_MARKUP.search(texts)


def test_the_report_and_the_json_say_the_same(tmp_path: Path) -> None:
    suite = made.suite(tmp_path, cases=CASES)
    for label, value in (("a", 0.4), ("b", 0.6)):
        of = boards.run(suite, label)
        rows = [
            boards.row(of, case.id, "ssim_mean", value + 0.01 * n * value)
            for n, case in enumerate(suite.cases)
        ]
        boards.write(tmp_path / "runs", of, suite, rows)
    found = comparison(tmp_path / "runs", ["a", "b"])
    with zipfile.ZipFile(io.BytesIO(compare.report(found))) as archive:
        assert sorted(archive.namelist()) == [
            "comparison-1-cases.svg",
            "comparison-1-metrics.svg",
            "comparison.md",
        ]
        assert "| ssim\\_mean ↑ |" in archive.read("comparison.md").decode()
    (pair,) = json.loads(compare.as_json(found))["pairs"]
    assert pair["differences"][0]["verdict"] == "better"
