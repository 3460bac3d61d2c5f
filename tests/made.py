"""Values made by hand for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from bench import files, pictures, video
from bench.types import Case, Clip, Frames, Measurement, Suite


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


def photograph(height: int = 48, width: int = 64, seed: int = 0) -> Frames:
    """(H, W, 3) uint8: smooth blobs of colour, so that codecs and windows have something to see."""
    import cv2

    noise = np.random.default_rng(seed).integers(0, 256, (6, 8, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def moving_clip(frames: int = 5, seed: int = 0, fps: float = 8.0) -> Clip:
    """A clip whose picture slides 2 px a frame."""
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
        made.append(
            Case(f"c{number}", image, f"prompt {number}", "animal", reference=reference, digest=str(number))
        )
    return Suite("tiny", files.digest(cases)[:12], "three small pictures", tuple(made))
