"""A run of 5,590 clips that are all made and measured, asked for once more, takes less than 5 seconds.

Clips are tiny files, records and rows such as a run stores them: of every metric that needs no weights.
The time is that of `jobs.run`, from the words of a request to its rows, in a process that has its libraries loaded and
knows nothing of the run.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa

from bench.base import files, provenance, sealed
from bench.base.progress import Progress
from bench.engine import jobs, measuring, resolve_models
from bench.engine.evaluation import Evaluation
from bench.engine.requests import MetricRequest, ModelRequest, RunConfig, Selection
from bench.engine.rows import ClipInView, clip_rows
from bench.engine.run_metrics import ClipMetrics
from bench.media import pictures, video
from bench.runs import RunFolder, parquet
from bench.runs.cards import Cards
from bench.types import NATIVE, Case, Clip, ClipRecord, Measurement, Run, Suite, Value
from benchmarks._timing import machine

COUNTS = (100, 1_000, 5_590, 10_000)

CHUNK = 1_000
"""Clips whose rows are written at a time."""

MODELS, METRICS = ModelRequest(("still",)), MetricRequest(views=(None,))


def main() -> None:
    """Prints a table: clips, rows, seconds; arguments are other numbers of clips."""
    print(machine("pyarrow", "pydantic"))
    print("\n| clips | rows | seconds of CPU | by the clock | ms of CPU per clip |\n|---|---|---|---|---|")
    for count in [int(word) for word in sys.argv[1:]] or COUNTS:
        with tempfile.TemporaryDirectory(prefix="resume-") as place:
            small, large = Path(place, "small"), Path(place, "large")
            resume(small, store(small, 2))  # libraries are loaded
            rows = store(large, count)
            cpu, clock = resume(large, rows)
        print(f"| {count:,} | {rows:,} | {cpu:.2f} | {clock:.2f} | {1e3 * cpu / count:.2f} |", flush=True)


def resume(place: Path, rows: int) -> tuple[float, float]:
    """Seconds of CPU, and by the clock, of a run in which nothing is left to do."""
    before, started = time.process_time(), time.perf_counter()
    report = jobs.run(MODELS, selection(place), METRICS, config(place), Progress())
    seconds = time.process_time() - before, time.perf_counter() - started
    assert (report.made, report.measured, len(report.rows)) == (0, 0, rows), report
    return seconds


def selection(place: Path) -> Selection:
    """All cases of the suite."""
    return Selection(str(place / "suite"))


def config(place: Path) -> RunConfig:
    """Runs below place, nothing is fetched."""
    return RunConfig(out=place / "runs", download="no")


def store(place: Path, count: int) -> int:
    """Writes a suite and a finished run of so many clips; how many rows it has."""
    write_suite(place / "suite", count)
    suite, samples = selection(place).samples()
    ((_, run),) = resolve_models.resolve(MODELS, suite, config(place).runtime)
    folder = RunFolder(place / "runs" / run.id)
    with folder.working(run, suite):
        records = write_clips(folder, samples)
        return write_rows(folder, run, suite, records, config(place))


def write_suite(place: Path, count: int) -> None:
    """Cases that share one picture, each with a prompt of its own."""
    pictures.write(place / "images" / "one.png", np.zeros((16, 16, 3), dtype=np.uint8))
    (place / "suite.toml").write_text('title = "Many cases"\n')
    lines = [
        {"id": f"case-{number}", "image": "images/one.png", "prompt": f"prompt {number}", "category": "x"}
        for number in range(count)
    ]
    (place / "cases.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n")


def write_clips(folder: RunFolder, samples: Sequence[tuple[Case, int]]) -> list[ClipRecord]:
    """Equal small clips and their records, as a run stores them, but for the flushing to disk."""
    video.write_clip(folder.path / "one.mkv", Clip(np.zeros((2, 16, 16, 3), dtype=np.uint8), fps=8.0))
    content = (folder.path / "one.mkv").read_bytes()
    sha256 = files.sha256(folder.path / "one.mkv")
    (folder.path / "one.mkv").unlink()
    (folder.path / "clips").mkdir()
    made = provenance.versions(provenance.MAKING)
    records = []
    for case, seed in samples:
        path = folder.clip_path(case.id, seed)
        path.write_bytes(content)
        record = ClipRecord(
            case.id, seed, f"clips/{path.name}", sha256, len(content), {"num_frames": 25, "fps": 8.0},
            seconds=1.0, peak_memory=1 << 30, device="cpu", made_with=made,
        )  # fmt: skip
        path.with_suffix(".json").write_text(sealed.text(asdict(record)))
        records.append(record)
    return records


def write_rows(
    folder: RunFolder, run: Run, suite: Suite, records: Sequence[ClipRecord], how: RunConfig
) -> int:
    """The rows of every metric that applies, in one file; how many there are."""
    usable = measuring.usable(METRICS, suite, how, Progress())
    work = Evaluation(run, suite, folder, usable.evaluators, Progress(), usable.views)
    metrics = [
        each
        for each in work.metrics
        if isinstance(each, ClipMetrics) and each.evaluator.applies(suite.cases[0], records[0])
    ]
    cards = Cards(tuple(card for each in metrics for card in each.evaluator.cards))
    first = list(rows_of(run, suite.cases[0], records[0], metrics))
    template = parquet.table_of(first)
    draw = np.random.default_rng(0)

    def tables() -> Iterator[pa.Table]:
        for case, record in zip(suite.cases, records, strict=True):
            yield about(template, run, case, record, metrics, draw)

    files.write(folder.rows.folded, lambda target: parquet.write_tables(target, in_chunks(tables()), cards))
    return len(first) * len(records)


def rows_of(
    run: Run, case: Case, record: ClipRecord, metrics: Sequence[ClipMetrics]
) -> Iterator[Measurement]:
    """The rows of one clip, each with a series."""
    value = Value(0.5, series=tuple(np.linspace(0, 1, 24).tolist()))
    for each in metrics:
        answers = {card.name: value for card in each.evaluator.cards}
        yield from clip_rows(ClipInView(run, case, record, each.view), each.evaluator, answers, None)


def about(
    template: pa.Table,
    run: Run,
    case: Case,
    record: ClipRecord,
    metrics: Sequence[ClipMetrics],
    draw: np.random.Generator,
) -> pa.Table:
    """The rows of another clip, with other values."""
    inputs = {
        str(view or NATIVE): ClipInView(run, case, record, view).inputs
        for view in {each.view for each in metrics}
    }
    columns = {
        "case": [case.id] * len(template),
        "inputs": [inputs[view] for view in template["view"].to_pylist()],
        "value": draw.random(len(template)),
    }
    for name, values in columns.items():
        field = template.schema.field(name)
        template = template.set_column(template.column_names.index(name), field, pa.array(values, field.type))
    return template


def in_chunks(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Fewer and larger ones: each becomes a row group."""
    while chunk := list(islice(tables, CHUNK)):
        yield pa.concat_tables(chunk)


if __name__ == "__main__":
    main()
