"""The page of one run: clip, series, scores, cases, holes, provenance; and what is missing on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from bench.runs import parquet
from bench.types import Run, Suite
from bench.web import launch
from leaderboard import model, source
from tests.leaderboard import boards, hostile

APP = Path(source.__file__).with_name("app.py")
ELSEWHERE = {"players.py": {"st.iframe"}, "vote.py": {"st.iframe"}}
"""Module -> what it may use: it shows a document of ours by its address, which no stranger writes."""


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "runs"
    for name, value in launch.environment(folder, None).items():
        monkeypatch.setenv(name, value)
    return folder


def _page(**choices: str | list[str]) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=30)
    app.query_params.update(choices)
    app.switch_page("model.py").run()
    assert not app.exception
    return app


def _charts(app: AppTest) -> list[object]:
    return [element.proto for element in app.get("vega_lite_chart")]


def _tabs(**choices: str | list[str]) -> Iterator[tuple[str, AppTest]]:
    """The page with one tab after the other open."""
    app = _page(**choices)
    for tab in model.TABS:
        app.session_state["tab"] = tab
        app.run()
        assert not app.exception
        yield tab, app


def _points(app: AppTest, column: str) -> pd.DataFrame:
    """What the first chart draws that has such a column."""
    tables = (data.data.data for chart in _charts(app) for data in chart.datasets)  # type: ignore[attr-defined]
    frames = (pa.ipc.open_stream(table).read_pandas() for table in tables)
    return next(frame for frame in frames if column in frame)


def _videos(app: AppTest) -> list[str]:
    return [element.proto.url for element in app.get("video")]


def _markup(app: AppTest) -> str:
    """All that is read as markup."""
    kinds = ("markdown", "warning", "caption", "info", "subheader", "title", "success", "error")
    labels = [button.label for button in app.button]
    return "\n".join([*(str(element.value) for kind in kinds for element in app.get(kind)), *labels])


def _run_of(out: Path, *values: tuple[str | None, float | None], **changes: object) -> tuple[Suite, Run]:
    """A run of SSIM's mean: values of cases."""
    suite, mover, _ = boards.two_runs(out)
    rows = [boards.row(mover, case, "ssim_mean", value, **changes) for case, value in values]
    boards.write(out, mover, suite, rows)
    return suite, mover


# The header


def test_the_header_says_what_the_model_is(out: Path) -> None:
    boards.two_runs(out)
    app = _page(run="mover-tiny")
    said = [text.value for text in app.text]
    assert "Stable Video Diffusion" in said
    assert "1024 × 576, 14 frames, 7 fps" in said
    assert "Settings\\: steps 25" in _markup(app)
    assert "3 of 3 cases" in said
    assert "open weights" in _markup(app)
    assert "clips here" in _markup(app)
    assert "null baseline" in _markup(_page(run="still-tiny"))


def test_a_model_that_nobody_knows_here_has_a_header_too(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    other = boards.run(suite, "clips of mine", "clips", reads_text=None)
    boards.write(out, other, suite, [boards.row(other, "c0", "ssim_mean", 0.5, settings="{}")])
    said = [text.value for text in _page(run=other.id).text]
    assert "clips made elsewhere" in said
    assert "1 of 1 case" in said


# The clip


def test_every_series_of_the_clip_is_drawn(out: Path) -> None:
    boards.two_runs(out)
    app = _page(run="mover-tiny", case="c1", seed="0")
    # 4 values of 5 frames stand at the later frame of each pair, 5 at their own; both axes cover all frames
    specs = [json.loads(chart.spec) for chart in _charts(app)]  # type: ignore[attr-defined]
    domains = [spec["encoding"]["x"]["scale"]["domain"] for spec in specs]
    assert domains == [[0, 4], [0, 4]]
    assert _videos(app)[0].startswith("/app/static/previews/mover-tiny/c1-0-")


def test_prompt_is_said_with_whether_the_model_reads_it(out: Path) -> None:
    boards.two_runs(out)
    said = [text.value for text in _page(run="still-tiny").text]
    assert "prompt 0 (this model reads no text)" in said


def test_a_clip_without_series_says_so(out: Path) -> None:
    boards.two_runs(out)
    app = _page(run="still-tiny")
    assert "No metric of this clip" in app.info[0].value
    assert "No metric of this run" in _page(run="still-tiny", tab="Over time").info[0].value


def test_published_numbers_without_clips(out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    suite, mover, _ = boards.two_runs(out)
    published = tmp_path / "published"
    rows = parquet.read(out / mover.id / "results.parquet")
    parquet.write(published / str(suite) / "mover.parquet", rows)
    for name, value in launch.environment(tmp_path / "nothing", published).items():
        monkeypatch.setenv(name, value)
    app = _page()
    assert "not on this machine" in app.info[0].value
    assert "numbers only" in _markup(app)
    assert len(_charts(app)) == 2
    assert not _videos(app)
    assert [button.label for button in _page(tab="Cases").button] == ["Show the clip"] * 2


def test_an_id_from_a_stranger_is_no_path(out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A published row may call its run anything: '../secret' must not lead out of the folder of runs."""
    suite, _, _ = boards.two_runs(tmp_path / "secret" / "runs")
    stranger = boards.run(suite, "stranger", run_id="../secret/runs/mover-tiny")
    published = tmp_path / "published"
    parquet.write(published / str(suite) / "x.parquet", [boards.row(stranger, "c0", "ssim_mean", 0.5)])
    monkeypatch.setenv(launch.PUBLISHED, str(published))
    out.mkdir()
    app = _page(run=stranger.id)
    assert app.selectbox(key="run").value == stranger.id
    assert "not on this machine" in app.info[0].value
    assert not _videos(app)


def test_a_clip_that_is_gone_is_said(out: Path) -> None:
    boards.two_runs(out)
    (out / "mover-tiny" / "clips" / "c0-0.mkv").unlink()
    app = _page(run="mover-tiny", case="c0")
    assert "its file is gone" in app.warning[0].value
    assert not _videos(app)


def test_a_clip_that_cannot_be_decoded_is_said(out: Path) -> None:
    boards.two_runs(out)
    path = out / "mover-tiny" / "clips" / "c0-0.mkv"
    path.write_bytes(bytes(path.stat().st_size))  # of the size that the record says
    app = _page(run="mover-tiny", case="c0")
    assert "cannot be decoded" in app.warning[0].value
    assert not _videos(app)


def test_an_image_that_is_gone_is_said_beside_the_clip(out: Path, tmp_path: Path) -> None:
    boards.two_runs(out)
    (tmp_path / "pictures" / "c0.png").unlink()
    app = _page(run="mover-tiny", case="c0")
    assert "The image cannot be shown" in app.warning[0].value
    assert len(_videos(app)) == 1
    assert "The image cannot be shown." in _markup(_page(run="mover-tiny", tab="Cases"))


# Scores, cases, bands


def test_metrics_say_the_clip_and_the_run(out: Path) -> None:
    boards.two_runs(out)
    app = _page(run="mover-tiny", case="c1", tab="Scores")
    lines = app.dataframe[0].value.set_index("Metric")
    assert lines.loc["ssim_mean ↑", "This clip"] == 0.7
    assert lines.loc["ssim_mean ↑", "Mean"] == pytest.approx(0.6)
    assert lines.loc["ssim_mean ↑", "Failed"] == 1
    assert lines.loc["fvd_lite0_debiased ↓", "High"] == 18.0
    assert pd.isna(lines.loc["fvd_lite0_debiased ↓", "This clip"])
    assert lines.loc["ssim_mean ↑", "About"] == "metrics?metric=ssim_mean"
    assert "All cases are of one category" in _markup(app)


def test_categories_are_drawn_side_by_side(out: Path) -> None:
    suite, mover, _ = boards.two_runs(out)
    rows = [
        boards.row(mover, f"c{n}", "ssim_mean", value, category=category)
        for n, (value, category) in enumerate([(0.5, "animal"), (0.7, "animal"), (0.1, "")])
    ]
    rows += [boards.row(mover, "c3", "ssim_mean", 0.9, category="person")]
    boards.write(out, mover, suite, rows)
    app = _page(run="mover-tiny", tab="Scores")
    assert len(_charts(app)) == 1
    points = _points(app, "category")
    assert list(points["category"]) == ["animal (2)", "none (1)", "person (1)"]
    assert list(points["mean"]) == pytest.approx([0.6, 0.1, 0.9])
    table = app.dataframe[1].value
    assert list(table["category"]) == ["animal", "", "person"]


def test_best_and_worst_choose_the_clip(out: Path) -> None:
    _run_of(out, ("c0", 0.5), ("c1", 0.9), ("c2", 0.1))
    app = _page(run="mover-tiny", tab="Cases")
    cases = [text.value for text in app.text if text.value in ("c0", "c1", "c2")]
    assert cases == ["c1", "c0", "c2"]  # two of three are the best, one the worst
    app.button(key="show c2").click().run()
    assert not app.exception
    assert app.selectbox(key="case").value == "c2"
    assert _videos(app)[0].startswith("/app/static/previews/mover-tiny/c2-0-")


def test_cases_of_a_metric_that_knows_no_better(out: Path) -> None:
    suite, mover, _ = boards.two_runs(out)
    rows = [boards.row(mover, f"c{n}", "motion_share", n / 10) for n in range(3)]
    boards.write(out, mover, suite, rows, clips=False)
    said = _markup(_page(run="mover-tiny", tab="Cases"))
    assert "**Highest**" in said
    assert "Best" not in said


def test_bands_stand_on_all_clips(out: Path) -> None:
    boards.two_runs(out)
    app = _page(run="mover-tiny", tab="Over time")
    assert len(_charts(app)) == 2
    points = _points(app, "place")
    # SSIM of 2 cases with the same series; pairs of 5 frames, each at its later one
    assert list(points["place"]) == [1, 2, 3, 4]
    assert list(points["mean"]) == [0.9, 0.8, 0.7, 0.6]
    assert list(points["cases"]) == [2, 2, 2, 2]


def test_clips_of_different_lengths_are_shown_by_share(out: Path) -> None:
    suite, mover, _ = boards.two_runs(out)
    rows = [
        boards.row(mover, f"c{n}", "ssim_mean", 0.5, series=series)
        for n, series in enumerate([(1.0, 0.0), (1.0, 0.5, 0.5)])
    ]
    boards.write(out, mover, suite, rows, clips=False)
    app = _page(run="mover-tiny", tab="Over time")
    points = _points(app, "place")
    assert list(points["place"]) == [0, 50, 100]
    assert list(points["mean"]) == [1.0, 0.5, 0.25]
    assert "differ in length" in _markup(app)


# What is missing


def test_holes_have_their_reasons_and_numbers_their_origin(out: Path) -> None:
    boards.two_runs(out)
    reasons, clips = (table.value for table in _page(run="mover-tiny", tab="Missing values").dataframe)
    assert list(reasons["why"]) == list(clips["why"]) == ["clip has 1 frame, flicker needs 2"]
    assert list(reasons["clips"]) == [1]
    assert list(clips["metrics"]) == ["ssim_mean"]
    facts = _page(run="mover-tiny", tab="Provenance").dataframe[0].value.set_index("fact")["value"]
    assert facts["settings: steps"] == "25"
    assert facts["software: numpy"] == "2.0"
    assert facts["decoded: codec"] == "ffv1"


def test_nothing_is_missing(out: Path) -> None:
    boards.two_runs(out)
    assert "every value" in _page(run="still-tiny", tab="Missing values").success[0].value


def test_a_run_where_all_failed(out: Path) -> None:
    _run_of(out, ("c0", None), ("c1", None), ("c2", None))
    for _, app in _tabs(run="mover-tiny"):
        assert not _charts(app)
        assert len(_videos(app)) == 1


def test_a_run_of_set_numbers_only(out: Path) -> None:
    suite, mover, _ = boards.two_runs(out)
    boards.write(out, mover, suite, [boards.row(mover, None, "fvd_lite0", 3.0, n=3)], clips=False)
    for tab, app in _tabs(run="mover-tiny"):
        assert not _charts(app)
        assert not _videos(app)
        if tab == "Scores":
            assert list(app.dataframe[0].value["Metric"]) == ["fvd_lite0 ↓"]


def test_a_run_of_one_clip(out: Path) -> None:
    _run_of(out, ("c0", 0.5), series=(0.5, 0.4, 0.3, 0.2))
    for tab, app in _tabs(run="mover-tiny"):
        assert len(_charts(app)) == (tab in ("This clip", "Over time"))


def test_nothing_measured_yet_says_what_to_run(out: Path) -> None:
    app = _page()
    assert "No results" in app.info[0].value
    assert not app.selectbox


# Strangers


def test_nonsense_in_the_address_is_passed_over(out: Path) -> None:
    boards.two_runs(out)
    app = _page(run="../../secret", case="<script>", seed="-1e9", tab="javascript:", by="x", metrics=["<x>"])
    assert app.selectbox(key="run").value == "mover-tiny"
    assert app.selectbox(key="case").value == "c0"
    assert app.selectbox(key="seed").value == 0
    assert len(_charts(app)) == 2


def test_texts_of_a_stranger_are_text(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    of = boards.hostile_run(out, suite)
    rows = [
        *parquet.read(out / of.id / "results.parquet"),
        *(boards.row(of, text, "ssim_mean", 0.1, category=text, settings=text) for text in hostile.TEXTS),
        *(boards.row(of, text, text, 0.1, series=(0.5, 0.4)) for text in hostile.TEXTS[::10]),
        *(boards.row(of, text, "flicker_mild", None, error=text) for text in hostile.TEXTS),
    ]
    boards.write(out, of, suite, rows, clips=False)
    for _, app in _tabs(run="hostile-tiny"):
        assert "onerror" in _markup(app)
        assert not boards.LIVE_MARKUP.search(_markup(app))


def test_no_page_uses_what_runs_html() -> None:
    """The two calls that execute scripts, and raw HTML, have no place here: names come from strangers."""
    for module in APP.parent.glob("*.py"):
        text = module.read_text()
        for call in {"unsafe_allow", "st.html", "st.iframe", "components", "st.write("} - ELSEWHERE.get(
            module.name, set()
        ):
            assert call not in text, f"{module.name} uses {call}"
