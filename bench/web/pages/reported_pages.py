"""The page of numbers that papers and boards published: apart from what was measured, each with its source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bench.scoring import reported
from bench.scoring.recipes import FROZEN, VBENCH_I2V
from bench.scoring.reported import Metric, Reported, Source
from bench.types import ARROWS
from bench.web.static.folders import slug


def content(folders: Iterable[Path]) -> dict[str, Any]:
    """What the template asks for.

    Args:
        folders: of published results; each may have a folder of reported numbers.
    """
    numbers: list[Reported] = []
    problems: list[str] = []
    for folder in folders:
        found, broken = reported.read(folder / reported.FOLDER)
        numbers += found
        problems += [" ".join(str(each).split()) for each in broken]
    return {
        "benchmarks": [_benchmark(name, numbers) for name in reported.benchmarks(numbers)],
        "problems": problems,
        "evidence": reported.EVIDENCE,
        "frozen": VBENCH_I2V.total(FROZEN),
    }


def _benchmark(name: str, numbers: Sequence[Reported]) -> dict[str, Any]:
    own = [each for each in numbers if each.benchmark == name]
    metrics = reported.metrics(own, name)
    sources = list(dict.fromkeys(each.source for each in own))
    return {
        "name": name,
        "slug": slug(name),
        "about": own[0].about,
        "metrics": [_heading(metric) for metric in metrics],
        "sources": sources,
        "lines": [_line(model, own, metrics, sources) for model in dict.fromkeys(each.model for each in own)],
    }


def _heading(metric: Metric) -> dict[str, str]:
    title = f"{metric.title} {ARROWS[metric.direction]}".rstrip()
    return {"title": title, "unit": metric.unit, "about": metric.protocol}


def _line(
    model: str, numbers: Sequence[Reported], metrics: Sequence[Metric], sources: Sequence[Source]
) -> dict[str, Any]:
    own = {each.metric.name: each for each in numbers if each.model == model}
    first = next(iter(own.values()))
    return {
        "model": model,
        "values": [own[metric.name].value if metric.name in own else None for metric in metrics],
        "source": sources.index(first.source) + 1,
        "note": first.note,
        "is_doubtful": first.is_doubtful,
    }
