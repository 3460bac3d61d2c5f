"""The first page: what its table says, by hand-made runs, and what it does with files that are broken or hostile."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from bench import board, results, summary
from leaderboard import overview, source
from tests.leaderboard import boards

APP = Path(source.__file__).with_name("app.py")


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "runs"
    for name, value in board.environment(folder, None).items():
        monkeypatch.setenv(name, value)
    return folder


def _app() -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=30).run()
    assert not app.exception
    return app


def _texts(app: AppTest) -> str:
    elements = [*app.markdown, *app.warning, *app.caption, *app.info]
    return "\n".join(str(element.value) for element in elements)


def test_a_cell_is_the_mean_with_its_interval_and_its_holes(out: Path) -> None:
    boards.two_runs(out)
    rows, _ = results.read_all(results.find([out]))
    numbers, texts = overview.table(
        summary.scores(rows), summary.names(rows), ["ssim_mean", "flicker_max_step", "fvd_lite0_debiased"]
    )
    mover, still = (texts[texts["Entry"] == name].iloc[0] for name in ("mover", "still"))
    # means 0.5 and 0.7 of two cases: 0.6 ± t(0.975, 1) × sd / √2 = 12.706 × 0.14142 / 1.41421 = 1.2706
    # and SSIM ends at 1
    assert mover["ssim_mean ↑"] == "0.6 (-0.6706 … 1) · 2 of 3 clips"
    assert mover["flicker_max_step ↓"] == "10 ± 0"
    assert mover["fvd_lite0_debiased ↓"] == "12 (9 … 18)"
    assert still["fvd_lite0_debiased ↓"] == "–"
    assert mover["Without a value"] == "ssim_mean 2 of 3 clips"
    assert (mover["Kind"], mover["Reads text"], mover["Cases"], mover["Clips"]) == ("", "yes", "3", "3")
    assert (still["Kind"], still["Reads text"], still["Without a value"]) == ("null baseline", "no", "")
    assert math.isnan(numbers.set_index("Entry").loc["still", "fvd_lite0_debiased ↓"])


def test_numbers_sort_as_numbers(out: Path) -> None:
    boards.two_runs(out)
    shown = _app().dataframe[0].value
    column = shown["flicker_max_step ↓"]
    assert pd.api.types.is_float_dtype(column)
    assert list(shown.sort_values("flicker_max_step ↓")["Entry"]) == ["still", "mover"]  # as text, '10' < '9'


def test_main_metrics_are_shown_first_and_others_on_demand(out: Path) -> None:
    suite, mover, _ = boards.two_runs(out)
    extra = [boards.row(mover, "c0", "flicker_mild", 0.5), boards.row(mover, "c0", "ssim_mean", 0.5)]
    boards.write(out, mover, suite, extra, clips=False)
    app = _app()
    assert "flicker_mild ↓" not in app.dataframe[0].value
    app.multiselect(key="metrics").set_value(["flicker_mild"]).run()
    assert "flicker_mild ↓" in app.dataframe[0].value
    assert "ssim_mean ↑" not in app.dataframe[0].value


def test_versions_of_a_metric_never_share_a_column(out: Path) -> None:
    suite, _, still = boards.two_runs(out)
    newer = [boards.row(still, "c0", "ssim_mean", 0.9, metric_version="2")]
    boards.write(out, still, suite, newer, clips=False)
    shown = _app().dataframe[0].value.set_index("Entry")
    assert shown.loc["mover", "ssim_mean v1 ↑"] == pytest.approx(0.6)
    assert shown.loc["still", "ssim_mean v2 ↑"] == 0.9
    assert math.isnan(shown.loc["still", "ssim_mean v1 ↑"])


def test_suites_never_share_a_table(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    other = boards.run(suite, "other")
    rows = [boards.row(other, "c0", "ssim_mean", 0.1, suite_version="zzz")]
    boards.write(out, other, suite, rows, clips=False)
    app = _app()
    assert list(app.dataframe[0].value["Entry"]) == ["mover", "still"]
    app.selectbox(key="suite").set_value("tiny@zzz").run()
    assert list(app.dataframe[0].value["Entry"]) == ["other"]


def test_the_address_chooses(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    app = AppTest.from_file(str(APP), default_timeout=30)
    app.query_params.update(
        {"plot": "flicker_max_step", "metrics": ["flicker_max_step"], "suite": "<script>"}
    )
    app.run()
    assert not app.exception
    assert app.selectbox(key="plot").value == "flicker_max_step"
    assert app.selectbox(key="suite").value == str(suite)  # nonsense in the address is passed over
    assert "ssim_mean ↑" not in app.dataframe[0].value


def test_nothing_measured_yet_says_what_to_run(out: Path) -> None:
    app = _app()
    assert "No results" in app.info[0].value
    assert [code.value for code in app.code] == ["bench run"]
    assert not app.dataframe


def test_a_broken_file_is_named_and_the_rest_is_shown(out: Path) -> None:
    boards.two_runs(out)
    (out / "broken-tiny").mkdir()
    (out / "broken-tiny" / "results.parquet").write_bytes(b"PAR1 not really")
    app = _app()
    assert "1 result file set aside" in app.warning[0].value
    assert "broken\\-tiny/results\\.parquet" in app.warning[0].value
    assert len(app.dataframe[0].value) == 2


def test_a_changed_file_is_seen(out: Path) -> None:
    suite, mover, _ = boards.two_runs(out)
    app = _app()
    before = app.dataframe[0].value.set_index("Entry").loc["mover", "ssim_mean ↑"]
    boards.write(out, mover, suite, [boards.row(mover, "c0", "ssim_mean", 0.125)], clips=False)
    after = app.run().dataframe[0].value.set_index("Entry").loc["mover", "ssim_mean ↑"]
    assert (before, after) == (pytest.approx(0.6), 0.125)


def test_a_run_here_hides_its_published_self(
    out: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    suite, mover, _ = boards.two_runs(out)
    published = tmp_path / "published"
    old = [boards.row(mover, "c0", "ssim_mean", 0.0)]
    results.write(published / f"{suite}" / f"{mover.id}.parquet", old)
    monkeypatch.setenv(board.PUBLISHED, str(published))
    shown = _app().dataframe[0].value
    assert list(shown["Entry"]) == ["mover", "still"]
    assert shown.set_index("Entry").loc["mover", "ssim_mean ↑"] == pytest.approx(0.6)


def test_names_are_text(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    boards.hostile_run(out, suite)
    app = _app()
    entries = list(app.dataframe[0].value["Entry"])
    assert boards.HOSTILE in entries
    app.multiselect(key="metrics").set_value([f"ssim_mean[model={boards.HOSTILE}]"]).run()
    assert not app.exception
    assert "onerror" in _texts(app)
    assert not boards.LIVE_MARKUP.search(_texts(app))
