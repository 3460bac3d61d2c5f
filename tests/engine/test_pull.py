"""The pull loop over simulated workers: who gets which unit, what becomes of deaths, and when everything stops."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from bench.engine import pull as loop
from bench.engine.pull import Done, Pool, pull
from bench.errors import NotMeasurable, Unavailable, WorkerDied
from tests.simulated_engine import Simulated, SimulatedWorker, Timeline


class Backend(Simulated):
    """A simulated backend with units that end as a function says, and workers that start as another says."""

    def __init__(
        self,
        timeline: Timeline,
        workers: int = 2,
        seconds: Callable[[Any], float] = lambda unit: 1.0,
        outcome: Callable[[Any], Any] = lambda unit: unit,
        loading: Callable[[int], Any] = lambda number: 0.0,
    ) -> None:
        super().__init__(timeline, workers, seconds)
        self._outcome, self._loading = outcome, loading
        self.tried: list[Any] = []
        self.alive_at: dict[str, list[int]] = {}

    def spawn(self) -> SimulatedWorker:
        worker = Starting(self, f"worker {len(self.spawned)}", lambda: self._loading(number))
        number = len(self.spawned)
        self.spawned.append(worker)
        return worker

    def outcome(self, unit: Any) -> Any:
        self.tried.append(unit)
        self.alive_at.setdefault(str(unit), []).append(self.alive())
        return self._outcome(unit)

    def alive(self) -> int:
        return sum(not worker.is_stopped for worker in self.spawned)


class Starting(SimulatedWorker):
    """A worker that is ready when and if a function says so: it gives seconds, or None for never, or raises."""

    def __init__(self, backend: Backend, place: str, loading: Callable[[], float | None]) -> None:
        super().__init__(backend, place)
        self._loads = loading

    def ready(self) -> Future[None]:
        try:
            seconds = self._loads()
        except Exception as error:
            return self._filled(0.0, lambda error=error: _raise(error))  # type: ignore[misc]
        return Future() if seconds is None else self._filled(seconds, lambda: None)


def _raise(error: Exception) -> None:
    raise error


def dies(*units: Any) -> Callable[[Any], Any]:
    """Units that kill their worker whenever they are tried."""

    def outcome(unit: Any) -> Any:
        if unit in units:
            raise WorkerDied("gone")
        return unit

    return outcome


@pytest.fixture
def timeline() -> Timeline:
    return Timeline()


def pulled(backend: Backend, units: Any, **options: Any) -> list[Done[Any, Any]]:
    with Pool(backend, units, **options) as pool:
        done = list(pull(pool, events=backend.timeline))
    assert backend.alive() == 0
    return done


def test_the_next_unit_goes_to_whoever_is_free(timeline: Timeline) -> None:
    done = pulled(Backend(timeline, 2, seconds=float), [9, 1, 2, 3, 2])
    assert [each.unit for each in done] == [1, 2, 3, 2, 9]
    assert timeline.now == 9
    assert {each.unit: each.place for each in done}[9] == "worker 0"


@pytest.mark.parametrize("workers", [1, 2, 7])
@pytest.mark.parametrize("in_flight", [1, 2])
def test_results_do_not_depend_on_the_number_of_workers(
    timeline: Timeline, workers: int, in_flight: int
) -> None:
    seconds = random.Random(0)
    backend = Backend(timeline, workers, lambda unit: seconds.uniform(1, 10), lambda unit: 10 * unit)
    found = {each.unit: each.result for each in pulled(backend, range(50), in_flight=in_flight)}
    assert found == {unit: 10 * unit for unit in range(50)}


def test_a_worker_has_no_more_units_than_it_may(timeline: Timeline) -> None:
    taken: list[int] = []

    def units() -> Iterator[int]:
        for number in range(20):
            taken.append(number)
            yield number

    backend = Backend(timeline, 2)
    with Pool(backend, units(), in_flight=2) as pool:
        for number, _ in enumerate(pull(pool, events=timeline)):
            assert len(taken) <= number + 1 + 2 * 2 + 1


def test_two_in_flight_are_given_one_each_before_a_second(timeline: Timeline) -> None:
    backend = Backend(timeline, 2, seconds=lambda unit: 5.0 if unit == 0 else 1.0)
    with Pool(backend, range(8), in_flight=2) as pool:
        given = [done.place for done in pull(pool, events=timeline)]
    assert given.count("worker 0") <= 3
    assert timeline.now <= 6.0


def test_an_exception_is_the_result_and_the_worker_stays(timeline: Timeline) -> None:
    def outcome(unit: int) -> int:
        if unit % 2:
            raise NotMeasurable(f"{unit} is odd")
        return unit

    backend = Backend(timeline, 1, outcome=outcome)
    found = {each.unit: each.result for each in pulled(backend, range(4))}
    assert [str(found[unit]) for unit in (1, 3)] == ["1 is odd", "3 is odd"]
    assert len(backend.spawned) == 1


def test_a_unit_that_kills_its_worker_is_tried_three_times_the_last_time_alone(timeline: Timeline) -> None:
    backend = Backend(timeline, 3, outcome=dies(2))
    lines: list[str] = []
    with Pool(backend, range(9)) as pool:
        done = list(pull(pool, say=lines.append, events=timeline))
    assert backend.tried.count(2) == 3
    assert all(backend.tried.count(unit) == 1 for unit in range(9) if unit != 2)
    assert done[-1].unit == 2
    assert str(done[-1].result) == ("worker process died on 2, 3 times, the last time alone (out of memory?)")
    assert isinstance(done[-1].result, WorkerDied)
    assert backend.tried[-1] == 2  # after all others
    assert backend.alive_at["2"][-1] == 1
    assert lines == [f"the worker at worker {number} died on 2, which is tried again" for number in (2, 0)]


def test_a_unit_whose_worker_was_killed_is_tried_again(timeline: Timeline) -> None:
    deaths = iter([True])

    def outcome(unit: int) -> int:
        if unit == 1 and next(deaths, False):
            raise WorkerDied("killed")
        return unit

    backend = Backend(timeline, 2, outcome=outcome)
    assert sorted(each.result for each in pulled(backend, range(6))) == list(range(6))
    assert len(backend.spawned) == 3


def test_only_the_unit_that_was_worked_on_is_blamed(timeline: Timeline) -> None:
    backend = Backend(timeline, 1, outcome=dies("poison"))
    found = {each.unit: each.result for each in pulled(backend, ["poison", "a", "b", "c"], in_flight=2)}
    assert isinstance(found.pop("poison"), WorkerDied)
    assert found == {"a": "a", "b": "b", "c": "c"}
    assert backend.tried.count("poison") == 3


def test_several_that_kill_are_each_tried_alone(timeline: Timeline) -> None:
    backend = Backend(timeline, 3, outcome=dies(1, 4, 6))
    found = {each.unit: each.result for each in pulled(backend, range(8), in_flight=2)}
    assert {unit for unit, result in found.items() if isinstance(result, WorkerDied)} == {1, 4, 6}
    assert [backend.alive_at[str(unit)][-1] for unit in (1, 4, 6)] == [1, 1, 1]


def test_a_unit_that_cannot_be_sent_has_that_error(
    timeline: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit = SimulatedWorker.submit

    def picky(self: SimulatedWorker, unit: int) -> Future[Any]:
        if unit == 1:
            raise TypeError("cannot pickle 1")
        return submit(self, unit)

    monkeypatch.setattr(SimulatedWorker, "submit", picky)
    found = {each.unit: each.result for each in pulled(Backend(timeline), range(3))}
    assert str(found[1]) == "cannot pickle 1"
    assert (found[0], found[2]) == (0, 2)


def test_workers_that_cannot_be_made_ready_are_left_out_and_said(timeline: Timeline) -> None:
    def loading(number: int) -> float:
        if number == 1:
            raise Unavailable("no weights on this node", "fetch them")
        return 0.0

    backend, lines = Backend(timeline, 3, loading=loading), list[str]()
    with Pool(backend, range(9)) as pool:
        done = list(pull(pool, say=lines.append, events=timeline))
    assert {each.place for each in done} == {"worker 0", "worker 2"}
    assert len(backend.spawned) == 3
    assert lines == ["worker 1 is left out: no weights on this node; fetch them"]


def test_a_worker_that_never_gets_ready_is_left_out(
    timeline: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop.time, "monotonic", lambda: timeline.now)
    backend = Backend(timeline, 2, loading=lambda number: None if number == 0 else 1.0)
    lines: list[str] = []
    with Pool(backend, range(20), ready_within=5.0) as pool:
        done = list(pull(pool, say=lines.append, events=timeline))
    assert len(done) == 20
    assert lines == ["worker 0 is left out: the worker at worker 0 is not ready after 5 s"]


def test_if_no_worker_gets_ready_that_is_the_error(
    timeline: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop.time, "monotonic", lambda: timeline.now)
    with pytest.raises(Unavailable, match="the worker at worker 0 is not ready after 5 s"):
        pulled(Backend(timeline, 2, loading=lambda number: None), [1, 2, 3], ready_within=5.0)


def test_a_worker_that_dies_while_it_loads_is_started_again(timeline: Timeline) -> None:
    def loading(number: int) -> float:
        if number in (0, 2):
            raise WorkerDied("its node has left")
        return 0.0

    backend, lines = Backend(timeline, 1, loading=loading), list[str]()
    with Pool(backend, range(4)) as pool:
        done = list(pull(pool, say=lines.append, events=timeline))
    assert [each.unit for each in done] == [0, 1, 2, 3]
    assert lines == ["the worker at worker 0 died before it was ready; another is started"]


def test_if_every_worker_dies_before_its_first_unit_one_line_says_so(timeline: Timeline) -> None:
    def loading(number: int) -> float:
        raise WorkerDied("gone")

    backend = Backend(timeline, 4, loading=loading)
    with pytest.raises(WorkerDied, match=r"^worker processes die before their first task"):
        pulled(backend, range(99))
    assert len(backend.spawned) == 4 + 3


def test_no_worker_starts_without_a_unit(timeline: Timeline) -> None:
    backend = Backend(timeline, 8)
    assert pulled(backend, []) == []
    assert backend.spawned == []
    assert len(pulled(backend, [1, 2])) == 2
    assert len(backend.spawned) == 2


def test_workers_join_and_leave_as_the_backend_says(
    timeline: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop.time, "monotonic", lambda: timeline.now)
    backend = Backend(timeline, 1)
    with Pool(backend, range(40)) as pool:
        for number, _ in enumerate(pull(pool, events=timeline)):
            if number == 4:
                backend.workers = 3
            if number == 15:
                backend.workers = 1
                backend._outcome = dies(20, 21, 22)
    assert len(backend.spawned) >= 3
    assert timeline.now < 40  # one alone would take that


def test_those_left_out_get_another_chance_when_there_are_more(
    timeline: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop.time, "monotonic", lambda: timeline.now)

    def loading(number: int) -> float:
        if number == 0:
            raise Unavailable("this node is broken")
        return 0.0

    backend = Backend(timeline, 2, loading=loading)
    with Pool(backend, range(30)) as pool:
        for number, _ in enumerate(pull(pool, events=timeline)):
            if number == 3:
                backend.workers = 3
    assert backend.alive() == 0
    assert len(backend.spawned) == 4


def test_stopping_in_the_middle_ends_the_busy_workers_at_once(timeline: Timeline) -> None:
    backend = Backend(timeline, 3)
    with Pool(backend, range(99)) as pool:
        for number, _ in enumerate(pull(pool, events=timeline)):
            if number == 5:
                break
    assert backend.alive() == 0
    assert len(backend.tried) < 12


def test_an_interrupt_ends_all_workers(timeline: Timeline) -> None:
    backend = Backend(timeline, 3)
    with pytest.raises(KeyboardInterrupt), Pool(backend, range(99)) as pool:
        for _ in pull(pool, events=timeline):
            raise KeyboardInterrupt
    assert backend.alive() == 0


def test_one_loop_drives_two_pools_and_units_are_added_while_it_runs(timeline: Timeline) -> None:
    gpus = Backend(timeline, 2, seconds=lambda unit: 10.0)
    processes = Backend(timeline, 3, seconds=lambda unit: 4.0, outcome=lambda unit: f"measured {unit}")
    measured: list[tuple[float, Any]] = []
    with Pool(gpus, range(6)) as making, Pool(processes) as measuring:
        for done in pull(making, measuring, events=timeline):
            if done.pool is making:
                measuring.add(done.result)
            else:
                measured.append((timeline.now, done.result))
    assert [when for when, _ in measured] == [14.0, 14.0, 24.0, 24.0, 34.0, 34.0]
    assert {text for _, text in measured} == {f"measured {unit}" for unit in range(6)}
    assert timeline.now == 34.0  # no GPU waited for a measurement


def test_a_pool_keeps_its_workers_for_the_next_loop(timeline: Timeline) -> None:
    backend = Backend(timeline, 2)
    with Pool(backend, range(4)) as pool:
        list(pull(pool, events=timeline))
        pool.add(4)
        (again,) = pull(pool, events=timeline)
        assert again.unit == 4
        assert len(backend.spawned) == 2
