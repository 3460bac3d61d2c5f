"""`bench progress` says how far a run is, by whom it was made, at what rate, and until when."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.base import files, locks
from bench.engine import run_progress
from bench.engine.units import Shard
from bench.runs import RunFolder, requested
from bench.runs.leases import Leases
from bench.types import ClipRecord
from tests.command_line import bench
from tests.engine.test_evaluation import RUN
from tests.made import suite, written_suite


def _run(place: Path, made: int, failed: int, asked: int) -> RunFolder:
    """A run of which clips were made every 6 minutes, in turn by two processes."""
    folder = RunFolder(place / "runs" / RUN.id)
    with folder.working(RUN, suite(place, cases=1)):
        requested.note(folder.path, [f"c{number}" for number in range(asked)], [0])
    for number in range(made + failed):
        path = folder.clip_path(f"c{number}", 0)
        record = ClipRecord(
            f"c{number}", 0, f"clips/{path.name}", "0" * 64, size=1,
            made_at=f"2026-01-01T{number // 10:02}:{number % 10 * 6:02}:00+00:00", made_by=f"host {number % 2}",
        )  # fmt: skip
        if number >= made:
            record = replace(record, path=None, sha256="", error="too dark")
        else:
            files.write_text(path, "x")
        folder.write_record(record)
    return folder


def _told(folder: RunFolder, *options: object) -> tuple[int, dict[str, Any]]:
    answer = bench("progress", folder.path, "--json", *options)
    (found,) = json.loads(answer.stdout)
    return answer.exit_code, found


def test_a_run_under_way(tmp_path: Path) -> None:
    folder = _run(tmp_path, made=10, failed=1, asked=31)
    with Leases(folder.path) as leases:
        leases.take("make-c11-0")
        code, found = _told(folder)
    assert code == 1
    counts = {name: found[name] for name in ("asked", "made", "failed", "missing", "measured", "is_done")}
    assert counts == {"asked": 31, "made": 10, "failed": 1, "missing": 20, "measured": None, "is_done": False}
    assert found["under_way"] == {"make-c11-0": locks.own_name()}
    assert found["makers"] == {"host 0": 6, "host 1": 5}
    assert [found["rate"], found["rate_of_all"], *found["hours"]] == pytest.approx([10, 10, 2, 2, 2])


def test_the_end_has_an_interval_that_grows_with_the_spread_of_clips() -> None:
    starts = [
        run_progress.datetime.fromisoformat(f"2026-01-01T00:{minute:02}:00") for minute in (0, 2, 10, 12, 20)
    ]
    hours = run_progress._hours(starts, 10)
    assert hours is not None
    expected, low, high = hours
    assert expected == pytest.approx(10 * 5 / 60)
    # gaps of 2, 8, 2, 8 minutes: variance 12; of 10 more and of the mean of 4, 12 · (10 + 100 / 4) = 420
    assert (high - low) / 2 == pytest.approx(1.96 * 420**0.5 / 60)
    assert run_progress._hours(starts[:2], 10) is None
    assert run_progress._hours([], 0) == (0.0, 0.0, 0.0)


def test_shards_add_up_to_the_run(tmp_path: Path) -> None:
    folder = _run(tmp_path, made=5, failed=0, asked=20)
    parts = [run_progress.of_run(folder, Shard(index, 4)) for index in range(4)]
    assert sum(part.asked for part in parts) == 20
    assert sum(part.made for part in parts) == 5
    code, found = _told(folder, "--shard", "0/4")
    assert (code, found["asked"]) == (1, parts[0].asked)


def test_a_run_that_is_done(tmp_path: Path) -> None:
    place = written_suite(tmp_path / "suite", cases=2)
    out = tmp_path / "runs"
    assert bench("generate", "still", "--suite", place, "--limit", 1, "--out", out).exit_code == 0
    assert bench("progress", "--out", out).exit_code == 0
    assert bench("run", "still", "--suite", place, "--metrics", "psnr", "--out", out).exit_code == 0
    (folder,) = map(RunFolder, out.iterdir())
    code, found = _told(folder)
    assert (code, found["asked"], found["made"], found["measured"]) == (0, 2, 2, 2)
    assert found["makers"] == {locks.own_name(): 2}
    next(folder.path.glob("clips/*-0.mkv")).unlink()
    answer = bench("progress", "--out", out)
    assert answer.exit_code == 1
    assert "nobody is at work" in answer.stdout


def test_what_was_asked_for_is_not_guessed_from_a_broken_file(tmp_path: Path) -> None:
    folder = _run(tmp_path, made=1, failed=0, asked=2)
    next((folder.path / "requests").glob("*.json")).write_text("[")
    answer = bench("progress", folder.path)
    assert (answer.exit_code, "delete it, the next bench run notes it again" in answer.stderr) == (2, True)
