"""The first page: what a visitor may choose, what an address says, and what it does with files that are broken."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from bench.runs import parquet
from bench.web import launch
from tests.leaderboard import boards
from tests.leaderboard.placed import page, placed, values
from tests.web.pages.test_leaderboard import TOTAL, TOTAL_WITHOUT_START, three_runs, write_total

PAGE = "overview.py"
MOVER, STILL, WAN = "mover-tiny", "still-tiny", "wan-tiny"


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "runs"
    for name, value in launch.environment(folder, None).items():
        monkeypatch.setenv(name, value)
    return folder


def _number(app: AppTest, run: str, key: str) -> float:
    return float(values(app)[run][key] or "nan")


def test_a_total_takes_other_weights_which_are_kept_in_the_address(out: Path) -> None:
    write_total(out)
    app = page(PAGE)
    assert _number(app, MOVER, "total:moving") == pytest.approx(TOTAL)
    app.selectbox(key="total").set_value("moving").run()
    app.number_input(key="w.moving.first_frame_ssim").set_value(0.0).run()
    assert _number(app, MOVER, "total:moving") == pytest.approx(TOTAL_WITHOUT_START)
    app = page(PAGE, total="moving", **{"w.moving.first_frame_ssim": "0"})
    assert _number(app, MOVER, "total:moving") == pytest.approx(TOTAL_WITHOUT_START)
    app.selectbox(key="total").set_value("no total").run()
    assert "total:moving" not in values(app)[MOVER]


def test_a_recipe_that_lacks_a_dimension_says_which(out: Path) -> None:
    three_runs(out)
    app = page(PAGE, total="vbench_i2v")
    assert "No total because metrics are missing: mover: vbench" in placed(app)
    assert {cells["total:vbench_i2v"] for cells in values(app).values()} == {None}


def test_columns_of_a_group_and_of_ones_own(out: Path) -> None:
    suite, mover, _ = boards.two_runs(out)
    extra = {"flicker_mild": 0.5, "motion_share": 0.1, "ssim_mean": 0.5}
    rows = [boards.row(mover, f"c{n}", metric, value) for metric, value in extra.items() for n in range(3)]
    boards.write(out, mover, suite, rows, clips=False)
    app = page(PAGE)
    app.selectbox(key="columns").set_value("Flicker").run()
    assert {"motion_share", "flicker_mild"} < set(values(app)[MOVER])  # motion beside everything
    app.selectbox(key="columns").set_value("Everything").run()
    assert {"motion_share", "flicker_mild"} < set(values(app)[MOVER])
    app = page(PAGE, metrics=["flicker_mild"])  # an address of metrics alone means these
    assert [key for key in values(app)[MOVER] if key in extra] == ["motion_share", "flicker_mild"]
    assert "ssim_mean" not in values(app)[MOVER]


def test_another_column_is_plotted(out: Path) -> None:
    three_runs(out)
    app = page(PAGE)
    chosen = app.selectbox(key="plot")
    assert f'aria-label="{chosen.options[0]}"' in placed(app)
    chosen.set_value(chosen.options[1]).run()
    assert f'aria-label="{chosen.options[1]}"' in placed(app)
    assert f'aria-label="{chosen.options[0]}"' not in placed(app)


def test_suites_never_share_a_table(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    other = boards.run(suite, "other")
    rows = [boards.row(other, "c0", "ssim_mean", 0.1, suite_version="zzz")]
    boards.write(out, other, suite, rows, clips=False)
    app = page(PAGE)
    assert set(values(app)) == {MOVER, STILL}
    app.selectbox(key="suite").set_value("tiny@zzz").run()
    assert set(values(app)) == {"other-tiny"}


def test_what_is_measured_here_wins_over_what_was_published(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite, mover, _ = boards.two_runs(out)
    published = tmp_path / "published"
    old = [boards.row(mover, "c0", "ssim_mean", 0.0)]
    parquet.write(published / f"{suite}" / f"{mover.id}.parquet", old)
    monkeypatch.setenv(launch.PUBLISHED, str(published))
    app = page(PAGE)
    assert _number(app, MOVER, "ssim_mean") == pytest.approx(0.6)
    assert values(app)[MOVER]["clips"] == "clips here"


def test_names_are_text(out: Path) -> None:
    suite, _, _ = boards.two_runs(out)
    boards.hostile_run(out, suite)
    app = page(PAGE, metrics=[f"ssim_mean[model={boards.HOSTILE}]"])
    assert f"ssim_mean[model={boards.HOSTILE}]" in values(app)["hostile-tiny"]
    assert "onerror" in placed(app)
    assert not re.search("<img src=x|<script", placed(app))
    widgets = [*app.markdown, *app.warning, *app.caption, *app.info, *app.text]
    assert not boards.LIVE_MARKUP.search("\n".join(str(each.value) for each in widgets))


NAMES = (
    "suite", "total", "columns", "metrics", "sort", "reverse", "access", "licence", "reads", "size", "sized",
    "complete", "plot", "w.moving.warping_error", "page", "x", "question",
)  # fmt: skip


@pytest.mark.parametrize("value", ["<script>window.hit=1</script>", "nan", "-1e999", "x" * 5000 + "\x00"])
def test_nonsense_in_the_address_is_passed_over(out: Path, value: str) -> None:
    """In every parameter at once, and twice."""
    three_runs(out)
    app = page(PAGE, **{name: [value, value] for name in NAMES})
    assert set(values(app)) == {MOVER, WAN, STILL}
    assert "window.hit" not in placed(app)
    assert {box.key: box.value for box in app.selectbox} == {
        "suite": app.selectbox(key="suite").options[0], "total": "Measured ones", "columns": "Essential",
        "plot": app.selectbox(key="plot").options[0],
    }  # fmt: skip
