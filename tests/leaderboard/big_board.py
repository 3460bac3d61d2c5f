"""Writes a large board of made-up numbers: python tests/leaderboard/big_board.py FOLDER [models [cases]].

Published results as strangers would send them, `<suite>@<version>/*.parquet`, one file a run, for tests and timings of
what reads them. Straight from columns to Arrow: as Measurements, two million rows would take minutes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from bench import models, results

if TYPE_CHECKING:
    import pyarrow as pa

SUITE, VERSION = "large", "0123456789ab"
NULLS = ("still", "drift", "noise", "reference")
METRICS = {  # name -> mean and spread over models, spread over cases
    "motion_share": (0.12, 0.06, 0.05),
    "motion_smoothness": (0.9, 0.05, 0.08),
    "first_frame_ssim": (0.85, 0.08, 0.08),
    "first_frame_similarity": (0.6, 0.1, 0.12),
    "ssim_mean": (0.8, 0.08, 0.1),
    "flicker_severe": (0.05, 0.03, 0.05),
    "flicker_max_step": (4.0, 2.0, 2.0),
    "warping_error": (0.01, 0.004, 0.006),
    "cost_seconds": (60.0, 40.0, 4.0),
    "cost_peak_memory": (24.0, 12.0, 0.5),
}
SETTINGS = '{"steps": 25, "guidance": 3.0, "frames": 49}'
DECODED = '{"frames": 49, "width": 832, "height": 480, "fps": 16.0, "codec": "h264", "decoder": "PyAV"}'


@dataclass(frozen=True)
class Made:
    """A run that nobody made.

    Attributes:
        number: which one; decides its numbers.
        model, label: what it is called.
        cases: how many it has.
    """

    number: int
    model: str
    label: str
    cases: int

    @property
    def run(self) -> str:
        return f"{self.label}-{SUITE}-{self.number:06x}"


def write(folder: Path, runs: int = 200, cases: int = 1000) -> list[Made]:
    """The files of so many runs, null baselines among them, each with so many cases; what was written."""
    import pyarrow.parquet as pq

    entries = list(_entries(runs, cases))
    place = folder / f"{SUITE}@{VERSION}"
    place.mkdir(parents=True, exist_ok=True)
    for entry in entries:
        pq.write_table(_table(entry), place / f"{entry.run}.parquet", compression="zstd")
    return entries


def _entries(runs: int, cases: int) -> Iterator[Made]:
    real = [name for name in sorted(models.registry) if models.registry[name].card.weights is not None]
    for number in range(runs):
        if number < len(NULLS):
            yield Made(number, NULLS[number], NULLS[number], cases)
        else:
            model = real[number % len(real)]
            yield Made(number, model, f"{model}@step-{1000 * (number // len(real) + 1)}", cases)


def _table(entry: Made) -> pa.Table:
    import pyarrow as pa

    rows = entry.cases * len(METRICS)
    columns = {name: _constant(value, rows) for name, value in _constants(entry).items()}
    cases = np.tile(np.arange(entry.cases), len(METRICS))
    columns["case"] = _of([f"case-{case:04d}" for case in range(entry.cases)], cases)
    columns["category"] = _of(["animal", "human", "scene", "vehicle"], cases % 4)
    columns["clip_sha256"] = _of([f"{entry.number:08x}{case:056x}" for case in range(entry.cases)], cases)
    columns["inputs"] = columns["clip_sha256"]
    columns["metric"] = _of(list(METRICS), np.repeat(np.arange(len(METRICS)), entry.cases))
    columns["value"] = pa.array(_values(entry))
    schema = results.schema()
    return pa.table([columns[name].cast(schema.field(name).type) for name in schema.names], schema=schema)


def _constants(entry: Made) -> dict[str, Any]:
    """What is the same in every row of a run; None where there is nothing to say."""
    about: dict[str, Any] = dict.fromkeys(results.schema().names)
    return about | {
        "run": entry.run, "created": "2026-11-01T00:00:00+00:00", "bench_version": "0.1.0", "commit": "abc",
        "software": '{"numpy": "2.0"}', "device": "cuda:0", "suite": SUITE, "suite_version": VERSION, "seed": 0,
        "label": entry.label, "model": entry.model, "checkpoint": entry.label, "checkpoint_digest": "d",
        "adapter_version": 1, "settings": SETTINGS, "reads_text": entry.model not in NULLS, "decoded": DECODED,
        "metric_version": "1", "status": "measured",
    }  # fmt: skip


def _values(entry: Made) -> np.ndarray:
    rng = np.random.default_rng(entry.number)
    values = []
    for mean, between, within in METRICS.values():
        own = abs(rng.normal(mean, between))
        values.append(np.clip(rng.normal(own, within, entry.cases), 0, None if mean > 1 else 1))
    return np.concatenate(values)


def _constant(value: object, rows: int) -> pa.Array:
    import pyarrow as pa

    return pa.nulls(rows) if value is None else pa.repeat(value, rows)


def _of(texts: list[str], places: np.ndarray) -> pa.Array:
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32)), texts).cast(pa.string())


if __name__ == "__main__":
    write(Path(sys.argv[1]), *(int(word) for word in sys.argv[2:]))
