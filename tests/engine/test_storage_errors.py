"""Errors of the disk stop the evaluation; they are no clip's failure, and the same command goes on from there."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.base import files
from bench.base.progress import Progress
from bench.engine.evaluation import Evaluation
from bench.errors import BenchError, StorageFailed
from bench.evaluators import View
from bench.media import video
from bench.runs import RunFolder
from bench.runs.features import FeatureStore
from bench.types import Suite
from tests.engine.test_evaluation import RUN, Brightness, Distance, _store
from tests.made import moving_clip, suite


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def tiny(tmp_path: Path) -> Suite:
    (tmp_path / "suite").mkdir()
    return suite(tmp_path / "suite", with_references=True)


@pytest.fixture
def folder(tmp_path: Path, tiny: Suite) -> RunFolder:
    made = RunFolder(tmp_path / "runs" / RUN.id)
    for number, case in enumerate(tiny.cases):
        _store(made, case.id, moving_clip(seed=number + 5))
    return made


def evaluate(folder: RunFolder, tiny: Suite) -> dict[tuple[str, str | None], Any]:
    """Metric and case -> value or reason, after a whole evaluation."""
    with folder.working(RUN, tiny):
        Evaluation(RUN, tiny, folder, [Brightness(), Distance()], Progress()).evaluate()
    rows, problems = folder.rows.read()
    assert not problems
    return {(row.metric, row.case): row.error or row.value for row in rows}


class Faulty:
    """A function of a class that fails the number-th time with an error of the disk."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, number: int) -> None:
        self.calls, self.number, self.function = 0, number, getattr(owner, name)
        monkeypatch.setattr(owner, name, lambda *words, **more: self.call(words, more))

    def call(self, words: Any, more: Any) -> Any:
        self.calls += 1
        if self.calls == self.number:
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(words[0]))
        return self.function(*words, **more)


PLACES: list[tuple[Any, str]] = [(Path, "read_bytes"), (Path, "open"), (files, "flush"), (video, "stream")]


@pytest.mark.parametrize(("owner", "name"), PLACES, ids=[name for _, name in PLACES])
@pytest.mark.parametrize(
    "numbers", [(2, 7), pytest.param(range(1, 60), marks=pytest.mark.long)], ids=["some", "all"]
)
def test_an_error_of_the_disk_never_becomes_a_number_or_a_failure(
    folder: RunFolder, tiny: Suite, tmp_path: Path, owner: Any, name: str, numbers: Sequence[int]
) -> None:
    """It did: two of four clips, exit 0, for ever. Each call fails once, then the same words go on."""
    expected = evaluate(RunFolder(shutil.copytree(folder.path, tmp_path / "sound" / RUN.id)), tiny)
    for number in numbers:
        fresh = RunFolder(shutil.copytree(folder.path, tmp_path / f"{number}" / RUN.id))
        shutil.rmtree(tmp_path / "cache", ignore_errors=True)
        with pytest.MonkeyPatch.context() as patched:
            faulty = Faulty(patched, owner, name, number)
            try:
                evaluate(fresh, tiny)
            except (BenchError, OSError) as error:
                assert "input/output error" in str(error).lower()
        assert evaluate(fresh, tiny) == expected
        if faulty.calls < number:
            break
    assert number > numbers[0]  # else no call has failed


def test_a_read_that_failed_under_libav_is_tried_again(
    folder: RunFolder, tiny: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends as 'cut short', like a clip that is: a clip is believed to be broken the second time."""
    cut = folder.path / "cut.mkv"
    content = folder.clip_path("c0", 0).read_bytes()
    cut.write_bytes(content[: len(content) // 2])
    stream, calls = video.stream, list[Path]()

    def once_cut(path: Path, fps: float | None = None) -> Any:
        calls.append(path)
        return stream(cut if len(calls) == 1 else path, fps)

    monkeypatch.setattr(video, "stream", once_cut)
    assert not any(isinstance(found, str) and "cut" in found for found in evaluate(folder, tiny).values())
    assert len(calls) > 1


@pytest.mark.parametrize("method", ["look", "conclude", "ready"])
def test_what_an_evaluator_reads_from_a_failing_disk_stops_the_evaluation(
    folder: RunFolder, tiny: Suite, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    def fail(*_: object) -> None:
        try:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/tmp/x")
        except OSError as error:
            raise RuntimeError("a library's own words") from error

    monkeypatch.setattr(Brightness, method, fail)
    with pytest.raises(StorageFailed, match="/tmp/x cannot be read now: no space left"):
        evaluate(folder, tiny)


def test_other_errors_of_the_system_are_the_metric_s_own(
    folder: RunFolder, tiny: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plug-in that looks for a file of its own, or a server that is away."""

    def fail(self: Brightness, view: View) -> float:
        raise FileNotFoundError(errno.ENOENT, "No such file", "weights.bin")

    monkeypatch.setattr(Brightness, "look", fail)
    assert "weights.bin" in str(evaluate(folder, tiny)["bright", "c0"])


def test_features_that_cannot_be_kept_are_no_failure_of_the_clip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FeatureStore(tmp_path / "features")

    def write(path: Path, writer: Callable[[Path], object]) -> None:
        raise StorageFailed("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(files, "write", write)
        with pytest.raises(StorageFailed):
            store.keep("a", lambda: np.zeros(3))
    assert "a" not in store
    store.keep("a", lambda: np.full(3, np.nan))
    assert "a" in store
    assert not store.has_features("a")
