"""--gpus: clips made in several processes and measured beside, with the rows that one process gives."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

import bench as library
from bench import evaluators
from bench.base.progress import Bar, Progress
from bench.engine import generation, side_by_side
from bench.engine.evaluation import Evaluated, Evaluation
from bench.engine.generation import Generated, Generation
from bench.engine.identity import run_of
from bench.engine.local_engine import local_engine
from bench.errors import Unavailable, UsageError
from bench.models import Model
from bench.models.plans import Plan
from bench.runs import RunFolder, parquet
from bench.types import Case, Suite
from tests import tiny_checkpoints
from tests.command_line import bench
from tests.made import suite, written_suite
from tests.worker_models import Ahead, Sent


class Heard(Progress):
    """Remembers what is said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, text: str) -> None:
        self.lines.append(text)


class Stopping(Progress):
    """Is stopped by Ctrl-C when the first clip is made or measured."""

    @contextmanager
    def bar(self, title: str, total: int) -> Iterator[Bar]:
        yield _Interrupted()


class _Interrupted(Bar):
    def advance(self) -> None:
        raise KeyboardInterrupt


@pytest.fixture
def tiny(tmp_path: Path) -> Suite:
    (tmp_path / "suite").mkdir()
    (tmp_path / "notes").mkdir()
    return suite(tmp_path / "suite", cases=4)


def made(
    model: Model, tiny: Suite, folder: RunFolder, progress: Progress, gpus: str = "cpu:2"
) -> tuple[Generated, Evaluated]:
    """What becomes of the suite's clips, measured by one metric."""
    run = run_of(model, tiny)
    evaluation = Evaluation(run, tiny, folder, [evaluators.registry["psnr"]()], progress)
    evaluation.begin()
    work = Generation(model, [(case, 0) for case in tiny.cases], folder, progress)
    engine = local_engine(gpus)
    assert engine is not None
    with folder.working(run, tiny):
        return side_by_side.generate(work, evaluation, engine), evaluation.evaluate()


def processes(tmp_path: Path, beginning: str) -> set[int]:
    return {int(path.name.rsplit("-", 1)[1]) for path in (tmp_path / "notes").glob(f"{beginning}*-*")}


def values(folder: RunFolder) -> dict[tuple[str | None, str], float | None]:
    return {(row.case, row.metric): row.value for row in folder.rows.read()[0]}


def test_clips_are_made_in_processes_that_load_the_model_once(tiny: Suite, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    generated, evaluated = made(Sent(tmp_path / "notes"), tiny, folder, Progress())
    assert generated == Generated(made=4)
    makers = processes(tmp_path, "loaded")
    assert 1 <= len(makers) <= 2 and os.getpid() not in makers
    assert processes(tmp_path, "c") <= makers
    assert evaluated.measured == len(folder.rows.read()[0]) == 4 * len(evaluators.registry["psnr"].cards)
    assert not list(folder.path.glob("leases/*"))

    alone = RunFolder(tmp_path / "alone")
    generation.generate(
        Generation(Sent(tmp_path / "notes"), [(case, 0) for case in tiny.cases], alone, Progress())
    )
    Evaluation(
        run_of(Sent(tmp_path), tiny), tiny, alone, [evaluators.registry["psnr"]()], Progress()
    ).evaluate()
    assert values(folder) == values(alone)

    again, nothing = made(Sent(tmp_path / "notes"), tiny, folder, Progress())
    assert (again, nothing.measured) == (Generated(kept=4), 0)
    assert processes(tmp_path, "loaded") - {os.getpid()} == makers


@pytest.mark.parametrize("word", ["fails", "kills", "kills once", "breaks once"])
def test_what_goes_wrong_with_one_clip_touches_no_other(word: str, tiny: Suite, tmp_path: Path) -> None:
    folder, heard = RunFolder(tmp_path / "run"), Heard()
    generated, _ = made(Sent(tmp_path / "notes", word), tiny, folder, heard)
    is_lost = word in ("fails", "kills")
    assert generated == Generated(made=4, failed=int(is_lost))
    records = {record.case: record for record in folder.records()}
    assert [case for case, record in records.items() if record.error] == (["c1"] if is_lost else [])
    rows = values(folder)
    assert all((rows[case, "psnr_mean"] is None) == (is_lost and case == "c1") for case in records)
    said = {
        "fails": ["c1, seed 0: ValueError: no such motion"],
        "kills": [
            "c1, seed 0: worker process died on c1, seed 0, 3 times, the last time alone (out of memory?)"
        ],
        "kills once": [],
        "breaks once": [],
    }
    assert [line for line in heard.lines if "is tried again" not in line] == said[word]
    tries = len(list((tmp_path / "notes").glob("c1-0-in-*")))
    assert tries == {"fails": 1, "kills": 3, "kills once": 2, "breaks once": 2}[word]


def test_a_model_that_no_process_can_load_is_one_line(tiny: Suite, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    with pytest.raises(Unavailable, match=r"^the weights are not here; fetch them$"):
        made(Sent(tmp_path / "notes", "never loads"), tiny, folder, Progress())
    assert not list(folder.path.glob("leases/*"))


def test_stopped_in_the_middle_nothing_is_left_and_the_next_call_goes_on(tiny: Suite, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    with pytest.raises(KeyboardInterrupt):
        made(Sent(tmp_path / "notes"), tiny, folder, Stopping())
    assert not multiprocessing.active_children()
    assert not [*folder.path.glob("leases/*"), *folder.path.rglob(".tmp-*")]
    kept = len(folder.records())
    assert kept >= 1
    again, evaluated = made(Sent(tmp_path / "notes"), tiny, folder, Progress())
    assert again == Generated(made=4 - kept, kept=kept)
    assert evaluated.measured + evaluated.kept == len(values(folder)) == 8


def test_a_model_that_makes_clips_ahead_does_so_in_this_process(tiny: Suite, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    generated, evaluated = made(Ahead(tmp_path / "notes"), tiny, folder, Progress())
    assert generated == Generated(made=4)
    assert processes(tmp_path, "loaded") == {os.getpid()}
    assert evaluated.measured > 0


def test_a_model_that_cannot_be_sent_is_one_line(tiny: Suite, tmp_path: Path) -> None:
    model = Sent(tmp_path / "notes")
    model.word = lambda: "not a word"  # type: ignore[assignment]
    with pytest.raises(UsageError, match=r"^model 'sent' makes clips in this process only, without --gpus: "):
        made(model, tiny, RunFolder(tmp_path / "run"), Progress())


def test_a_model_in_memory_is_refused() -> None:
    with pytest.raises(
        UsageError, match=r"^a model in memory, as 'mine', cannot be sent to other processes: leave"
    ):
        library.run(lambda image: [image] * 4, "mine", gpus="cpu:2", show_progress=False)


def test_the_longest_clips_come_first(tiny: Suite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frames = {"c0": 10, "c1": 40, "c2": 10, "c3": 25}

    def plan(self: Model, case: Case) -> Plan:
        return Plan(frames=frames[case.id], width=64, height=64, fps=8.0, fit="cover")

    monkeypatch.setattr(Sent, "plan", plan)
    samples = [(case, seed) for case in tiny.cases for seed in (0, 1)]
    work = Generation(Sent(tmp_path), samples, RunFolder(tmp_path / "run"), Progress())
    assert [f"{each.case.id}-{each.seed}" for each in side_by_side._longest_first(work)] == [
        "c1-0", "c1-1", "c3-0", "c3-1", "c0-0", "c0-1", "c2-0", "c2-1",
    ]  # fmt: skip


def rows(out: Path) -> Mapping[object, object]:
    (path,) = out.glob("*/results.parquet")
    return {
        (row.case, row.seed, row.metric, row.view): (row.value, row.error, row.clip_sha256)
        for row in parquet.read(path)
        if not row.metric.startswith("cost_")
    }


@pytest.mark.parametrize("model", ["noise", "svd"])
def test_the_rows_are_those_of_one_process(
    model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # torch's sums on a CPU depend on how many threads there are
    small = written_suite(tmp_path / "small", 3)
    words = ["run", "-m", model, "--suite", small, "--metrics", "psnr,flicker", "--seeds", "0,1"]
    if model == "svd":
        words += ["--checkpoint", tiny_checkpoints.write("svd", tmp_path / "svd"), "--set", "steps=2"]
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        one = bench(*words, "--out", tmp_path / "one")
    finally:
        torch.set_num_threads(before)
    two = bench(*words, "--out", tmp_path / "two", "--gpus", "cpu:2")
    assert (one.exit_code, two.exit_code) == (0, 0), two.output
    assert rows(tmp_path / "two") == rows(tmp_path / "one")
    assert len(rows(tmp_path / "one")) > 12
