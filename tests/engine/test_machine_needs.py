"""What a job needs on a machine: one process brings it, the others wait."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bench import suites
from bench.base import weights
from bench.base.weights import Weights
from bench.engine.machine_needs import Needs
from bench.errors import Unavailable
from bench.models.null.still import Still
from bench.models.requirements import Need

FILE = Weights("net.safetensors", ("https://example.com/net.safetensors",), "0" * 64, 1, "MIT")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))


class Heavy(Still):
    """A model whose weights are here once they were fetched; the last part comes when it is loaded."""

    fetches = 0
    has_all = True

    def needs(self) -> Iterator[Need]:
        yield Need("weights", "some/weights", Heavy.fetches > 0)
        yield Need("weights", "a part", self.has_all)

    def fetch(self) -> None:
        Heavy.fetches += 1


@pytest.fixture
def heavy(monkeypatch: pytest.MonkeyPatch) -> Heavy:
    monkeypatch.setattr(Heavy, "fetches", 0)
    return Heavy()


def test_one_process_fetches_and_the_others_wait_for_it(heavy: Heavy) -> None:
    answers: list[bool] = []
    threads = [
        threading.Thread(target=lambda: answers.append(Needs(models=(heavy,)).bring())) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Heavy.fetches == 1
    assert answers == [True] * 4


def test_what_only_loading_fetches_is_not_here(heavy: Heavy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Heavy, "has_all", False)
    assert not Needs(models=(heavy,)).bring()


def test_models_without_weights_need_nothing() -> None:
    assert Needs(models=(Still(),)).bring()


def test_files_of_metrics_are_fetched_and_what_cannot_be_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[Weights] = []
    monkeypatch.setattr(weights, "fetch", fetched.append)
    assert Needs(weights=(FILE,)).bring()
    assert fetched == [FILE]

    def refuse(file: Weights) -> Path:
        raise Unavailable(f"{file.name} could not be fetched")

    monkeypatch.setattr(weights, "fetch", refuse)
    with pytest.raises(Unavailable, match=r"net\.safetensors could not be fetched"):
        Needs(weights=(FILE,)).bring()


def test_pictures_of_the_suite_are_seen_or_missed_by_name() -> None:
    suite = suites.load("demo")
    assert Needs(suite).bring()
    moved = replace(suite, cases=(replace(suite.cases[0], image=Path("/nowhere/cat.png")),))
    with pytest.raises(
        Unavailable, match=r"image /nowhere/cat\.png of suite demo is not here; keep the suite where"
    ):
        Needs(moved).bring()
