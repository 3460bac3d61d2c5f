"""Rows and pairs made by hand; names that are markup to some reader."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.comparison import by_case
from bench.comparison.differences import Pair, Side
from bench.runs import parquet
from bench.types import Measurement
from tests.made import measurement

HOSTILE = [
    "<script>alert(1)</script>",
    "[red]x[/red] [/]",
    "a | b | c",
    "[x](javascript:alert(1))",
    "![x](http://evil.example/x.png)",
    "`code` *bold* _it_ ~~no~~ $x$",
    "line\nbreak\r\n# heading",
    "\x1b[31mred\x07\x00",
    "\u202edesrever",
    '" onload="alert(1)',
    "&lt;b&gt; ]]> --> </svg>",
    "@everyone #1",
]

A, B = Side("a-run", "a"), Side("b-run", "b")


def measured(side: Side, values: dict[str, Sequence[float]], **changes: object) -> list[Measurement]:
    """One row per case and seed."""
    return [
        measurement(run=side.run, label=side.name, case=case, seed=seed, value=value, **changes)
        for case, seeds in values.items()
        for seed, value in enumerate(seeds)
    ]


def compared(*rows: Measurement, metrics: Sequence[str] = ("ssim_mean",)) -> Pair:
    return by_case.pair(A, B, parquet.frame(rows), metrics)


def of(values: Sequence[float]) -> dict[str, Sequence[float]]:
    """One seed per case: c00, c01, …"""
    return {f"c{number:02}": [value] for number, value in enumerate(values)}


def losing(name: str = "b", cases: int = 7, step: float = 0.05) -> Pair:
    """B is worse by a step on c0, by two on c1, …, under two metrics; a third was not measured."""
    a, b = Side("a-run", "a"), Side("b-run", name, {"c0": Path("/runs/b (1)/clips/c0-0.mkv")})
    rows = [
        measurement(run=side.run, case=f"c{n}", metric=metric, value=0.5 - step * (n + 1) * (side is b))
        for side in (a, b)
        for n in range(cases)
        for metric in ("ssim_mean", name)
    ]
    return by_case.pair(a, b, parquet.frame(rows), ["ssim_mean", name, "warping_error"])
