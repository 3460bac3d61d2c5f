"""Small runs on disk, as bench leaves them, with numbers made by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.base import files
from bench.media import video
from bench.runs import RunFolder, parquet
from bench.types import Clip, ClipRecord, Measurement, Run, Suite
from tests import made

DECODED = {"frames": 5, "width": 64, "height": 48, "fps": 8.0, "codec": "ffv1", "decoder": "PyAV"}

LIVE_MARKUP = re.compile(r"(?<!\\)(<img|<script|:red\[|!\[|`)")
"""Markup of HOSTILE that no backslash disarms."""

HOSTILE = "<img src=x onerror=window.hit=1> :red[x] ![a](http://evil.invalid/a.png) `b` <script>window.hit=1</script>"
"""What a stranger might call a model, if allowed to: markup of HTML, Markdown and Streamlit."""


def run(
    suite: Suite, label: str, model: str = "svd", reads_text: bool | None = True, run_id: str = ""
) -> Run:
    """A run of suite."""
    return Run(
        run_id or f"{label}-{suite.name}",
        label,
        model,
        "",
        "",
        1,
        {},
        "float32",
        suite.name,
        suite.version,
        reads_text,
    )


def row(of: Run, case: str | None, metric: str, value: float | None, **changes: Any) -> Measurement:
    """A measurement of a run; a failure where value is None."""
    about = {
        "run": of.id, "label": of.label, "model": of.model, "reads_text": of.reads_text, "suite": of.suite,
        "suite_version": of.suite_version, "case": case, "metric": metric, "value": value,
        "seed": None if case is None else 0, "decoded": json.dumps(DECODED),
        "software": json.dumps({"numpy": "2.0"}), "settings": json.dumps({"steps": 25}),
    }  # fmt: skip
    if value is None:
        about["error"] = "clip has 1 frame, flicker needs 2"
    return made.measurement(**{**about, **changes})


def write(out: Path, of: Run, suite: Suite, rows: Sequence[Measurement], clips: bool = True) -> RunFolder:
    """The run's folder with its clips, records and rows."""
    folder = RunFolder(out / of.id)
    with folder.working(of, suite):
        for number, case in enumerate(suite.cases if clips else ()):
            write_clip(folder, case.id, 0, made.moving_clip(seed=number))
    parquet.write(folder.rows.folded, rows)
    return folder


def write_clip(folder: RunFolder, case: str, seed: int, clip: Clip) -> ClipRecord:
    """A clip and its record."""
    path = folder.clip_path(case, seed)
    video.write_clip(path, clip)
    relative = path.relative_to(folder.path).as_posix()
    record = ClipRecord(case, seed, relative, files.sha256(path), path.stat().st_size)
    folder.write_record(record)
    return record


def two_runs(out: Path) -> tuple[Suite, Run, Run]:
    """A mover, which lacks one value and whose flicker is 10, and a still, whose flicker is 9."""
    pictures = out.parent / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    suite = made.suite(pictures)
    mover, still = run(suite, "mover"), run(suite, "still", "still", reads_text=False)
    series = (0.9, 0.8, 0.7, 0.6)
    rows = [row(mover, case, "ssim_mean", value, series=series) for case, value in (("c0", 0.5), ("c1", 0.7))]
    rows += [row(mover, "c2", "ssim_mean", None)]
    rows += [
        row(mover, f"c{n}", "flicker_max_step", 10.0, series=(1.0, 2.0, 3.0, 4.0, 14.0)) for n in range(3)
    ]
    rows += [row(mover, None, "fvd_lite0_debiased", 12.0, low=9.0, high=18.0, n=3, decoded="")]
    write(out, mover, suite, rows)
    rows = [row(still, f"c{n}", "ssim_mean", 1.0) for n in range(3)]
    rows += [row(still, f"c{n}", "flicker_max_step", 9.0) for n in range(3)]
    write(out, still, suite, rows)
    return suite, mover, still


def hostile_run(out: Path, suite: Suite) -> Run:
    """A run whose every name and text is markup."""
    of = run(suite, HOSTILE, HOSTILE, reads_text=None, run_id="hostile-tiny")
    series = (0.5, 0.5, 0.5, 0.5)
    rows = [
        row(of, f"c{n}", "ssim_mean", 0.25, series=series, category=HOSTILE, checkpoint=HOSTILE)
        for n in range(3)
    ]
    rows += [row(of, "c0", f"ssim_mean[model={HOSTILE}]", 0.5, series=(0.5, 0.4, 0.3, 0.2))]
    rows += [row(of, "c0", "flicker_max_step", None, error=HOSTILE, software=HOSTILE)]
    write(out, of, suite, rows)
    return of
