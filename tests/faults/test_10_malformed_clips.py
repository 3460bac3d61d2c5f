"""Films of which bytes were flipped, cut off, or set to extremes: each is read, or is a BadClip of one line."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from bench.errors import BadClip
from bench.media import video
from tests.media.made_films import animated, made

SUFFIXES = (".mp4", ".mkv", ".webm", ".avi", ".gif", ".webp", ".apng")

EXTREMES = (0, 1, 0x7F, 0x80, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)

LONGEST = 60.0
"""Seconds that one file may take, on a machine that does much else."""


def whole(folder: Path, suffix: str) -> bytes:
    path = folder / f"whole{suffix}"
    return (made(path) if suffix in (".mp4", ".mkv", ".webm", ".avi") else animated(path)).read_bytes()


def mutated(content: bytes, generator: np.random.Generator) -> bytes:
    """One of four mutations: of bytes anywhere, of bytes of the header, of a number to an extreme, of the end."""
    changed, kind = bytearray(content), generator.integers(4)
    if kind == 3:
        return bytes(changed[: int(generator.integers(1, len(changed)))])
    end = len(changed) if kind == 0 else min(len(changed), 600)
    if kind == 2:
        at = int(generator.integers(0, end - 4))
        changed[at : at + 4] = int(generator.choice(EXTREMES)).to_bytes(4, "big")
        return bytes(changed)
    for at in generator.integers(0, end, int(generator.integers(1, 20))):
        changed[at] ^= int(generator.integers(1, 256))
    return bytes(changed)


def outcomes(folder: Path, suffix: str, count: int, seed: int) -> Counter[str]:
    content, generator = whole(folder, suffix), np.random.default_rng(seed)
    found: Counter[str] = Counter()
    for number in range(count):
        path = folder / f"{number}{suffix}"
        path.write_bytes(mutated(content, generator))
        begun = time.monotonic()
        try:
            clip = video.read_clip(path)
        except BadClip as error:
            assert str(path) in str(error)
            assert "\n" not in str(error)
            found["refused"] += 1
            found["ended its decoder"] += "ended its decoder" in str(error)
        else:
            assert len(clip) > 0
            assert np.isfinite(clip.fps)
            assert clip.fps > 0
            found["read"] += 1
        assert time.monotonic() - begun < LONGEST
        path.unlink()
    return found


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_some_mutated_films_are_read_or_refused(tmp_path: Path, suffix: str) -> None:
    assert outcomes(tmp_path, suffix, 8, seed=1)["refused"] >= 1


@pytest.mark.long
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_mutated_films_are_read_or_refused(tmp_path: Path, suffix: str) -> None:
    found = outcomes(tmp_path, suffix, 400, seed=2)
    print(suffix, dict(found))  # noqa: T201
    assert found["refused"] + found["read"] == 400
    assert found["refused"] >= 100
