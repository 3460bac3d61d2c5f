"""Several processes that load the same model: one fetches, the others wait, and then nobody asks the hub."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.base import network, weights
from bench.base.weights import Weights
from bench.engine import fetched_once
from bench.models.null.still import Still
from bench.models.requirements import Need


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)


class Heavy(Still):
    """A model whose weights are here once `fetched` is."""

    fetched = threading.Event()

    def needs(self) -> Iterator[Need]:
        yield Need("weights", "some/weights", self.fetched.is_set())


def together(work: Callable[[], None], count: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_one_process_fetches_and_the_others_wait_for_it() -> None:
    Heavy.fetched.clear()
    fetching: list[bool] = []

    def load() -> None:
        with fetched_once.loading(Heavy()):
            fetching.append(not Heavy.fetched.is_set())
            Heavy.fetched.set()

    together(load, 4)
    assert sorted(fetching) == [False, False, False, True]


def test_what_is_here_is_loaded_offline() -> None:
    Heavy.fetched.set()
    with fetched_once.loading(Heavy()):
        assert network.forbidden_by() == "--offline"
    assert not network.forbidden_by()


def test_what_is_missing_may_be_fetched() -> None:
    Heavy.fetched.clear()
    with fetched_once.loading(Heavy()):
        assert not network.forbidden_by()


def test_a_model_without_weights_may_ask_whomever_it_likes() -> None:
    with fetched_once.loading(Still()):
        assert not network.forbidden_by()


def test_a_file_is_fetched_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = Weights("net.safetensors", ("https://example.com/net.safetensors",), "0" * 64, 1, "MIT")
    place = tmp_path / "net.safetensors"
    fetches: list[str] = []

    def fetch(wanted: Weights) -> Path:
        if not place.exists():
            fetches.append(wanted.name)
            place.touch()
        return place

    monkeypatch.setattr(weights, "path", lambda wanted: place if place.exists() else None)
    monkeypatch.setattr(weights, "fetch", fetch)
    together(lambda: fetched_once.fetch([file]), 4)
    assert fetches == ["net.safetensors"]
