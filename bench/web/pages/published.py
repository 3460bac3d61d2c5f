"""What others published, where no model has been measured here: VBench-I2V's totals, and that of a still picture."""

from __future__ import annotations

from collections.abc import Sequence

from bench.scoring import reported as numbers_of
from bench.scoring.reported import Reported
from bench.web import content
from bench.web.content import Block, Heading, Text
from bench.web.pages import reported
from bench.web.pages.reported_plots import FROZEN_TOTAL, TOTAL, of_metric


def lead(numbers: Sequence[Reported]) -> list[Block]:
    """The sentence and the plot; nothing where no totals are here.

    Args:
        numbers: of any benchmarks; the one with most totals is shown.
    """
    name = _benchmark(numbers)
    if not name:
        return []
    rows = reported.frame(numbers, name)
    metric = next(each for each in numbers_of.metrics(numbers, name) if each.name == TOTAL)
    totals = rows.loc[~rows["is_doubtful"].astype(bool), TOTAL].dropna()
    below = int((totals < FROZEN_TOTAL).sum())
    said = (
        f"No model has been measured here yet. Elsewhere, by VBench-I2V's own formula, a frozen copy of the input "
        f"image reaches {FROZEN_TOTAL:.1f} of 100: more than {below} of the {len(totals)} models that it lists."
    )
    link = content.to("elsewhere", benchmark=name)
    return [
        Text(said, "lead"),
        Heading(name),
        *of_metric(rows, metric),
        Text("All numbers that others published", link=link),
    ]


def _benchmark(numbers: Sequence[Reported]) -> str:
    """The benchmark with most totals; '' for none."""
    names = [each.benchmark for each in numbers if each.metric.name == TOTAL]
    return max(dict.fromkeys(names), key=names.count, default="")
