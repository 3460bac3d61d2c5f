"""The examples in the docstrings of bench.scoring run and are true."""

from __future__ import annotations

import doctest

from bench.scoring import summary
from bench.scoring.recipes import recipe


def test_examples_are_true() -> None:
    for module in (summary, recipe):
        found = doctest.testmod(module)
        assert found.attempted
        assert found.failed == 0
