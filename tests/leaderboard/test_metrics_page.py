"""The page of metrics: its index, one card, what runs and damages say of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from bench.calibration import curves
from bench.calibration.curves import Calibration, DamageFacts, MetricFacts
from bench.calibration.fitting import fitted
from bench.evaluators import catalogue
from bench.runs import parquet
from bench.web import launch
from leaderboard import metrics, source
from tests.leaderboard import boards, hostile

APP = Path(source.__file__).with_name("app.py")


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "runs"
    for name, value in launch.environment(folder, tmp_path / "results").items():
        monkeypatch.setenv(name, value)
    return folder


def _page(**choices: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=30)
    app.query_params.update(choices)
    app.switch_page("metrics.py").run()
    assert not app.exception
    return app


def _markup(app: AppTest) -> str:
    kinds = ("markdown", "warning", "caption", "info", "subheader", "title")
    return "\n".join(str(element.value) for kind in kinds for element in app.get(kind))


def _texts(app: AppTest) -> list[str]:
    return [text.value for text in app.text]


def _drawn(app: AppTest) -> dict[str, list[str]]:
    """Entries of each table that the first chart draws, by the table's first number's name."""
    protos = [element.proto for element in app.get("vega_lite_chart")]
    frames = [pa.ipc.open_stream(data.data.data).read_pandas() for data in protos[0].datasets]
    return {"mean" if "mean" in frame else "value": list(frame["name"]) for frame in frames}


def test_every_metric_has_a_line_and_a_card(out: Path) -> None:
    app = _page()
    index = app.dataframe[0].value
    assert list(index["Metric"]) == list(catalogue.registered().cards)
    assert set(index["Runs"]) == {0}
    assert not app.get("vega_lite_chart")  # no runs, and nobody has calibrated
    line = index.set_index("Metric").loc["ssim_mean"]
    shown = (line["Evaluator"], line["Better"], line["Range"], line["Main"])
    assert shown == ("ssim", "↑ higher", "-1 … 1", "●")


def test_the_address_chooses_the_metric(out: Path) -> None:
    card = catalogue.registered().cards["ssim_mean"]
    app = _page(metric="ssim_mean", evaluator="<script>")
    assert app.selectbox(key="metric").value == "ssim_mean"
    assert app.selectbox(key="evaluator").value == "all"
    said = _texts(app)
    assert {card.definition, card.source, card.blind_to, card.series} <= {*said}
    assert "2 frames" in said
    assert "ignores blur" in _markup(app).replace("\\", "")


def test_nonsense_in_the_address_is_passed_over(out: Path) -> None:
    app = _page(metric="../../secret", suite="<x>", search="", evaluator="\x00")
    assert app.selectbox(key="metric").value == next(iter(catalogue.registered().cards))


def test_a_search_looks_into_names_and_definitions(out: Path) -> None:
    app = _page(search="FLICKER gray", evaluator="all")
    found = list(app.dataframe[0].value["Metric"])
    assert "flicker_max_step" in found
    assert "ssim_mean" not in found
    assert app.selectbox(key="metric").value == found[0]
    none = _page(search="no such words")
    assert "No metric matches" in none.info[0].value
    assert not none.dataframe


def test_an_evaluator_has_its_own(out: Path) -> None:
    found = list(_page(evaluator="ssim").dataframe[0].value["Evaluator"])
    assert {*found} == {"ssim"}


def test_values_of_every_run_are_drawn_the_best_first(out: Path) -> None:
    boards.two_runs(out)
    app = _page(metric="ssim_mean")
    assert _drawn(app) == {"mean": ["still", "mover"], "value": ["mover"] * 2 + ["still"] * 3}
    assert dict(app.dataframe[0].value.set_index("Metric")["Runs"])["ssim_mean"] == 2
    assert _drawn(_page(metric="flicker_max_step"))["mean"] == ["still", "mover"]  # lower is better


def test_a_number_about_the_set_has_its_own_interval(out: Path) -> None:
    boards.two_runs(out)
    app = _page(metric="fvd_lite0_debiased")
    assert _drawn(app)["mean"] == ["mover"]
    assert "whole set" in _markup(app)
    assert "No run on this suite" in _markup(_page(metric="psnr_mean"))


def test_many_runs_leave_the_worst_models_out(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    suite, _, _ = boards.two_runs(out)
    for n in range(4):
        of = boards.run(suite, f"m{n}")
        boards.write(out, of, suite, [boards.row(of, "c0", "ssim_mean", n / 10)], clips=False)
    from leaderboard import metric_runs

    monkeypatch.setattr(metric_runs, "MOST_RUNS", 2)
    monkeypatch.setattr(metric_runs, "MOST_TICKS", 3)
    app = _page(metric="ssim_mean")
    assert _drawn(app)["mean"] == ["still", "mover", "m3"]
    assert _drawn(app).get("value", []) == []
    assert "3 of 6 runs" in _markup(app)


def test_metrics_that_say_the_same(out: Path) -> None:
    suite, mover, _ = boards.two_runs(out)
    rows = [
        row
        for n in range(10)
        for row in (
            boards.row(mover, f"c{n}", "ssim_mean", n / 10),
            boards.row(mover, f"c{n}", "warping_error", 1 - n / 10),  # lower is better: it agrees
            boards.row(mover, f"c{n}", "psnr_mean", 30 - n),
            boards.row(mover, f"c{n}", "motion_share", float(n != 5)),
        )
    ]
    boards.write(out, mover, suite, rows, clips=False)
    table = _page(metric="ssim_mean").dataframe[1].value
    assert list(table["Metric"]) == ["psnr_mean ↑", "warping_error ↓", "motion_share"]
    assert list(table["Spearman"].round(6))[:2] == [-1, -1]
    assert list(table["Calls better"]) == ["the opposite", "the same", ""]
    assert list(table["Cases"]) == [10, 10, 10]


def test_a_metric_of_other_settings_has_the_card_of_its_own(out: Path) -> None:
    suite, mover, _ = boards.two_runs(out)
    rows = [boards.row(mover, "c0", name, 0.5) for name in ("ssim_mean[x=2]", "of_somebody_else")]
    boards.write(out, mover, suite, rows, clips=False)
    app = _page(metric="ssim_mean[x=2]")
    assert catalogue.registered().cards["ssim_mean"].definition in _texts(app)
    stranger = _page(metric="of_somebody_else")
    assert any(text.startswith("No card") for text in _texts(stranger))
    assert metrics.owner_of("of_somebody_else") == ""


def test_curves_of_the_metric_are_drawn(out: Path) -> None:
    falls = np.array([[1.0, 0.9 - tiny, 0.5 - tiny] for tiny in (0, 0.01, 0.02, 0.03)])
    curve = fitted(("ssim_mean", "noise"), "higher", (1, 2), falls)
    damage = DamageFacts("noise", "noise", "px", (1.0, 2.0), boards.HOSTILE)
    metric = MetricFacts("ssim_mean", "ssim", "1", "higher", "", shows=("noise",))
    curves.write(out / curves.FILE, Calibration({}, (damage,), (metric,), (curve,), {}))
    app = _page(metric="ssim_mean")
    assert len(app.get("vega_lite_chart")) == 1
    assert "told apart from 1 on" in _markup(app)
    assert "It has no curve" in _markup(_page(metric="psnr_mean"))
    (out / curves.FILE).write_text("{")
    assert "is no calibration" in _page(metric="ssim_mean").warning[0].value


def test_texts_of_a_stranger_are_text(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    of = boards.hostile_run(out, suite)
    rows = [*parquet.read(out / of.id / "results.parquet")]
    rows += [boards.row(of, f"c{n}", text, n / 10) for text in hostile.TEXTS for n in range(9)]
    boards.write(out, of, suite, rows, clips=False)
    app = _page(metric=boards.HOSTILE)
    for text in [*hostile.TEXTS[::8], f"ssim_mean[model={boards.HOSTILE}]"]:
        app.selectbox(key="metric").set_value(text)
        app.run()
        assert not app.exception
        assert not boards.LIVE_MARKUP.search(_markup(app))
