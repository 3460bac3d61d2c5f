"""Clips measured by several processes give the rows that one gives."""

from __future__ import annotations

import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench import evaluators
from bench.base import files
from bench.base.progress import Progress
from bench.engine.evaluation import Evaluation
from bench.evaluators import Evaluator
from bench.media import decoders, video
from bench.media.clip_view import DEFAULT
from bench.runs import RunFolder
from bench.types import NATIVE, Clip, ClipRecord, Measurement, Run, Suite
from tests import parallel_evaluators
from tests.made import moving_clip, suite

RUN = Run("x-tiny-0", "x", "x", "", "", 1, {}, "", "tiny", "0", True)


@pytest.fixture
def tiny(tmp_path: Path) -> Suite:
    (tmp_path / "suite").mkdir()
    return suite(tmp_path / "suite", cases=4, with_references=True)


def run_folder(path: Path, tiny: Suite) -> RunFolder:
    """Clips of four cases; that of c1 is no video."""
    folder = RunFolder(path)
    for number, case in enumerate(tiny.cases):
        clip = folder.clip_path(case.id, 0)
        frames = moving_clip(16, seed=number).frames
        video.write_clip(clip, Clip(np.roll(frames, number, axis=2), 8.0))
        if case.id == "c1":
            clip.write_bytes(bytes(999))
        sha256, size = files.sha256(clip), clip.stat().st_size
        folder.write_record(ClipRecord(case.id, 0, f"clips/{clip.name}", sha256, size=size))
    return folder


def rows(folder: RunFolder) -> list[Measurement]:
    found = folder.rows.read()[0]
    return sorted(
        (replace(row, created="", commit="") for row in found),
        key=lambda row: (row.metric, row.view, row.case or ""),
    )


def measure(folder: RunFolder, tiny: Suite, workers: int, *wanted: Evaluator) -> list[Measurement]:
    Evaluation(RUN, tiny, folder, wanted, Progress(), (None, DEFAULT)).evaluate(workers=workers)
    return rows(folder)


def test_any_number_of_workers_gives_the_same_rows(tmp_path: Path, tiny: Suite) -> None:
    def measured(workers: int) -> list[Measurement]:
        weightless = [cls() for cls in (evaluators.registry[name] for name in evaluators.registry)]
        weightless = [each for each in weightless if not each.weights()]
        return measure(run_folder(tmp_path / f"run{workers}", tiny), tiny, workers, *weightless)

    one = measured(1)
    assert {row.status for row in one} == {"measured", "not measurable", "failed"}
    assert {row.case for row in one} >= {"c0", "c1", "c2", "c3"}
    for mine, other in zip(one, measured(3), strict=True):
        assert replace(other, error=mine.error) == mine  # a broken clip's error names its folder
        assert (mine.error is None) == (other.error is None)


def test_a_clip_that_kills_its_worker_is_a_row_and_the_others_are_measured(
    tmp_path: Path, tiny: Suite
) -> None:
    both = measure(run_folder(tmp_path / "run", tiny), tiny, 2, parallel_evaluators.Deadly())
    found = [row for row in both if row.view == NATIVE]
    assert [row.case for row in found if row.value is not None] == ["c0", "c3"]
    (killed,) = [row for row in found if row.case == "c2"]
    assert killed.status == "failed"
    assert "worker process died" in (killed.error or "")


@pytest.mark.skipif(not hasattr(signal, "SIGSEGV"), reason="no such signal here")
def test_a_clip_that_crashes_its_decoder_is_a_row_with_one_worker(
    tmp_path: Path, tiny: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = run_folder(tmp_path / "run", tiny)
    for case, word in (("c1", b"crash"), ("c2", b"hang")):
        clip = folder.clip_path(case, 0)
        clip.write_bytes(word)
        folder.write_record(ClipRecord(case, 0, f"clips/{clip.name}", files.sha256(clip), size=len(word)))
    decoders._end_all()
    monkeypatch.setattr(decoders, "MODULE", "tests.dying_decoder")
    rows_ = measure(folder, tiny, 1, evaluators.registry["psnr"]())
    found = {row.case: row for row in rows_ if (row.metric, row.view) == ("psnr_mean", NATIVE)}
    decoders._end_all()
    assert [case for case, row in found.items() if row.value is not None] == ["c0", "c3"]
    assert "ended its decoder by SIGSEGV" in (found["c1"].error or "")
    assert "takes its decoder over 20 CPU seconds" in (found["c2"].error or "")
