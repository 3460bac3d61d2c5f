"""The page of one run: what a visitor chooses, clips with their images, and what is missing on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from streamlit.testing.v1 import AppTest

from bench.evaluators import catalogue
from bench.runs import parquet
from leaderboard import model
from tests.leaderboard import boards, hostile
from tests.leaderboard.placed import APP, behind, lines, page, placed
from tests.web.pages.harm import strange

PAGE = "model.py"
KNOWN = catalogue.registered()
ELSEWHERE = {
    "players.py": {"st.iframe"},
    "vote.py": {"st.iframe"},
    "place.py": {"components"},
}
"""Module -> what it may use: a document of ours by its address, and HTML in which every text is escaped."""


def _figures(app: AppTest) -> int:
    return placed(app).count("<figure>")


def _tabs(**choices: str | list[str]) -> Iterator[tuple[str, AppTest]]:
    """The page with one tab after the other open."""
    app = page(PAGE, **choices)
    for tab in model.TABS:
        app.session_state["tab"] = tab
        app.run()
        assert not app.exception
        yield tab, app


def _videos(app: AppTest) -> list[str]:
    return [element.proto.url for element in app.get("video")]


def _markup(app: AppTest) -> str:
    """All that Streamlit reads as markup."""
    kinds = ("markdown", "warning", "caption", "info", "subheader", "title", "success", "error")
    labels = [button.label for button in app.button]
    return "\n".join([*(str(element.value) for kind in kinds for element in app.get(kind)), *labels])


def _write(out: Path, *values: tuple[str | None, float | None], **changes: object) -> None:
    """The mover has the mean SSIM alone: values of cases."""
    suite, mover, _ = boards.two_runs(out)
    rows = [boards.row(mover, case, "ssim_mean", value, **changes) for case, value in values]
    boards.write(out, mover, suite, rows)


# The run and its clip


def test_the_header_says_what_the_model_is(out: Path) -> None:
    boards.two_runs(out)
    app = page(PAGE, run="mover-tiny")
    for text in ("Stable Video Diffusion", "Settings: steps 25", "open weights", "clips here"):
        assert text in placed(app)
    assert behind(app, "still") == {"runs": ["mover-tiny", "still-tiny"]}


def test_every_series_of_the_clip_is_drawn_below_it(out: Path) -> None:
    boards.two_runs(out)
    app = page(PAGE, run="mover-tiny", case="c1", seed="0")
    assert _figures(app) == 2
    assert "ssim_mean along the clip" in placed(app)
    assert _videos(app)[0].startswith("/app/static/previews/mover-tiny/c1-0-")


def test_prompt_is_said_with_whether_the_model_reads_it(out: Path) -> None:
    boards.two_runs(out)
    said = [text.value for text in page(PAGE, run="still-tiny").text]
    assert "prompt 0 (this model reads no text)" in said


def test_a_clip_without_series_says_so(out: Path) -> None:
    boards.two_runs(out)
    assert "No metric of this clip" in placed(page(PAGE, run="still-tiny"))
    assert "No metric of this run" in placed(page(PAGE, run="still-tiny", tab="Over time"))


def test_published_numbers_without_clips(out: Path, tmp_path: Path) -> None:
    suite, mover, _ = boards.two_runs(tmp_path / "elsewhere")
    rows = parquet.read(tmp_path / "elsewhere" / mover.id / "results.parquet")
    parquet.write(tmp_path / "results" / str(suite) / "mover.parquet", rows)
    app = page(PAGE)
    assert "not on this machine" in app.info[0].value
    assert "numbers only" in placed(app)
    assert _figures(app) == 2
    assert not _videos(app)
    assert placed(page(PAGE, tab="Cases")).count('<div class="card">') == 2


def test_an_id_from_a_stranger_is_no_path(out: Path, tmp_path: Path) -> None:
    """A published row may call its run anything: '../secret' must not lead out of the folder of runs."""
    suite, _, _ = boards.two_runs(tmp_path / "secret" / "runs")
    stranger = boards.run(suite, "stranger", run_id="../secret/runs/mover-tiny")
    rows = [boards.row(stranger, "c0", "ssim_mean", 0.5)]
    parquet.write(tmp_path / "results" / str(suite) / "x.parquet", rows)
    out.mkdir()
    app = page(PAGE, run=stranger.id)
    assert app.selectbox(key="run").value == stranger.id
    assert "not on this machine" in app.info[0].value
    assert not _videos(app)


def test_a_clip_that_is_gone_is_said(out: Path) -> None:
    boards.two_runs(out)
    (out / "mover-tiny" / "clips" / "c0-0.mkv").unlink()
    app = page(PAGE, run="mover-tiny", case="c0")
    assert "its file is gone" in app.warning[0].value
    assert not _videos(app)


def test_a_clip_that_cannot_be_decoded_is_said(out: Path) -> None:
    boards.two_runs(out)
    path = out / "mover-tiny" / "clips" / "c0-0.mkv"
    path.write_bytes(bytes(path.stat().st_size))  # of the size that the record says
    app = page(PAGE, run="mover-tiny", case="c0")
    assert "has changed since it was made" in app.warning[0].value
    assert not _videos(app)


def test_an_image_that_is_gone_is_said_beside_the_clip(out: Path, tmp_path: Path) -> None:
    boards.two_runs(out)
    (tmp_path / "pictures" / "c0.png").unlink()
    app = page(PAGE, run="mover-tiny", case="c0")
    assert "The image cannot be shown" in app.warning[0].value
    assert len(_videos(app)) == 1
    assert "The image cannot be shown." in placed(page(PAGE, run="mover-tiny", tab="Cases"))


# Tabs


def test_scores_say_the_value_of_the_clip(out: Path) -> None:
    boards.two_runs(out)
    app = page(PAGE, run="mover-tiny", case="c1", tab="Scores")
    found = {each["metric"]: each["clip"] for each in lines(app, "Metrics of the run")}
    assert found[KNOWN.heading("ssim_mean")] == "0.7"
    assert "All cases are of one category" in placed(app)


def test_best_and_worst_choose_the_clip(out: Path) -> None:
    _write(out, ("c0", 0.5), ("c1", 0.9), ("c2", 0.1))
    app = page(PAGE, run="mover-tiny", tab="Cases")
    assert app.selectbox(key="case").value == "c0"
    app = page(PAGE, **behind(app, "c2"))
    assert app.selectbox(key="case").value == "c2"
    assert app.session_state["tab"] == "Cases"
    assert _videos(app)[0].startswith("/app/static/previews/mover-tiny/c2-0-")


def test_every_tab_shows_its_part(out: Path) -> None:
    boards.two_runs(out)
    said = {tab: placed(app) for tab, app in _tabs(run="mover-tiny")}
    assert said["Over time"].count("<figure>") == 2
    assert "Highest" not in said["Cases"]
    assert said["Missing values"].count("<bdi>clip has 1 frame, flicker needs 2<") == 2
    for fact, value in (("settings: steps", "25"), ("software: numpy", "2.0"), ("decoded: codec", "ffv1")):
        assert f"{fact}</th><td><bdi>{value}</bdi></td>" in said["Provenance"]


def test_nothing_is_missing(out: Path) -> None:
    boards.two_runs(out)
    assert "Every clip has every value" in placed(page(PAGE, run="still-tiny", tab="Missing values"))


def test_a_run_where_all_failed(out: Path) -> None:
    _write(out, ("c0", None), ("c1", None), ("c2", None))
    for _, app in _tabs(run="mover-tiny"):
        assert not _figures(app)
        assert len(_videos(app)) == 1


def test_a_run_of_set_numbers_only(out: Path) -> None:
    suite, mover, _ = boards.two_runs(out)
    boards.write(out, mover, suite, [boards.row(mover, None, "fvd_lite0", 3.0, n=3)], clips=False)
    for tab, app in _tabs(run="mover-tiny"):
        assert not _figures(app)
        assert not _videos(app)
        if tab == "Scores":
            (only,) = lines(app, "Metrics of the run")
            assert only["metric"] == KNOWN.heading("fvd_lite0")


def test_a_run_of_one_clip(out: Path) -> None:
    _write(out, ("c0", 0.5), series=(0.5, 0.4, 0.3, 0.2))
    for tab, app in _tabs(run="mover-tiny"):
        assert _figures(app) == (tab in ("This clip", "Over time"))


def test_nothing_measured_yet_says_what_to_run(out: Path) -> None:
    app = page(PAGE)
    assert "No results" in placed(app)
    assert "<pre>bench run</pre>" in placed(app)
    assert not app.selectbox


# Strangers


def test_nonsense_in_the_address_is_passed_over(out: Path) -> None:
    boards.two_runs(out)
    app = page(
        PAGE, run="../../secret", case="<script>", seed="-1e9", tab="javascript:", by="x", metrics=["<x>"]
    )
    assert app.selectbox(key="run").value == "mover-tiny"
    assert app.selectbox(key="case").value == "c0"
    assert app.selectbox(key="seed").value == 0
    assert _figures(app) == 2


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
        assert "onerror" in placed(app)
        assert not strange(placed(app))
        assert not boards.LIVE_MARKUP.search(_markup(app))


def test_no_page_uses_what_runs_html() -> None:
    """The two calls that execute scripts, and raw HTML, have no place here: names come from strangers."""
    for module in APP.parent.glob("*.py"):
        text = module.read_text()
        for call in {"unsafe_allow", "st.html", "st.iframe", "components", "st.write("} - ELSEWHERE.get(
            module.name, set()
        ):
            assert call not in text, f"{module.name} uses {call}"
