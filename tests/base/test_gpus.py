"""--gpus: which processes a word means on a machine with so many GPUs and cores."""

from __future__ import annotations

import os

import pytest

from bench.base import gpus
from bench.errors import Unavailable, UsageError


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight cores and three GPUs."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(8)), raising=False)
    monkeypatch.setattr(gpus, "_count", lambda: 3)
    for variable in (gpus.VISIBLE, "OMP_NUM_THREADS"):
        monkeypatch.delenv(variable, raising=False)


def seen(words: str) -> dict[str, str | None]:
    return {place.name: place.environment.get(gpus.VISIBLE) for place in gpus.places(words)}


def test_one_process_per_gpu_which_sees_that_one_alone() -> None:
    assert seen("all") == {"cuda:0": "0", "cuda:1": "1", "cuda:2": "2"}
    assert seen("0,2") == {"cuda:0": "0", "cuda:2": "2"}
    assert gpus.device("all") == gpus.device("1") == "cuda:0"
    assert seen("") == {}


def test_numbers_count_the_gpus_that_this_process_sees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(gpus.VISIBLE, "4, GPU-7f, 6")
    assert seen("0,1") == {"cuda:0": "4", "cuda:1": "GPU-7f"}


@pytest.mark.parametrize(
    ("words", "threads"), [("cpu:1", "8"), ("cpu:4", "2"), ("cpu:8", "1"), ("cpu:20", "1")]
)
def test_processes_without_gpu_divide_the_cores(words: str, threads: str) -> None:
    places = gpus.places(words)
    assert len(places) == int(words[4:])
    assert {place.environment["OMP_NUM_THREADS"] for place in places} == {threads}
    assert not any(gpus.VISIBLE in place.environment for place in places)
    assert gpus.device(words) == "cpu"


@pytest.mark.parametrize(("stated", "threads"), [("3", "3"), ("4,3", "1"), ("0", "1")])
def test_the_number_of_threads_may_be_stated(
    stated: str, threads: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", stated)
    assert {place.environment["OMP_NUM_THREADS"] for place in gpus.places("cpu:4")} == {threads}


def test_processes_on_gpus_divide_the_cores_as_well() -> None:
    assert {place.environment["OMP_NUM_THREADS"] for place in gpus.places("0,1")} == {"4"}


def test_processes_that_measure_are_spread_over_the_same_gpus() -> None:
    found = gpus.beside(gpus.places("0,2"), 3)
    assert [place.environment[gpus.VISIBLE] for place in found] == ["0", "2", "0"]
    assert {place.environment["OMP_NUM_THREADS"] for place in found} == {"1"}
    assert not any(gpus.VISIBLE in place.environment for place in gpus.beside(gpus.places("cpu:2"), 3))


def test_gpus_that_are_not_there_are_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        Unavailable, match=r"^GPU 3 is not there: 3 can be used here, counted from 0; --gpus all"
    ):
        gpus.places("0,3")
    monkeypatch.setattr(gpus, "_count", lambda: 0)
    for words in ("all", "0"):
        with pytest.raises(Unavailable, match=r"^no GPU can be used here; --gpus cpu:2 makes clips in two"):
            gpus.places(words)


@pytest.mark.parametrize("words", ["two", "cpu", "cpu:", "cpu:-1", "0,,1", "0-3", "٣", "cuda:0", " "])
def test_other_words_are_refused(words: str) -> None:
    with pytest.raises(UsageError, match=r"^gpus is all, or numbers as 0,1, or cpu:4"):
        gpus.places(words)


def test_a_gpu_named_twice_and_no_process_at_all_are_refused() -> None:
    with pytest.raises(UsageError, match=r"each GPU once, not '0,0'"):
        gpus.places("0,0")
    with pytest.raises(UsageError, match=r"1 to 1024 processes, not 0"):
        gpus.places("cpu:0")
