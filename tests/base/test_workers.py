"""Worker processes: the same answers for any number of them, whatever a task does to its process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from bench.base.workers import Workers
from bench.errors import BenchError, NotMeasurable, Unavailable, WorkerDied
from tests import worker_tasks


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_values_are_the_same_for_any_number(count: int) -> None:
    with Workers(count, worker_tasks.ten) as pool:
        assert sorted(pool.map(worker_tasks.times, range(7))) == [(task, 10 * task) for task in range(7)]
        assert list(pool.map(worker_tasks.times, [])) == []
        assert sorted(pool.map(worker_tasks.times, [1, 1])) == [(1, 10), (1, 10)]  # still there


def test_results_come_as_they_are_done(tmp_path: Path) -> None:
    found = []
    with Workers(2, partial(Path, tmp_path)) as pool:
        for task, result in pool.map(worker_tasks.waits_for_the_last, range(3)):
            (tmp_path / str(task)).touch()
            found.append((task, result))
    assert found == [(1, 1), (2, 2), (0, 0)]


@pytest.mark.parametrize("count", [1, 2])
def test_an_exception_is_the_result_of_its_task(count: int) -> None:
    with Workers(count, worker_tasks.ten) as pool:
        found = dict(pool.map(worker_tasks.picky, range(8)))
    assert [found[task] for task in (0, 2, 4, 6)] == [0, 20, 40, 60]
    assert isinstance(found[1], NotMeasurable)
    assert isinstance(found[3], BenchError)  # UnknownName takes other arguments than it keeps
    assert [str(found[task]) for task in (1, 3)] == ["too short", "unknown case 'a': there are b"]
    assert "no good" in str(found[5])
    assert isinstance(found[7], ValueError)


def test_a_result_that_cannot_be_brought_back_is_an_error_of_its_task() -> None:
    with Workers(2, worker_tasks.nothing) as pool:
        ((_, found),) = pool.map(worker_tasks.unpicklable, [3])
    assert isinstance(found, Exception)
    assert "pickle" in str(found)


def test_large_results() -> None:
    with Workers(2, worker_tasks.nothing) as pool:
        found = dict(pool.map(worker_tasks.large, [30_000_000, 1]))
    assert [len(found[task]) for task in (30_000_000, 1)] == [30_000_000, 1]


def test_a_worker_that_dies_costs_only_its_task() -> None:
    with Workers(2, worker_tasks.ten) as pool:
        found = dict(pool.map(worker_tasks.dies_on_two, range(6)))
        assert dict(pool.map(worker_tasks.times, [5])) == {5: 50}  # the pool goes on
    died = found.pop(2)
    assert isinstance(died, WorkerDied)
    assert str(died).startswith("worker process died on 2, twice")
    assert found == {task: 10 * task for task in (0, 1, 3, 4, 5)}


def test_a_task_is_tried_once_more(tmp_path: Path) -> None:
    with Workers(2, worker_tasks.nothing) as pool:
        assert list(pool.map(worker_tasks.dies_once, [tmp_path / "file"])) == [
            (tmp_path / "file", "survived")
        ]


def test_tasks_are_not_taken_far_ahead() -> None:
    taken = []

    def tasks() -> Iterator[int]:
        for task in range(100):
            taken.append(task)
            yield task

    with Workers(2, worker_tasks.ten) as pool:
        for number, _ in enumerate(pool.map(worker_tasks.times, tasks())):
            assert len(taken) <= number + 1 + 2 * 2
            if number == 5:
                break


def test_the_work_is_shared() -> None:
    with Workers(2, worker_tasks.nothing) as pool:
        found = {result for _, result in pool.map(worker_tasks.process, range(8))}
    assert len(found) == 2
    assert os.getpid() not in found
    with Workers(1, worker_tasks.nothing) as pool:
        assert {result for _, result in pool.map(worker_tasks.process, range(2))} == {os.getpid()}


def test_nothing_starts_without_a_task() -> None:
    with Workers(2, worker_tasks.death) as pool:
        assert list(pool.map(worker_tasks.times, [])) == []


@pytest.mark.parametrize("count", [1, 2])
def test_what_initialise_raises_is_raised(count: int) -> None:
    with (
        Workers(count, worker_tasks.no_weights) as pool,
        pytest.raises(Unavailable, match=r"^the weights are not here; fetch them$"),
    ):
        list(pool.map(worker_tasks.times, range(3)))


def test_an_initialise_that_kills_says_so() -> None:
    with Workers(2, worker_tasks.death) as pool, pytest.raises(WorkerDied, match="before their first task"):
        list(pool.map(worker_tasks.times, range(3)))


@pytest.mark.parametrize("count", [1, 2])
def test_work_is_a_function_of_a_module(count: int) -> None:
    with (
        Workers(count, worker_tasks.ten) as pool,
        pytest.raises(TypeError, match="define it at the top of a module"),
    ):
        list(pool.map(lambda state, task: state * task, range(3)))
    with pytest.raises(TypeError, match="define it at the top of a module"):
        Workers(2, lambda: 10)


def test_what_only_the_main_script_has_is_refused_in_one_line() -> None:
    def work(state: int, task: int) -> int:
        return task

    work.__module__ = "__main__"
    with pytest.raises(
        TypeError, match=r"\(work is defined in the main script, not in a module\)"
    ) as refused:
        Workers(2, partial(work, 0, "x" * 9000))  # type: ignore[arg-type]
    assert len(str(refused.value)) < 500


def test_texts_may_speak_of_the_main_script() -> None:
    with Workers(2, partial(str, "if __name__ == '__main__'")) as pool:
        assert [result for _, result in pool.map(worker_tasks.times, [1])] == ["if __name__ == '__main__'"]


def test_a_worker_has_one_thread_and_loads_nothing_on_its_own() -> None:
    before = os.environ.copy(), sys.modules["__main__"], signal.pthread_sigmask(signal.SIG_BLOCK, [])
    with Workers(2, worker_tasks.nothing) as pool:
        ((_, found),) = pool.map(worker_tasks.surroundings, [0])
    assert found == {"threads": 1, "omp": "1", "imported": set(), "main": None}
    assert before == (os.environ, sys.modules["__main__"], signal.pthread_sigmask(signal.SIG_BLOCK, []))


SCRIPT = """
import sys
from pathlib import Path
from bench.base.workers import Workers
from tests.worker_tasks import nothing, sleeps

print("once", flush=True)
try:
    with Workers(2, nothing) as pool:
        list(pool.map(sleeps, [Path(sys.argv[1]) / "a", Path(sys.argv[1]) / "b"]))
except KeyboardInterrupt:
    print("stopped")
"""


@pytest.fixture
def sleeping(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A script without a guard that has two workers, both in the middle of a task; in a process group of its own."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    running = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    _wait_until(lambda: len(_workers(tmp_path)) == 2)
    yield running
    running.kill()
    running.communicate()


def test_ctrl_c_stops_at_once_and_quietly(sleeping: subprocess.Popen[str], tmp_path: Path) -> None:
    os.killpg(sleeping.pid, signal.SIGINT)  # as a terminal does
    output, errors = sleeping.communicate(timeout=20)
    assert output.split() == ["once", "stopped"]
    assert errors == ""
    assert not any(_is_alive(worker) for worker in _workers(tmp_path))


def test_no_worker_outlives_a_killed_parent(sleeping: subprocess.Popen[str], tmp_path: Path) -> None:
    sleeping.kill()
    _wait_until(lambda: not any(_is_alive(worker) for worker in _workers(tmp_path)))


def _workers(folder: Path) -> list[int]:
    return [int(path.suffix[1:]) for path in [*folder.glob("a.*"), *folder.glob("b.*")]]


def _is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"  # ended, but not yet reaped


def _wait_until(is_so: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)
