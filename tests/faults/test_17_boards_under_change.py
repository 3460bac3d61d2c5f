"""Results that change, break or are odd while the board shows them: the right page, soon, and no traceback."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from bench.web import launch
from tests.faults.all_faults import Figures
from tests.leaderboard import big_board, boards
from tests.leaderboard.conftest import no_components  # noqa: F401  a fixture
from tests.leaderboard.placed import page, placed, values

SECONDS = 5.0
MOVER, STILL = "mover-tiny", "still-tiny"


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of runs; whatever pages import was imported before."""
    folder = tmp_path / "runs"
    for name, value in launch.environment(folder, tmp_path / "published").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    page("overview.py")
    return folder


def _shown(figures: Figures, file: str = "overview.py", **choices: str) -> AppTest:
    begun = time.perf_counter()
    app = page(file, **choices)
    _count(figures, begun)
    return app


def _count(figures: Figures, begun: float) -> None:
    figures.tried += 1
    figures.slowest = max(figures.slowest or 0.0, time.perf_counter() - begun)


def _ssim(app: AppTest) -> float:
    return float(values(app)[MOVER]["ssim_mean"] or "nan")


def test_nothing_measured_yet_says_what_to_run(out: Path, figures: Figures) -> None:
    said = placed(_shown(figures))
    assert f"No results in {out}" in said
    assert re.findall("<pre>(.*?)</pre>", said) == ["bench run"]
    assert "<table" not in said
    assert figures.slowest is not None and figures.slowest < SECONDS


def test_a_broken_file_is_named_and_the_rest_is_shown(out: Path, figures: Figures) -> None:
    boards.two_runs(out)
    (out / "broken-tiny").mkdir()
    (out / "broken-tiny" / "results.parquet").write_bytes(b"PAR1 not really")
    app = _shown(figures)
    (warning,) = re.findall(r'<p class="note warn">(.*?)</p>', placed(app))
    assert "Set aside:" in warning
    assert "broken-tiny/results.parquet" in warning
    assert set(values(app)) == {MOVER, STILL}


def test_a_changed_file_is_seen(out: Path, figures: Figures) -> None:
    """Replaced, cut short by a copy under way, and whole again, while the app runs."""
    suite, mover, _ = boards.two_runs(out)
    app = _shown(figures)
    assert _ssim(app) == pytest.approx(0.6)
    rows = [boards.row(mover, f"c{n}", "ssim_mean", 0.1) for n in range(3)]
    boards.write(out, mover, suite, rows, clips=False)
    path = out / mover.id / "results.parquet"
    whole = path.read_bytes()
    for content, expected in ((whole, 0.1), (whole[: len(whole) // 2], None), (whole, 0.1)):
        path.write_bytes(content)
        begun = time.perf_counter()
        app.run()
        _count(figures, begun)
        assert not app.exception
        assert (_ssim(app) if MOVER in values(app) else None) == (expected and pytest.approx(expected))


def test_clips_that_are_gone_leave_their_numbers(out: Path, figures: Figures) -> None:
    boards.two_runs(out)
    for clip in (out / MOVER / "clips").glob("*.mkv"):
        clip.unlink()
    assert _ssim(_shown(figures)) == pytest.approx(0.6)
    assert "<h2><bdi>mover</bdi></h2>" in placed(_shown(figures, "model.py", run=MOVER))


def test_one_run_has_no_rivals(out: Path, figures: Figures) -> None:
    _, mover, still = boards.two_runs(out)
    for path in (out / still.id).rglob("*.parquet"):
        path.unlink()
    assert set(values(_shown(figures))) == {mover.id}


def test_a_large_board(out: Path, tmp_path: Path, times: Callable[[int, int], int], figures: Figures) -> None:
    """200 models on 1,000 cases in the long run; the first page reads all, the second finds it read."""
    models = times(10, 200)
    big_board.write(tmp_path / "published", models, times(50, 1000))
    _shown(figures)
    begun = time.perf_counter()
    app = page("overview.py")
    _count(figures, begun)
    assert len(values(app)) == models
    assert time.perf_counter() - begun < SECONDS
