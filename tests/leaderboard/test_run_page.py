"""The page of one run: clip, series, holes, provenance; and what is missing on this machine."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from bench import board, results
from leaderboard import source
from tests.leaderboard import boards

APP = Path(source.__file__).with_name("app.py")


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "runs"
    for name, value in board.environment(folder, None).items():
        monkeypatch.setenv(name, value)
    return folder


def _page(**choices: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=30)
    app.query_params.update(choices)
    app.run()
    app.switch_page("run.py").run()
    assert not app.exception
    return app


def _charts(app: AppTest) -> list[object]:
    return [element.proto for element in app.get("vega_lite_chart")]


def _videos(app: AppTest) -> list[str]:
    return [element.proto.url for element in app.get("video")]


def test_every_series_of_the_clip_is_drawn(out: Path) -> None:
    boards.two_runs(out)
    app = _page(run="mover-tiny", case="c1", seed="0")
    assert len(_charts(app)) == 2
    specs = [json.loads(chart.spec) for chart in _charts(app)]  # type: ignore[attr-defined]
    # 4 values of 5 frames stand at the later frame of each pair, 5 at their own; both axes cover all frames
    assert [spec["encoding"]["x"]["scale"]["domain"] for spec in specs] == [[0, 4], [0, 4]]
    assert _videos(app)[0].startswith("/app/static/previews/mover-tiny/c1-0-")


def test_metrics_say_the_clip_and_the_run(out: Path) -> None:
    boards.two_runs(out)
    app = _page(run="mover-tiny", case="c1")
    lines = app.dataframe[0].value.set_index("Metric")
    assert lines.loc["ssim_mean ↑", "This clip"] == 0.7
    assert lines.loc["ssim_mean ↑", "Mean"] == pytest.approx(0.6)
    assert lines.loc["ssim_mean ↑", "Failed"] == 1
    assert lines.loc["fvd_lite0_debiased ↓", "High"] == 18.0
    assert pd.isna(lines.loc["fvd_lite0_debiased ↓", "This clip"])


def test_holes_have_their_reasons_and_numbers_their_origin(out: Path) -> None:
    boards.two_runs(out)
    app = _page(run="mover-tiny")
    holes, facts = app.dataframe[1].value, app.dataframe[2].value.set_index("fact")["value"]
    assert list(holes["why"]) == ["clip has 1 frame, flicker needs 2"]
    assert list(holes["metrics"]) == ["ssim_mean"]
    assert facts["settings: steps"] == "25"
    assert facts["software: numpy"] == "2.0"
    assert facts["decoded: codec"] == "ffv1"


def test_prompt_is_said_with_whether_the_model_reads_it(out: Path) -> None:
    boards.two_runs(out)
    said = [text.value for text in _page(run="still-tiny").text]
    assert "Prompt: prompt 0 (this model reads no text)" in said


def test_published_numbers_without_clips(out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    suite, mover, _ = boards.two_runs(out)
    published = tmp_path / "published"
    rows = results.read(out / mover.id / "results.parquet")
    results.write(published / str(suite) / "mover.parquet", rows)
    for name, value in board.environment(tmp_path / "nothing", published).items():
        monkeypatch.setenv(name, value)
    app = _page()
    assert "not on this machine" in app.info[0].value
    assert len(_charts(app)) == 2
    assert not _videos(app)


def test_an_id_from_a_stranger_is_no_path(out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A published row may call its run anything: '../secret' must not lead out of the folder of runs."""
    suite, _, _ = boards.two_runs(tmp_path / "secret" / "runs")
    stranger = boards.run(suite, "stranger", run_id="../secret/runs/mover-tiny")
    published = tmp_path / "published"
    results.write(published / str(suite) / "x.parquet", [boards.row(stranger, "c0", "ssim_mean", 0.5)])
    monkeypatch.setenv(board.PUBLISHED, str(published))
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


def test_nonsense_in_the_address_is_passed_over(out: Path) -> None:
    boards.two_runs(out)
    app = _page(run="../../secret", case="<script>", seed="-1e9")
    assert app.selectbox(key="run").value == "mover-tiny"
    assert app.selectbox(key="case").value == "c0"
    assert app.selectbox(key="seed").value == 0


def test_a_run_of_set_numbers_only(out: Path) -> None:
    suite, mover, _ = boards.two_runs(out)
    boards.write(out, mover, suite, [boards.row(mover, None, "fvd_lite0", 3.0, n=3)], clips=False)
    app = _page(run="mover-tiny")
    assert list(app.dataframe[0].value["Metric"]) == ["fvd_lite0 ↓"]
    assert not app.get("vega_lite_chart")


def test_texts_of_a_stranger_are_text(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    boards.hostile_run(out, suite)
    app = _page(run="hostile-tiny")
    shown = "\n".join(str(element.value) for element in [*app.markdown, *app.warning, *app.caption])
    assert "onerror" in shown
    assert not boards.LIVE_MARKUP.search(shown)
    assert list(app.dataframe[1].value["why"]) == [boards.HOSTILE]


def test_no_page_uses_what_runs_html() -> None:
    """The two calls that execute scripts, and raw HTML, have no place here: names come from strangers."""
    for module in APP.parent.glob("*.py"):
        text = module.read_text()
        for call in ("unsafe_allow", "st.html", "st.iframe", "components", "st.write("):
            assert call not in text, f"{module.name} uses {call}"
