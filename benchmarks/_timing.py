"""Ratios of speed: every way of doing the work runs in turn, in one process, on one core, several times over.

Time is the process's CPU time, all its threads together: on one core it is what a clock shows when nothing else runs,
and it hardly moves when something does.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Way:
    """One way of doing the work.

    Attributes:
        name: for the table.
        run: does it, once.
        pieces: how many frames or pairs that is.
    """

    name: str
    run: Callable[[], Any]
    pieces: int


def repetitions(usual: int = 7) -> int:
    """How often each way runs: what stands behind the script's name, or as usual."""
    return int(sys.argv[1]) if len(sys.argv) > 1 else usual


def timed(ways: Sequence[Way], repetitions: int) -> NDArray[np.float64]:
    """(ways, repetitions): milliseconds of CPU a piece; each way has run once before, to be warm."""
    for way in ways:
        way.run()
    taken = np.empty((len(ways), repetitions))
    for repetition in range(repetitions):
        for number, way in enumerate(ways):
            before = time.process_time()
            way.run()
            taken[number, repetition] = 1e3 * (time.process_time() - before) / way.pieces
    return taken


def table(ways: Sequence[Way], taken: NDArray[np.float64], piece: str, notes: Sequence[str]) -> str:
    """Markdown: median and interquartile range of the time a piece, and how many times as fast as the first way.

    The ratio is the median over repetitions of the ratio within a repetition, with its interquartile range.

    Args:
        ways, taken: see timed.
        piece: 'frame' or 'pair'.
        notes: one a way, such as how far its values lie from the first one's.
    """
    lines = [f"| method | ms per {piece} (IQR) | speed (IQR) | agreement |", "|---|---|---|---|"]
    for way, mine, note in zip(ways, taken, notes, strict=True):
        lines.append(
            f"| {way.name} | {_spread(mine, '.3g')} | {_spread(taken[0] / mine, '.3g')} × | {note} |"
        )
    return "\n".join(lines)


def machine(*packages: str) -> str:
    """One line: where, how busy, and with which versions."""
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores" if hasattr(os, "getloadavg") else ""
    versions = ", ".join(f"{package} {version(package)}" for package in ("numpy", *packages))
    return f"{_processor()}, one core; {load}; Python {platform.python_version()}, {versions}"


def _processor() -> str:
    try:
        with Path("/proc/cpuinfo").open() as facts:
            return next(line.split(":")[1].strip() for line in facts if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _spread(values: NDArray[np.float64], form: str) -> str:
    low, median, high = np.percentile(values, [25, 50, 75])
    return f"{median:{form}} ({low:{form}}–{high:{form}})"
