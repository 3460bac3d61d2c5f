"""Clips are made by the workers of an engine, and measured by others as they appear.

Clips that a model says will be longest come first: whichever begins last, all others wait for it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from bench.base import files
from bench.engine import generation
from bench.engine.backends import Backend, Engine
from bench.engine.clip_maker import ClipMaker
from bench.engine.evaluation import Evaluation
from bench.engine.generation import Generated, Generation, MissingClip
from bench.engine.pull import Pool, pull
from bench.errors import BenchError, Cancelled, StorageFailed, UsageError, WorkerDied, reason
from bench.models import Model
from bench.types import Case, ClipRecord


def generate(work: Generation, evaluation: Evaluation, engine: Engine) -> Generated:
    """Makes the clips that a run lacks, and measures them and those that were there.

    A model that is a service, or makes several clips at a time, does so in this process, before clips are measured.
    Numbers about the set of the clips are left to `evaluation.evaluate`.

    Args:
        work: the clips to make.
        evaluation: of the same run.
        engine: where the workers are.

    Returns:
        What was made.

    Raises:
        UsageError: the model cannot be sent to a worker.
        Unavailable: no worker can load the model; StorageFailed, which is one of these, if the disk failed.
        WorkerDied: every worker died before its first clip.
    """
    try:
        if stays_here(work.model):
            made = generation.generate(work)
            _make_and_measure(work, evaluation, engine, [])
            return made
        _make_and_measure(work, evaluation, engine, _longest_first(work))
        return work.done()
    finally:
        files.sweep(work.folder.path)  # what workers were writing when they died or were stopped


def stays_here(model: Model) -> bool:
    """Whether only this process makes a model's clips."""
    return model.is_remote or model.makes_ahead


def _make_and_measure(
    work: Generation, evaluation: Evaluation, engine: Engine, clips: list[MissingClip]
) -> None:
    maker = ClipMaker(work.model, work.folder)
    there = [record for record in work.records() if record.case in evaluation.cases]
    expected = len(clips) if evaluation.metrics else 0
    with ExitStack() as stack:
        leases, bar = stack.enter_context(work.begun(clips))
        making = stack.enter_context(Pool(_backend(maker, engine), work.in_turn(clips, leases, bar)))
        measured = stack.enter_context(evaluation.measuring(there, engine.measuring, expected))
        pools: list[Pool[Any, Any]] = [making, measured.pool]
        for done in pull(*pools, say=work.progress.say):
            if done.pool is making:
                record = _record(maker, done.unit, done.result)
                work.note(done.unit, record, leases, bar)
                measured.add(record)
            else:
                measured.note(done)


def _backend(maker: ClipMaker, engine: Engine) -> Backend[MissingClip, ClipRecord]:
    """Workers that each hold the model."""
    try:
        return engine.making(maker.load, _make)
    except TypeError as error:
        raise UsageError(
            f"model '{maker.model.label}' makes clips in this process only, without --gpus: {reason(error)}"
        ) from error


def _make(maker: ClipMaker, each: MissingClip) -> ClipRecord:
    """Makes a clip in a worker.

    Raises:
        WorkerDied: after a failure, the model cannot be loaded again here, as on a GPU in a bad state.
    """
    try:
        return maker.make(each.case, each.seed)
    except (Cancelled, StorageFailed):
        raise
    except Exception as error:
        raise WorkerDied(reason(error)) from error


def _record(maker: ClipMaker, each: MissingClip, result: ClipRecord | Exception) -> ClipRecord:
    """The record that is stored, of what came back from a worker.

    Raises:
        Exception: anything but the worker's death ends the job.
    """
    if isinstance(result, WorkerDied):
        return maker.fail(each.case, each.seed, result)
    if isinstance(result, Exception):
        raise result
    return result


def _longest_first(work: Generation) -> list[MissingClip]:
    """The clips that are missing, in the order in which they are made."""
    sizes: dict[str, int] = {}
    for each in work.missing.values():
        if each.case.id not in sizes:
            sizes[each.case.id] = _size(work.model.plan, each.case)
    return sorted(work.missing.values(), key=lambda each: -sizes[each.case.id])


def _size(plan: Callable[[Case], Any], case: Case) -> int:
    """Pixels of a clip, as far as its model says; 0 of one that will fail."""
    try:
        planned = plan(case)
    except BenchError:
        return 0
    frames = planned.made_frames or planned.frames or 1
    return frames * (planned.width or 1) * (planned.height or 1)
