"""Worker processes: the same answers for any number of them, whatever a task does to its process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bench.base import workers
from bench.engine.pull import Pool, pull
from bench.errors import BenchError, NotMeasurable, Unavailable, WorkerDied
from tests import worker_tasks


def results(
    count: int, initialise: Callable[[], Any], work: Callable[[Any, Any], Any], tasks: Iterable[Any]
) -> list[tuple[Any, Any]]:
    with Pool(workers.local(count, initialise, work), tasks) as pool:
        return [(done.unit, done.result) for done in pull(pool)]


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_values_are_the_same_for_any_number(count: int) -> None:
    tens = [(task, 10 * task) for task in range(7)]
    assert sorted(results(count, worker_tasks.ten, worker_tasks.times, range(7))) == tens
    assert sorted(results(count, worker_tasks.ten, worker_tasks.times, [1, 1])) == [(1, 10), (1, 10)]


@pytest.mark.parametrize("count", [1, 2])
def test_what_is_loaded_stays_for_the_next_tasks(count: int) -> None:
    with Pool(workers.local(count, os.getpid, worker_tasks.state), [1]) as pool:
        (first,) = pull(pool)
        assert list(pull(pool)) == []
        pool.add(2)
        (again,) = pull(pool)
    assert first.result == again.result
    assert (first.result == os.getpid()) == (count == 1)


def test_results_come_as_they_are_done(tmp_path: Path) -> None:
    found = []
    backend = workers.local(2, partial(Path, tmp_path), worker_tasks.waits_for_the_last)
    with Pool(backend, range(3)) as pool:
        for done in pull(pool):
            (tmp_path / str(done.unit)).touch()
            found.append((done.unit, done.result))
    assert found == [(1, 1), (2, 2), (0, 0)]


def test_this_process_begins_no_task_before_the_last_result_was_dealt_with() -> None:
    begun: list[int] = []

    def tasks() -> Iterator[int]:
        for task in range(3):
            begun.append(task)
            yield task

    with Pool(workers.local(1, worker_tasks.ten, worker_tasks.times), tasks()) as pool:
        assert [(done.unit, len(begun)) for done in pull(pool)] == [(0, 1), (1, 2), (2, 3)]


@pytest.mark.parametrize("count", [1, 2])
def test_an_exception_is_the_result_of_its_task(count: int) -> None:
    found = dict(results(count, worker_tasks.ten, worker_tasks.picky, range(8)))
    assert [found[task] for task in (0, 2, 4, 6)] == [0, 20, 40, 60]
    assert isinstance(found[1], NotMeasurable)
    assert isinstance(found[3], BenchError)  # UnknownName takes other arguments than it keeps
    assert [str(found[task]) for task in (1, 3)] == ["too short", "unknown case 'a': there are b"]
    assert "no good" in str(found[5])
    assert isinstance(found[7], ValueError)


def test_a_result_that_cannot_be_brought_back_is_an_error_of_its_task() -> None:
    ((_, found),) = results(2, worker_tasks.nothing, worker_tasks.unpicklable, [3])
    assert isinstance(found, Exception)
    assert "pickle" in str(found)


def test_a_task_that_cannot_be_sent_has_that_error_as_its_result() -> None:
    task, other = (lambda: 1), 2
    found = dict(results(2, worker_tasks.ten, worker_tasks.times, [task, other]))
    assert found[other] == 20
    assert "pickle" in str(found[task]).lower()


def test_large_results() -> None:
    found = dict(results(2, worker_tasks.nothing, worker_tasks.large, [30_000_000, 1]))
    assert [len(found[task]) for task in (30_000_000, 1)] == [30_000_000, 1]


def test_a_worker_that_dies_costs_only_its_task() -> None:
    with Pool(workers.local(2, worker_tasks.ten, worker_tasks.dies_on_two), range(6)) as pool:
        found = {done.unit: done.result for done in pull(pool)}
        pool.add(5)
        assert [done.result for done in pull(pool)] == [50]  # the pool goes on
    died = found.pop(2)
    assert isinstance(died, WorkerDied)
    assert str(died).startswith("worker process died on 2, 3 times, the last time alone")
    assert found == {task: 10 * task for task in (0, 1, 3, 4, 5)}


def test_a_task_is_tried_once_more(tmp_path: Path) -> None:
    file = tmp_path / "file"
    assert results(2, worker_tasks.nothing, worker_tasks.dies_once, [file]) == [(file, "survived")]


def test_tasks_are_not_taken_far_ahead() -> None:
    taken = []

    def tasks() -> Iterator[int]:
        for task in range(100):
            taken.append(task)
            yield task

    with Pool(workers.local(2, worker_tasks.ten, worker_tasks.times), tasks()) as pool:
        for number, _ in enumerate(pull(pool)):
            assert len(taken) <= number + 1 + 2 * 2
            if number == 5:
                break


def test_the_work_is_shared() -> None:
    found = {result for _, result in results(2, worker_tasks.nothing, worker_tasks.process, range(8))}
    assert len(found) == 2
    assert os.getpid() not in found
    alone = results(1, worker_tasks.nothing, worker_tasks.process, range(2))
    assert {result for _, result in alone} == {os.getpid()}


def test_nothing_starts_without_a_task() -> None:
    assert results(2, worker_tasks.death, worker_tasks.times, []) == []


@pytest.mark.parametrize("count", [1, 2])
def test_what_initialise_raises_is_raised(count: int) -> None:
    with pytest.raises(Unavailable, match=r"^the weights are not here; fetch them$"):
        results(count, worker_tasks.no_weights, worker_tasks.times, range(3))


def test_an_initialise_that_kills_says_so() -> None:
    with pytest.raises(WorkerDied, match="before their first task"):
        results(2, worker_tasks.death, worker_tasks.times, range(3))


@pytest.mark.parametrize("count", [1, 2])
def test_work_is_a_function_of_a_module(count: int) -> None:
    with pytest.raises(TypeError, match="define it at the top of a module"):
        workers.local(count, worker_tasks.ten, lambda state, task: state * task)
    with pytest.raises(TypeError, match="define it at the top of a module"):
        workers.local(2, lambda: 10, worker_tasks.times)


def test_what_only_the_main_script_has_is_refused_in_one_line() -> None:
    def work(state: int, task: int) -> int:
        return task

    work.__module__ = "__main__"
    with pytest.raises(
        TypeError, match=r"\(work is defined in the main script, not in a module\)"
    ) as refused:
        workers.local(2, partial(work, 0, "x" * 9000), worker_tasks.times)  # type: ignore[arg-type]
    assert len(str(refused.value)) < 500


def test_texts_may_speak_of_the_main_script() -> None:
    text = "if __name__ == '__main__'"
    assert results(2, partial(str, text), worker_tasks.state, [1]) == [(1, text)]


def test_a_worker_has_one_thread_and_loads_nothing_on_its_own() -> None:
    before = os.environ.copy(), sys.modules["__main__"], signal.pthread_sigmask(signal.SIG_BLOCK, [])
    ((_, found),) = results(2, worker_tasks.nothing, worker_tasks.surroundings, [0])
    assert found == {"threads": 1, "omp": "1", "imported": set(), "main": None}
    assert before == (os.environ, sys.modules["__main__"], signal.pthread_sigmask(signal.SIG_BLOCK, []))


SCRIPT = """
import sys
from pathlib import Path
from bench.base import workers
from bench.engine.pull import Pool, pull
from tests.worker_tasks import nothing, sleeps

print("once", flush=True)
try:
    tasks = [Path(sys.argv[1]) / "a", Path(sys.argv[1]) / "b"]
    with Pool(workers.local(2, nothing, sleeps), tasks) as pool:
        list(pull(pool))
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
