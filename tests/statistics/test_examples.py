"""The examples in the docstrings of bench.statistics run and are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

from bench import statistics

MODULES = [module.name for module in pkgutil.iter_modules(statistics.__path__)]
WITHOUT = {"arrays", "profile_likelihood"}
"""Names of types; a fit whose input takes more lines than an example has."""


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str) -> None:
    found = doctest.testmod(importlib.import_module(f"bench.statistics.{name}"))
    assert found.failed == 0
    assert bool(found.attempted) is (name not in WITHOUT)
