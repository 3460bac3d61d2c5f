"""Values made by hand for tests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.base import files, sealed
from bench.engine.one_pass import OnePass, show_clip
from bench.evaluators import ClipEvaluator, Evaluator, SetEvaluator
from bench.media import pictures, video
from bench.suites import cases as case_digests
from bench.types import Case, Clip, ClipRecord, Frames, Measurement, Suite, Value


def measurement(**changes: Any) -> Measurement:
    """A sound row, with changes."""
    fields: dict[str, Any] = {
        "run": "still-tiny-0", "created": "2026-01-01T00:00:00+00:00", "bench_version": "0", "commit": "",
        "software": "{}", "device": "cpu", "suite": "tiny", "suite_version": "0", "case": "a", "category": "animal",
        "seed": 0, "label": "still", "model": "still", "checkpoint": "", "checkpoint_digest": "",
        "adapter_version": 1, "settings": "{}", "reads_text": False, "clip_sha256": "c", "decoded": "{}", "inputs": "i",
        "metric": "ssim_mean", "metric_version": "1", "value": 1.0, "low": None, "high": None, "n": None,
        "series": None, "error": None, "status": "measured",
    }  # fmt: skip
    if changes.get("error") and "status" not in changes:
        fields["status"] = "failed"
    return Measurement(**{**fields, **changes})


def edit(path: Path, /, **fields: Any) -> None:
    """Writes other fields into a JSON file, as somebody who edits it by hand does."""
    content = {**json.loads(path.read_text()), **fields}
    content.pop(sealed.FIELD, None)
    files.write_json(path, content)


def photograph(height: int = 48, width: int = 64, seed: int = 0) -> Frames:
    """(H, W, 3) uint8: smooth blobs of colour, so that codecs and windows have something to see."""
    import cv2

    noise = np.random.default_rng(seed).integers(0, 256, (6, 8, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def moving_clip(frames: int = 5, seed: int = 0, fps: float = 8.0) -> Clip:
    """A clip whose picture slides 2 px per frame."""
    image = photograph(seed=seed)
    return Clip(np.stack([np.roll(image, 2 * t, axis=1) for t in range(frames)]), fps)


def suite(folder: Path, cases: int = 3, with_references: bool = False) -> Suite:
    """A suite of small pictures in folder."""
    made = []
    for number in range(cases):
        image = folder / f"c{number}.png"
        pictures.write(image, photograph(seed=number))
        reference = folder / f"c{number}.mkv" if with_references else None
        if reference:
            video.write_clip(reference, moving_clip(seed=number))
        case = Case(f"c{number}", image, f"prompt {number}", "animal", reference=reference)
        made.append(replace(case, digest=case_digests.own_digest(case)))
    return Suite("tiny", files.digest(cases)[:12], "three small pictures", tuple(made))


def changed(case: Case, **changes: Any) -> Case:
    """The case with other facts, and the digest of those."""
    other = replace(case, **changes, digest="")
    return replace(other, digest=case_digests.own_digest(other))


def written_suite(folder: Path, cases: int) -> Path:
    """A suite's folder with small pictures, each with a reference clip of 15 frames, for the command line."""
    lines = []
    for number in range(cases):
        image, clip = f"images/{number}.png", f"clips/{number}.mkv"
        pictures.write(folder / image, photograph(seed=number))
        video.write_clip(folder / clip, moving_clip(15, seed=number))
        lines.append({"id": f"c{number}", "image": image, "reference": clip, "category": "x"})
    (folder / "suite.toml").write_text('title = "Small pictures"\nreference_note = "they slide"\n')
    (folder / "cases.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n")
    return folder


def answers(
    evaluator: ClipEvaluator,
    frames: Frames,
    fps: float = 8.0,
    case: Case | None = None,
    record: ClipRecord | None = None,
) -> Mapping[str, Value]:
    """What an evaluator says of frames, as the engine asks it.

    Raises:
        Exception: what it raised; in the engine it would be the reason of each of its metrics. A metric that has a
            reason of its own has it as its value here, too.
    """
    evaluator.ready()
    seen = _screening(evaluator, frames, fps, case, record)
    return evaluator.conclude(seen.observations[evaluator].kept(seen.sample), seen.sample)  # type: ignore[return-value]


def features(evaluator: SetEvaluator, frames: Frames, fps: float = 8.0) -> NDArray[np.float64]:
    """What an evaluator keeps of frames, as the engine asks it; raises what it raises."""
    evaluator.ready()
    return _screening(evaluator, frames, fps, None, None).features(evaluator)


def _screening(
    evaluator: Evaluator, frames: Frames, fps: float, case: Case | None, record: ClipRecord | None
) -> OnePass:
    case, record = case or Case("a", Path("none")), record or ClipRecord("a", 0, None, "")
    return show_clip(Clip(frames, fps), [evaluator], case, record)
