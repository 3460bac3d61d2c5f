"""VBVR-Bench: what models may see of a sample."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.errors import UsageError
from tests.suites import others
from tests.suites.others import imported


def test_vbvr_keeps_the_solution_from_models(here: Path) -> None:
    suite = imported("vbvr", others.vbvr(here / "theirs"))
    assert [(case.id, case.category) for case in suite.cases] == [
        ("G-131_next-00000", "in domain"), ("O-5_sort-00000", "out of domain"),
    ]  # fmt: skip
    assert all(
        case.prompt == "Sort the shapes." and case.reference and not case.keyframes for case in suite.cases
    )
    first = here / "theirs" / "In-Domain_50" / "G-131_next_data-generator" / "00000" / "first_frame.png"
    assert suite.cases[0].image.read_bytes() == first.read_bytes()
    (first.parent / "prompt.txt").unlink()
    with pytest.raises(UsageError, match="1 of 6 files of VBVR-Bench are missing"):
        imported("vbvr", here / "theirs")
    with pytest.raises(UsageError, match="has no sample, as In-Domain_50/<task>/00000/"):
        imported("vbvr", here / "theirs" / "In-Domain_50")
