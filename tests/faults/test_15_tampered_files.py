"""A byte that somebody changed in a clip, a record, features or rows: `bench verify` names the file."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from bench.runs import RunFolder
from tests.faults.all_faults import Figures
from tests.runs.test_verification import KINDS, _change_a_byte, _verified, run, words  # noqa: F401  fixtures


def test_each_changed_file_is_named(
    run: RunFolder,  # noqa: F811
    times: Callable[[int, int], int],
    figures: Figures,
) -> None:
    """One after the other, each put right again."""
    files = [path for kind in KINDS for path in sorted(run.path.glob(kind))]
    draw = random.Random(20)
    draw.shuffle(files)
    figures.lost, figures.slowest, figures.refused = 0, 0.0, 0
    for number in range(times(4, 60)):
        path = files[number % len(files)]
        sound = path.read_bytes()
        _change_a_byte(path, draw)
        begun = time.perf_counter()
        code, faults = _verified(run)
        figures.slowest = max(figures.slowest, time.perf_counter() - begun)
        figures.tried += 1
        is_named = code == 1 and str(path) in {each["path"] for each in faults}
        figures.refused += is_named
        figures.lost += not is_named
        path.write_bytes(sound)
    assert figures.lost == 0
    assert _verified(run) == (0, [])
