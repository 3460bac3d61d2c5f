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

from bench import models
from bench.runs import parquet

if TYPE_CHECKING:
    import pyarrow as pa

SUITE, VERSION = "large", "0123456789ab"
METRICS = {  # name -> of a clip that does not move, change by the motion of a lively one, spread over cases
    "motion_share": (0.0, 0.02, 0.006),
    "motion_area": (0.0, 0.2, 0.05),
    "motion_smoothness": (0.98, -0.3, 0.06),
    "motion_roughness": (0.1, 0.5, 0.1),
    "content": (0.0, 0.02, 0.005),
    "flicker_compensated": (0.1, 1.0, 0.2),
    "cadence_repeats": (0.0, 0.05, 0.02),
    "outliers_cuts": (0.0, 0.1, 0.02),
    "sharpness_drift": (0.0, -0.4, 0.1),
    "contrast_drift": (0.0, -0.2, 0.05),
    "lite0_to_input": (0.98, -0.1, 0.03),
    "first_frame_ssim": (0.98, -0.25, 0.06),
    "first_frame_similarity": (0.9, -0.45, 0.1),
    "ssim_mean": (0.97, -0.25, 0.06),
    "flicker_max_step": (0.3, 4.0, 0.8),
    "warping_error": (0.0005, 0.004, 0.001),
    "cost_seconds": (40.0, 0.0, 2.0),
    "cost_peak_memory": (20.0, 0.0, 0.1),
}
LIVELINESS = {"still": 0.0, "drift": 0.35, "noise": 2.5, "reference": 0.8}
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
    nulls = list(LIVELINESS)
    for number in range(runs):
        if number < len(nulls):
            yield Made(number, nulls[number], nulls[number], cases)
        else:
            model = real[number % len(real)]
            step = number // len(real)
            yield Made(number, model, f"{model}@step-{1000 * step}" if step else model, cases)


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
    schema = parquet.schema()
    return pa.table([columns[name].cast(schema.field(name).type) for name in schema.names], schema=schema)


def _constants(entry: Made) -> dict[str, Any]:
    """What is the same in every row of a run; None where there is nothing to say."""
    about: dict[str, Any] = dict.fromkeys(parquet.schema().names)
    return about | {
        "run": entry.run, "created": "2026-11-01T00:00:00+00:00", "bench_version": "0.1.0", "commit": "abc",
        "prompt_sent": "",
        "software": '{"numpy": "2.0"}', "made_with": "", "device": "cuda:0", "suite": SUITE, "suite_version": VERSION,
        "seed": 0, "label": entry.label, "model": entry.model, "checkpoint": entry.label, "checkpoint_digest": "d",
        "adapter_version": 1, "settings": SETTINGS, "reads_text": entry.model not in LIVELINESS, "decoded": DECODED,
        "metric_version": "1", "status": "measured", "view": "native",
    }  # fmt: skip


def _values(entry: Made) -> np.ndarray:
    """What moves more is less consistent; a case that is hard for one run is hard for all, as in life."""
    rng, shared = np.random.default_rng(entry.number), np.random.default_rng(0)
    lively = LIVELINESS.get(entry.model, rng.uniform(0.2, 1.6))
    skill, price = rng.normal(0, 0.25), rng.lognormal(0, 0.7)
    values = []
    for metric, (resting, change, spread) in METRICS.items():
        if metric.startswith("cost"):
            own = resting * price
        else:
            own = resting + change * lively * (1 if resting == 0 else 1 - skill)
        hard = shared.normal(0, spread, entry.cases)
        noise = (hard + rng.normal(0, spread / 2, entry.cases)) * (lively > 0)
        values.append(np.clip(own + noise, 0, None if resting > 0.99 or resting == 0.3 else 1))
    return np.concatenate(values)


def _constant(value: object, rows: int) -> pa.Array:
    import pyarrow as pa

    return pa.nulls(rows) if value is None else pa.repeat(value, rows)


def _of(texts: list[str], places: np.ndarray) -> pa.Array:
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32)), texts).cast(pa.string())


if __name__ == "__main__":
    write(Path(sys.argv[1]), *(int(word) for word in sys.argv[2:]))
