"""Leases: every unit is held by one process at a time, and free again when that process has given it back or died."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

from bench.runs import leases
from bench.runs.leases import Leases

UNITS = {"make-a-0": "a", "make-b-0": "b", "make-c-0": "c"}


def test_a_unit_is_held_once(tmp_path: Path) -> None:
    with Leases(tmp_path) as ours, Leases(tmp_path) as theirs:
        assert ours.take("make-a-0")
        assert ours.take("make-a-0")  # still ours
        assert not theirs.take("make-a-0")
        assert leases.holders(tmp_path) == {"make-a-0": f"{socket.gethostname()} {os.getpid()}"}
        ours.give_back("make-a-0")
        assert theirs.take("make-a-0")
    assert leases.holders(tmp_path) == {}
    assert list((tmp_path / "leases").iterdir()) == []


def test_what_others_hold_comes_last(tmp_path: Path) -> None:
    with Leases(tmp_path) as ours, Leases(tmp_path) as theirs:
        theirs.take("make-a-0")
        theirs.take("make-b-0")
        found = []
        for unit, each in ours.in_turn(UNITS):
            found.append(each)
            ours.give_back(unit)
            if each == "c":
                theirs.give_back("make-b-0")
        assert found == ["c", "b"]
        assert ours.elsewhere == ["make-a-0"]


def test_the_units_of_a_killed_process_are_free(tmp_path: Path) -> None:
    code = (
        "import sys, os; from pathlib import Path; from bench.runs.leases import Leases;"
        "held = Leases(Path(sys.argv[1])); assert held.take('make-a-0'); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert (tmp_path / "leases" / "make-a-0").exists()
    assert leases.holders(tmp_path) == {}
    with Leases(tmp_path) as ours:
        assert ours.take("make-a-0")


def test_what_killed_processes_left_is_swept(tmp_path: Path) -> None:
    (tmp_path / "leases").mkdir()
    (tmp_path / "leases" / "make-b-0").write_text("elsewhere 1\n")
    with Leases(tmp_path) as ours:
        ours.take("make-a-0")
        leases.sweep(tmp_path)
        assert [path.name for path in (tmp_path / "leases").iterdir()] == ["make-a-0"]


def test_no_two_of_many_racers_hold_a_unit(tmp_path: Path) -> None:
    """Files of leases are deleted when they are given back: without is_in_place, two processes hold one unit."""
    code = """if True:
        import sys
        from pathlib import Path
        from bench.runs.leases import Leases
        folder, name = Path(sys.argv[1]), sys.argv[2]
        taken = 0
        with Leases(folder) as leases:
            while taken < 150:
                if leases.take("make-a-0"):
                    inside = folder / "inside"
                    inside.open("x").close()  # fails if another process is inside
                    inside.unlink()
                    leases.give_back("make-a-0")
                    taken += 1
    """
    racers = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), str(n)]) for n in range(3)]
    assert [racer.wait(timeout=100) for racer in racers] == [0, 0, 0]
