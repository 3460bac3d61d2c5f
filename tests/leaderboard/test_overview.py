"""The first page: who is ranked and who is not, by hand-made runs; and what it does with files that are broken."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from bench.runs import parquet
from bench.web import launch
from leaderboard import overview
from tests.leaderboard import boards

APP = Path(overview.__file__).with_name("app.py")
SVD, WAN = "model?run=mover-tiny", "model?run=wan-tiny"


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "runs"
    for name, value in launch.environment(folder, None).items():
        monkeypatch.setenv(name, value)
    return folder


def _app(**query: str | list[str]) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=30)
    app.query_params.update(query)
    app.run()
    assert not app.exception
    return app


def _texts(app: AppTest) -> str:
    elements = [*app.markdown, *app.warning, *app.caption, *app.info, *app.text]
    return "\n".join(str(element.value) for element in elements)


def _models(app: AppTest) -> list[str]:
    return list(app.dataframe[0].value["Model"])


def _three_runs(out: Path) -> None:
    """mover (svd), wan and the null baseline still, on one suite."""
    suite, _, _ = boards.two_runs(out)
    wan = boards.run(suite, "wan", "wan2.2-ti2v-5b")
    rows = [boards.row(wan, f"c{n}", "ssim_mean", 0.9) for n in range(3)]
    rows += [boards.row(wan, f"c{n}", "flicker_max_step", 2.0) for n in range(3)]
    boards.write(out, wan, suite, rows, clips=False)


def test_models_are_ranked_and_what_is_no_model_stands_apart(out: Path) -> None:
    _three_runs(out)
    app = _app(sort="flicker_max_step")
    models, others = (table.value.set_index("Model") for table in app.dataframe)
    assert list(models.index) == ["wan", "mover"]  # lower is better
    assert list(others.index) == ["still"]
    assert list(others["Kind"]) == ["null baseline"]
    assert list(models["Open"]) == [WAN, SVD]
    assert models["Rank"].notna().all()
    assert others["Rank"].isna().all()
    assert models.loc["wan", "Size"] == 5.0
    assert models.loc["mover", "Coverage"] == pytest.approx(2 / 3)  # 2 of 3 clips have an SSIM


def test_sorting_by_a_metric_ranks_by_it_and_what_has_too_many_holes_has_no_rank(out: Path) -> None:
    _three_runs(out)
    app = _app(sort="ssim_mean", total="none")
    models = app.dataframe[0].value.set_index("Model")
    assert list(models.index) == ["wan", "mover"]
    assert models.loc["wan", "Rank"] == 1
    assert math.isnan(models.loc["mover", "Rank"])
    app.toggle(key="reverse").set_value(True).run()
    assert _models(app) == ["mover", "wan"]


def test_numbers_sort_as_numbers(out: Path) -> None:
    boards.two_runs(out)
    column = _app().dataframe[0].value["flicker_max_step ↓"]
    assert pd.api.types.is_float_dtype(column)


def test_one_model_and_nothing_to_hold_it_against(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    (out / "still-tiny" / "results.parquet").unlink()
    app = _app(suite=str(suite))
    assert len(app.dataframe) == 1
    assert _models(app) == ["mover"]
    assert [chart.proto for chart in app.get("vega_lite_chart")]


def test_null_baselines_alone_are_no_ranking(out: Path) -> None:
    boards.two_runs(out)
    (out / "mover-tiny" / "results.parquet").unlink()
    app = _app()
    assert "No model has been measured on this suite yet" in app.info[0].value
    assert "bench run MODEL --suite tiny" in [code.value for code in app.code]
    assert _models(app) == ["still"]
    assert len(app.dataframe) == 1


def test_filters_hide_models_say_so_and_can_be_cleared(out: Path) -> None:
    _three_runs(out)
    app = _app(q="MOV")
    assert _models(app) == ["mover"]
    assert "1 of 2 models: name contains “MOV”" in _texts(app)
    assert list(app.dataframe[1].value["Model"]) == ["still"]  # baselines stay
    app.button(key="clear").click().run()
    assert len(_models(app)) == 2
    assert "models:" not in _texts(app)
    app.text_input(key="q").set_value("nobody").run()
    assert "No model passes these filters" in _texts(app)
    assert _models(app) == ["still"]


def test_sizes_and_licences_filter(out: Path) -> None:
    _three_runs(out)
    app = _app(size="2")
    assert _models(app) == ["mover"]  # svd has 1.5 billion, wan 5
    licence = app.multiselect(key="licence")
    assert len(licence.options) == 2
    licence.set_value([licence.options[0]]).run()
    assert not app.exception


def test_a_total_shows_its_formula_and_takes_other_weights(out: Path) -> None:
    suite, mover, _ = boards.two_runs(out)
    values = {"motion_share": 0.02, "motion_area": 0.1, "first_frame_ssim": 0.9, "warping_error": 0.001,
              "motion_smoothness": 0.7, "ssim_mean": 0.9}  # fmt: skip
    rows = [boards.row(mover, f"c{n}", metric, value) for metric, value in values.items() for n in range(3)]
    boards.write(out, mover, suite, rows, clips=False)
    app = _app()
    # all that moves enough is 1; start (0.9 - 0.2) / 0.8 twice, steadiness 0.9, evenness 1.2 / 1.5, by their weights
    expected = 100 * (1.0 * 0.875**2 * 0.9 * 0.8) ** (1 / 5)
    assert app.dataframe[0].value["Total"].tolist() == [pytest.approx(expected)]
    assert any("warping_error" in code.value for code in app.code)
    app.number_input(key="w.moving.first_frame_ssim").set_value(0.0).run()
    assert app.dataframe[0].value["Total"].tolist() == [pytest.approx(100 * (1.0 * 0.9 * 0.8) ** (1 / 3))]
    app = _app(**{"w.moving.first_frame_ssim": "0"})
    assert app.dataframe[0].value["Total"].tolist() == [pytest.approx(100 * (1.0 * 0.9 * 0.8) ** (1 / 3))]


def test_a_recipe_that_lacks_a_dimension_says_which(out: Path) -> None:
    _three_runs(out)
    app = _app(total="vbench_i2v")
    assert "vbench" in app.warning[0].value
    assert app.dataframe[0].value["Total"].isna().all()


def test_columns_of_a_kind_and_of_ones_own(out: Path) -> None:
    suite, mover, _ = boards.two_runs(out)
    extra = [boards.row(mover, "c0", "flicker_mild", 0.5), boards.row(mover, "c0", "motion_share", 0.1)]
    boards.write(out, mover, suite, extra, clips=False)
    app = _app()
    assert "flicker_mild ↓" not in app.dataframe[0].value
    app.selectbox(key="columns").set_value("Flicker").run()
    assert {"motion_share", "flicker_mild ↓"} < set(app.dataframe[0].value)  # motion beside everything
    app = _app(metrics=["flicker_mild"])  # an address of metrics alone means these
    assert {"motion_share", "flicker_mild ↓"} < set(app.dataframe[0].value)
    assert "ssim_mean ↑" not in app.dataframe[0].value


def test_versions_of_a_metric_never_share_a_column(out: Path) -> None:
    suite, _, still = boards.two_runs(out)
    newer = [boards.row(still, "c0", "ssim_mean", 0.9, metric_version="2")]
    boards.write(out, still, suite, newer, clips=False)
    models, others = (table.value for table in _app().dataframe)
    assert models["ssim_mean v1 ↑"].tolist() == [pytest.approx(0.6)]
    assert others["ssim_mean v2 ↑"].tolist() == [0.9]
    assert others["ssim_mean v1 ↑"].isna().all()


def test_suites_never_share_a_table(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    other = boards.run(suite, "other")
    rows = [boards.row(other, "c0", "ssim_mean", 0.1, suite_version="zzz")]
    boards.write(out, other, suite, rows, clips=False)
    app = _app()
    assert _models(app) == ["mover"]
    app.selectbox(key="suite").set_value("tiny@zzz").run()
    assert _models(app) == ["other"]


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
    assert _models(app) == ["mover"]


def test_a_changed_file_is_seen(out: Path) -> None:
    suite, mover, _ = boards.two_runs(out)
    app = _app()
    before = app.dataframe[0].value["ssim_mean ↑"].tolist()
    rows = [boards.row(mover, f"c{n}", "ssim_mean", 0.1) for n in range(3)]
    boards.write(out, mover, suite, rows, clips=False)
    app.run()
    assert before == [pytest.approx(0.6)]
    assert app.dataframe[0].value["ssim_mean ↑"].tolist() == [pytest.approx(0.1)]


def test_what_is_measured_here_wins_over_what_was_published(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite, mover, _ = boards.two_runs(out)
    published = tmp_path / "published"
    old = [boards.row(mover, "c0", "ssim_mean", 0.0)]
    parquet.write(published / f"{suite}" / f"{mover.id}.parquet", old)
    monkeypatch.setenv(launch.PUBLISHED, str(published))
    shown = _app().dataframe[0].value
    assert shown["ssim_mean ↑"].tolist() == [pytest.approx(0.6)]
    assert shown["Source"].tolist() == [["clips here"]]


def test_names_are_text(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    boards.hostile_run(out, suite)
    app = _app(metrics=[f"ssim_mean[model={boards.HOSTILE}]"])
    assert boards.HOSTILE in _models(app)
    assert "onerror" in _texts(app)
    assert not boards.LIVE_MARKUP.search(_texts(app))


NAMES = (
    "suite", "total", "columns", "metrics", "sort", "reverse", "access", "licence", "reads", "size", "sized",
    "complete", "plot", "w.moving.warping_error", "page", "x", "question",
)  # fmt: skip


@pytest.mark.parametrize("value", ["<script>window.hit=1</script>", "nan", "-1e999", "x" * 5000 + "\x00"])
def test_nonsense_in_the_address_is_passed_over(out: Path, value: str) -> None:
    """In every parameter at once, and twice; but for a name that is searched for, which is what it is."""
    _three_runs(out)
    app = _app(**{name: [value, value] for name in NAMES})
    assert sorted(_models(app)) == ["mover", "wan"]
    assert not re.search(r"models:|window\.hit", _texts(app))
    assert {box.key: box.value for box in app.selectbox} == {
        "suite": app.selectbox(key="suite").options[0], "total": "none", "columns": "Essential", "sort": "ssim_mean",
        "plot": "ssim_mean",
    }  # fmt: skip
