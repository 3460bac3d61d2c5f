"""Response curves: how a metric responds to growing damage, and whether its card's claims hold.

A curve is the mean of paired differences: each clip damaged, minus the same clip undamaged. Here are curves as values
and as one JSON file; `bench.calibration.measure` damages and measures, `bench.calibration.fitting` makes the curves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from bench.base import documents, files
from bench.errors import BadResults
from bench.types import Direction

SCHEMA = 1
"""Grows when the file's content means something else."""

FILE = "calibration.json"
"""The file's name in a folder of runs or of published results."""

TOLERANCE = 0.1
"""An ignored or denied damage may move a metric by this share of what tells clips apart: the farthest that a damage
moves it which it claims to show, or its standard deviation over undamaged clips, if that is more."""

Verdict: TypeAlias = Literal["shows", "moves", "silent", "too few"]
"""shows: told apart, monotone and, where one way is better, to the worse. moves: told apart, but back and forth or to
the better. silent: not told apart. too few: clips."""

SEEN: tuple[Verdict, ...] = ("shows", "moves")
"""The verdicts of damage that is told apart."""

Claim: TypeAlias = Literal["shows", "ignores", "denies", ""]
"""What a metric's card claims about a damage: denies, where the damage only changes the format and the card says that
the metric does not depend on it."""

CLAIMS: Mapping[Claim, str] = {"shows": "shows", "ignores": "ignores", "denies": "does not depend on", "": ""}
"""A claim in words."""


@dataclass(frozen=True)
class DamageFacts:
    """A damage as it was applied; see bench.calibration.damages.Damage."""

    name: str
    title: str
    unit: str
    severities: tuple[float, ...]
    about: str
    is_innocent: bool = False


@dataclass(frozen=True)
class MetricFacts:
    """A metric as it was measured; see MetricCard."""

    name: str
    evaluator: str
    version: str
    direction: Direction
    unit: str
    shows: tuple[str, ...] = ()
    ignores: tuple[str, ...] = ()
    denies: tuple[str, ...] = ()

    def claim(self, damage: str) -> Claim:
        """What the card claims about that damage; to deny says more than to ignore."""
        claims: tuple[Claim, ...] = ("shows", "denies", "ignores")
        return next((claim for claim in claims if damage in getattr(self, claim)), "")


@dataclass(frozen=True)
class Curve:
    """How one metric responds to one damage.

    Attributes:
        metric, damage: names.
        clips: how many are averaged.
        baseline: mean of the metric over undamaged clips.
        spread: its standard deviation.
        changes: mean paired difference at each severity.
        lows, highs: its 95 % interval, by Student's t over clips; may hold 0 where told apart: see fitting.
        told_from: the smallest severity that is told apart from no damage; None if not even the largest is.
        is_monotone: whether it grows with severity; see fitting.is_monotone.
        verdict: see Verdict.
    """

    metric: str
    damage: str
    clips: int
    baseline: float
    spread: float
    changes: tuple[float, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]
    told_from: float | None
    is_monotone: bool
    verdict: Verdict


@dataclass(frozen=True)
class Calibration:
    """A table of curves and where it came from.

    Attributes:
        about: facts for readers: which clips, when, by which version.
        damages, metrics: in the order in which tables show them.
        curves: one per metric and damage for which the metric has values.
        failures: metric -> what broke, if something did.
        on_footage: the same metrics and damages on real footage; None where none was measured.
    """

    about: Mapping[str, str]
    damages: tuple[DamageFacts, ...]
    metrics: tuple[MetricFacts, ...]
    curves: tuple[Curve, ...]
    failures: Mapping[str, str]
    on_footage: Calibration | None = None

    def curve(self, metric: str, damage: str) -> Curve | None:
        """The curve of that metric and damage; None if the metric has no values."""
        return next((each for each in self.curves if (each.metric, each.damage) == (metric, damage)), None)

    def broken_claims(self) -> list[str]:
        """One line for each claim of a card that its curve contradicts."""
        return [line for metric in self.metrics for line in self._broken(metric)]

    def is_broken(self, metric: MetricFacts, curve: Curve) -> bool:
        """Whether the curve contradicts what the card claims about this damage; a curve of too few clips does not."""
        if curve.verdict == "too few":
            return False
        claim = metric.claim(curve.damage)
        if claim == "denies":
            return _worsens(curve, "none", self.tolerance(metric))
        if claim == "ignores":
            return _worsens(curve, metric.direction, self.tolerance(metric))
        return claim == "shows" and curve.verdict != "shows"

    def tolerance(self, metric: MetricFacts) -> float:
        """How far an ignored or denied damage may move the metric; see TOLERANCE."""
        own = [curve for curve in self.curves if curve.metric == metric.name]
        shown = (abs(change) for curve in own if curve.damage in metric.shows for change in curve.changes)
        return TOLERANCE * max([*shown, *(curve.spread for curve in own)], default=0.0)

    def _broken(self, metric: MetricFacts) -> list[str]:
        curves = [curve for curve in self.curves if curve.metric == metric.name]
        return [
            f"{metric.name} claims that it {CLAIMS[metric.claim(curve.damage)]} {curve.damage}, but it {found(curve)}"
            for curve in curves
            if self.is_broken(metric, curve)
        ]


def found(curve: Curve) -> str:
    """A curve in words."""
    if curve.verdict == "too few":
        return f"stands on too few clips: {curve.clips}"
    if curve.told_from is None:
        return "is silent"
    way = "monotone" if curve.is_monotone else "not monotone"
    farthest = max(curve.changes, key=abs)
    return f"{curve.verdict}: told apart from {curve.told_from:g} on, {way}, by up to {farthest:+.3g}"


def _worsens(curve: Curve, direction: Direction, tolerance: float) -> bool:
    """Whether some severity makes the metric worse: outside its own interval, and by more than the tolerance."""
    ends = (curve.lows, curve.highs)
    nearest = np.array([_nearest_to_0(low, high) for low, high in zip(*ends, strict=True)])
    is_told = nearest != 0
    return bool(np.any(is_told & (to_the_worse(np.array(curve.changes), direction) > tolerance)))


def _nearest_to_0(low: float, high: float) -> float:
    return low if low > 0 else high if high < 0 else 0.0


def to_the_worse(changes: NDArray[np.float64], direction: Direction) -> NDArray[np.float64]:
    """How far each change goes to the worse; if neither way is better, how far it goes."""
    return {"higher": -changes, "lower": changes, "none": np.abs(changes)}[direction]


# The file: one line per curve, so that a change of one curve changes one line


def write(path: Path, calibration: Calibration) -> None:
    """Writes the table as JSON, numbers to four significant digits."""
    lines = _file_lines(calibration)
    if calibration.on_footage:
        lines.append('"footage": {\n' + ",\n".join(_file_lines(calibration.on_footage)) + "\n}")
    files.write_text(path, "{\n" + ",\n".join(lines) + "\n}\n")


def _file_lines(calibration: Calibration) -> list[str]:
    tables = {
        "damages": [asdict(each) for each in calibration.damages],
        "metrics": [asdict(each) for each in calibration.metrics],
        "curves": [_rounded(asdict(each)) for each in calibration.curves],
    }
    head = {"schema": SCHEMA, "about": dict(calibration.about), "failures": dict(calibration.failures)}
    parts = [f"{json.dumps(name)}: {_dumped(content)}" for name, content in head.items()]
    for name, lines in tables.items():
        parts.append(f"{json.dumps(name)}: [\n" + ",\n".join(map(_dumped, lines)) + "\n]")
    return parts


def read(path: Path) -> Calibration:
    """What write wrote.

    Raises:
        BadResults: it cannot be read, or is not such a file.
    """
    try:
        content = documents.json_value(path.read_bytes())
        if content["schema"] != SCHEMA:
            raise BadResults(
                f"{path} has schema {content['schema']}, not {SCHEMA}: run bench calibrate again"
            )
        footage = content.get("footage")
        return replace(_parsed(content), on_footage=_parsed(footage) if footage is not None else None)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadResults(f"{path} is no calibration: {type(error).__name__} {error}") from error


def _parsed(content: Mapping[str, Any]) -> Calibration:
    return Calibration(
        about={str(name): str(text) for name, text in content["about"].items()},
        damages=tuple(DamageFacts(**_tuples(each)) for each in content["damages"]),
        metrics=tuple(MetricFacts(**_tuples(each)) for each in content["metrics"]),
        curves=tuple(_checked(Curve(**_tuples(each)), content) for each in content["curves"]),
        failures={str(name): str(text) for name, text in content["failures"].items()},
    )


def _checked(curve: Curve, content: Mapping[str, Any]) -> Curve:
    if curve.verdict not in get_args(Verdict) or (curve.verdict in SEEN and curve.told_from is None):
        raise ValueError(f"the curve of {curve.metric} and {curve.damage} has verdict {curve.verdict}")
    severities = {each["name"]: len(each["severities"]) for each in content["damages"]}
    numbers = {len(curve.changes), len(curve.lows), len(curve.highs)}
    if numbers != {severities[curve.damage]}:
        raise ValueError(f"the curve of {curve.metric} and {curve.damage} has {numbers} points")
    return curve


def _tuples(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in content.items()}


def _rounded(content: Any) -> Any:
    if isinstance(content, dict):
        return {name: _rounded(value) for name, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_rounded(value) for value in content]
    return float(f"{content:.4g}") if isinstance(content, float) else content


def _dumped(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
