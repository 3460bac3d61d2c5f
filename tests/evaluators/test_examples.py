"""The examples in the docstrings of bench.evaluators run and are true, and every evaluator's module has one."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

from bench import evaluators

MODULES = [found.name for found in pkgutil.walk_packages(evaluators.__path__, prefix="bench.evaluators.")]
OURS = sorted(
    {cls.__module__ for cls in map(evaluators.registry.__getitem__, evaluators.registry)} & set(MODULES)
)


@pytest.mark.parametrize("name", ["bench.evaluators", *MODULES])
def test_examples_are_true(name: str) -> None:
    found = doctest.testmod(importlib.import_module(name))
    assert found.failed == 0
    assert found.attempted or name not in OURS, f"{name} computes a metric and has no example"
