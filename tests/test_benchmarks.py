"""The benchmarks still compare like with like: both sides' numbers agree on a small clip."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

# in a process of its own: importing benchmarks puts the process on one core
PROGRAM = """
import json
from benchmarks import differences, lab, memory, profile, ssim, whole_set
from benchmarks._clips import Film
from benchmarks._evaluators import without_weights

film = Film("pagoda", 128, 96, 22, step=(2, 1))
case, everything = film.case(), without_weights()
same = [each for each in everything if each.name in whole_set.SAME]
assert len(same) == len(whole_set.SAME)
with film.written() as (path, record):
    theirs, ours = whole_set.by_peers(path, case), whole_set.by_us(path, case, same)
    clock = profile.profile(path, case, record, everything)
assert set(clock) == {"decoding", *profile.PLANES, *(each.name for each in everything)}
print(json.dumps({name: (theirs[name], ours[name]) for name in theirs}))
"""

BY_FLOW = ("motion_speed", "motion_dynamic", "warping_error")


@pytest.fixture(scope="module")
def numbers() -> dict[str, tuple[float, float]]:
    """Name -> the peers' number and ours."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    found: dict[str, tuple[float, float]] = json.loads(done.stdout)
    return found


def test_arithmetic_agrees_with_the_peers(numbers: dict[str, tuple[float, float]]) -> None:
    for name in set(numbers) - {*BY_FLOW, "camera_pan"}:
        theirs, ours = numbers[name]
        assert ours == pytest.approx(theirs, rel=1e-5), (
            name
        )  # colours by float32, whose errors are some 1e-6 ΔE


def test_motion_agrees_about(numbers: dict[str, tuple[float, float]]) -> None:
    """Other methods; the truth is known: 2 to the right and 1 down of 128 x 96, 16 times a second."""
    assert numbers["camera_pan"] == pytest.approx((25.0, 25.0), rel=0.1)
    assert numbers["motion_speed"] == pytest.approx((16 * 5**0.5, 16 * 5**0.5), rel=0.25)
    assert max(numbers["warping_error"]) < 2e-3
