"""Evaluators that worker processes can import."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from bench.evaluators import ClipEvaluator, Sample, Values, View
from bench.types import MetricCard, Value


class Deadly(ClipEvaluator):
    """Kills its process on case c2."""

    name = "deadly"
    cards = (MetricCard("deadly", 1, "none", "", None, None, "d", "s", "b"),)

    def look(self, view: View) -> None:
        if view.sample.case.id == "c2":
            os._exit(9)

    def conclude(self, looks: Sequence[Any], sample: Sample) -> Values:
        return {"deadly": Value(0.0)}
