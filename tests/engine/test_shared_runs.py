"""Several processes work in one run: each clip is made and measured once, and the rows are those of one process."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from bench.base.progress import Progress
from bench.engine.evaluation import Evaluation
from bench.engine.generation import Generation, generate
from bench.errors import UsageError
from bench.models.null.noise import Noise
from bench.runs import RunFolder, parquet
from bench.runs.leases import Leases
from bench.types import Case, Clip, ClipRecord, Measurement
from tests.command_line import bench
from tests.engine.test_evaluation import Distance
from tests.engine.test_parallel import RUN, run_folder
from tests.made import suite, written_suite

CASES = 8
METRICS = "psnr,flicker"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written_suite(tmp_path_factory.mktemp("suite") / "small", CASES)


def _words(small: Path, out: Path, *more: str) -> list[str]:
    return ["run", "-m", "noise", "--suite", str(small), "--metrics", METRICS, "--out", str(out), *more]


def _rows(out: Path) -> Mapping[object, object]:
    (path,) = out.glob("*/results.parquet")
    rows = parquet.read(path)
    found = {(row.case, row.seed, row.metric, row.view): (row.value, row.error) for row in rows}
    assert len(found) == len(rows)
    return found


@pytest.fixture(scope="module")
def expected(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[object, object]:
    """The rows that one process gives."""
    out = tmp_path_factory.mktemp("one")
    assert bench(*_words(small, out)).exit_code == 0
    return _rows(out)


def test_processes_that_are_given_the_same_words_share_the_work(
    small: Path, tmp_path: Path, expected: Mapping[object, object]
) -> None:
    words = [sys.executable, "-m", "bench", *_words(small, tmp_path, "--json")]
    started = [subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)]
    said = [process.communicate(timeout=200)[1].decode() for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], said
    assert bench(*_words(small, tmp_path)).exit_code == 0  # folds what the last ones left
    assert _rows(tmp_path) == expected
    assert not list(tmp_path.glob("*/leases/*"))


def test_shards_into_one_folder_and_a_run_over_them(
    small: Path, tmp_path: Path, expected: Mapping[object, object]
) -> None:
    made = []
    for index in range(3):
        done = bench(*_words(small, tmp_path, "--shard", f"{index}/3"))
        assert done.exit_code == 0
        assert f"shard {index}/3: " in done.stdout
        made.append(len(list(tmp_path.glob("*/clips/*.json"))))
    assert made == sorted(made) and made[-1] == CASES and made[0] < CASES
    again = bench(*_words(small, tmp_path))
    assert f"nothing to generate ({CASES} clips are there), nothing to measure" in again.stdout
    assert _rows(tmp_path) == expected


def test_shards_measure_a_run_that_one_process_made(
    small: Path, tmp_path: Path, expected: Mapping[object, object]
) -> None:
    assert bench("generate", "noise", "--suite", small, "--out", tmp_path).exit_code == 0
    for index in range(2):
        done = bench("evaluate", "noise", "--metrics", METRICS, "--out", tmp_path, "--shard", f"{index}/2")
        assert done.exit_code == 0
    assert _rows(tmp_path) == expected


def test_a_model_that_is_not_identified_has_no_shards(small: Path, tmp_path: Path) -> None:
    import bench as library

    with pytest.raises(UsageError, match=r"'mine' cannot be shared by processes: .*; revision=… would"):
        library.run(
            lambda image: [image] * 4, "mine", suite=small, out=tmp_path, shard="0/2", show_progress=False
        )


def test_a_clip_that_another_process_has_made_meanwhile_is_not_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny, folder = suite(tmp_path), RunFolder(tmp_path / RUN.id)
    samples = [(case, 0) for case in tiny.cases]
    made: list[str] = []

    class Watched(Noise):
        def generate(self, case: Case, seed: int, step: object = None) -> Clip:
            made.append(case.id)
            if case.id == "c0":  # another process is faster with c1, and is at c2
                generate(Generation(Noise(), samples[1:2], folder, Progress()))
                others.take("make-c2-0")
            return super().generate(case, seed)

    with Leases(folder.path) as others:
        done = generate(Generation(Watched(), samples, folder, Progress()))
    assert made == ["c0"]
    assert (done.made, done.kept, done.elsewhere, done.unpaid) == (1, 1, 1, 0)


def test_a_set_is_measured_by_who_finds_all_clips_looked_at(tmp_path: Path) -> None:
    (tmp_path / "suite").mkdir()
    tiny = suite(tmp_path / "suite", cases=4, with_references=True)
    folder = run_folder(tmp_path / RUN.id, tiny)
    whole = frozenset((case.id, 0) for case in tiny.cases)
    of_sets = []
    for share in ({("c0", 0), ("c2", 0)}, whole - {("c0", 0), ("c2", 0)}):
        work = Evaluation(RUN, tiny, folder, [Distance()], Progress())
        assert work.evaluate(samples=share, whole=whole).of_part is None
        of_sets.append([row.n for row in folder.rows.read()[0] if row.case is None])
    assert of_sets == [[], [3]]  # c1 is no video


def test_machines_that_share_a_bucket_begin_at_different_clips(tmp_path: Path) -> None:
    tiny, folder = suite(tmp_path), RunFolder(tmp_path / RUN.id)
    samples = [(case, seed) for case in tiny.cases for seed in range(10)]

    def order() -> list[str]:
        return list(Generation(Noise(), samples, folder, Progress()).missing)

    in_a_folder = order()
    assert order() == in_a_folder
    (tmp_path / "store.json").write_text("{}")
    in_a_bucket = order()
    assert in_a_bucket not in (in_a_folder, order())
    assert sorted(in_a_bucket) == sorted(in_a_folder)


def test_a_set_waits_for_a_clip_that_another_process_is_at(tmp_path: Path) -> None:
    (tmp_path / "suite").mkdir()
    tiny = suite(tmp_path / "suite", cases=4, with_references=True)
    folder = run_folder(tmp_path / RUN.id, tiny)

    with Leases(folder.path) as others:
        others.take("measure-c3-0")
        done = Evaluation(RUN, tiny, folder, [Distance()], Progress()).evaluate()
        assert done.elsewhere == 1
        assert [row for row in folder.rows.read()[0] if row.case is None] == []
        others.give_back("measure-c3-0")
    assert Evaluation(RUN, tiny, folder, [Distance()], Progress()).evaluate().elsewhere == 0
    assert [row.n for row in folder.rows.read()[0] if row.case is None] == [3]


def test_of_two_that_end_at_once_the_last_measures_the_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each had found the other's last clip taken, and left the set to it."""
    (tmp_path / "suite").mkdir()
    tiny = suite(tmp_path / "suite", cases=4, with_references=True)
    folder = run_folder(tmp_path / RUN.id, tiny)
    evaluation = Evaluation(RUN, tiny, folder, [Distance()], Progress())
    measure = evaluation._measure_clips

    def measure_while_another_ends(records: list[ClipRecord], workers: int) -> tuple[list[Measurement], int]:
        with Leases(folder.path) as others:
            others.take("measure-c3-0")
            found = measure(records, workers)
        Evaluation(RUN, tiny, folder, [Distance()], Progress()).evaluate(samples={("c3", 0)}, whole=())
        for row in folder.path.glob(
            "measurements/*"
        ):  # the other one looked before this one had stored its last
            row.unlink()
        return found

    monkeypatch.setattr(evaluation, "_measure_clips", measure_while_another_ends)
    assert evaluation.evaluate().elsewhere == 1
    assert [row.n for row in folder.rows.read()[0] if row.case is None] == [3]


@pytest.mark.parametrize(("sent", "code"), [("SIGTERM", 0), ("SIGUSR1", 0), ("SIGHUP", 129)])
def test_a_run_that_a_scheduler_stops_ends_well_and_goes_on(
    sent: str, code: int, small: Path, tmp_path: Path, expected: Mapping[object, object]
) -> None:
    words = [sys.executable, "-m", "bench", *_words(small, tmp_path)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while not list(tmp_path.glob("*/clips/*.json")) and process.poll() is None:
        time.sleep(0.001)
    process.send_signal(getattr(signal, sent))
    _, said = process.communicate(timeout=60)
    assert process.returncode == code
    assert b"the same command goes on from there" in said
    assert bench(*_words(small, tmp_path)).exit_code == 0
    assert _rows(tmp_path) == expected
