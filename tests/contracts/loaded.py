"""Evaluators by name, loaded; a test is skipped where something that they need is not on this machine."""

from __future__ import annotations

import pytest

from bench import evaluators
from bench.base import weights
from bench.errors import Unavailable
from bench.evaluators import Evaluator


def loaded(name: str) -> Evaluator:
    """A registered evaluator with its default settings."""
    found = evaluators.registry[name]()
    missing = [each.name for each in found.weights() if weights.path(each) is None]
    if missing:
        pytest.skip(f"{name} needs weights that are not here: {', '.join(missing)}")
    try:
        found.ready()
    except Unavailable as reason:
        pytest.skip(str(reason))
    return found
