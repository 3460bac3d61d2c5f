"""Response curves: how a metric answers to a damage that grows, what can be said of it, and what its card claims.

A curve stands on paired differences: each clip damaged, minus the same clip undamaged. Everything here is arithmetic
and one JSON file; who damages and measures is bench.calibration.measure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from bench.base import files
from bench.errors import BadResults
from bench.types import Direction

SCHEMA = 1
"""Grows when the file's content means something else."""

FILE = "calibration.json"
"""Its name in a folder of runs or of published results."""

MIN_CLIPS = 4
"""Of fewer, Student's interval is so wide that nothing is told apart; nothing is said of such a curve."""

BACKWARDS = 0.1
"""The share of a curve's range by which it may turn back and still be called monotone: noise of the mean."""

TOLERANCE = 0.1
"""An ignored damage may move a metric by this share of what tells clips apart: of the farthest that a damage moves it
which it claims to show, or of its standard deviation over undamaged clips, if that is more."""

NOTHING = 1e-9
"""A smaller difference is the rounding of sums."""

Verdict: TypeAlias = Literal["shows", "moves", "silent", "too few"]
"""shows: told apart, monotone and, where one way is better, to the worse. moves: told apart, but back and forth or to
the better. silent: not told apart. too few: clips."""

SEEN: tuple[Verdict, ...] = ("shows", "moves")
"""The verdicts of damage that is told apart."""

Claim: TypeAlias = Literal["shows", "ignores", ""]
"""What a metric's card says of a damage."""


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
    """A metric as it was asked; see MetricCard."""

    name: str
    evaluator: str
    version: str
    direction: Direction
    unit: str
    shows: tuple[str, ...] = ()
    ignores: tuple[str, ...] = ()

    def claim(self, damage: str) -> Claim:
        """What the card says of that damage."""
        return "shows" if damage in self.shows else "ignores" if damage in self.ignores else ""


@dataclass(frozen=True)
class Curve:
    """How one metric answers to one damage.

    Attributes:
        metric, damage: names.
        clips: how many the curve stands on.
        baseline: mean of the metric over undamaged clips.
        spread: its standard deviation.
        changes: mean paired difference at each severity.
        lows, highs: its 95 % interval, by Student's t over clips; may hold 0 where it is told apart: see fitted.
        told_from: the smallest severity that is told apart from no damage; None where not even the largest is.
        is_monotone: the further the greater the severity, up to BACKWARDS of the range.
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
        about: facts for readers: what the clips are, when and with which version it was measured.
        damages, metrics: in the order in which tables show them.
        curves: one a metric and damage, where the metric has values.
        failures: metric -> what broke, where something did.
    """

    about: Mapping[str, str]
    damages: tuple[DamageFacts, ...]
    metrics: tuple[MetricFacts, ...]
    curves: tuple[Curve, ...]
    failures: Mapping[str, str]

    def curve(self, metric: str, damage: str) -> Curve | None:
        """The curve of that metric and damage; None where the metric has no values."""
        return next((each for each in self.curves if (each.metric, each.damage) == (metric, damage)), None)

    def broken_claims(self) -> list[str]:
        """One line for each claim of a card that its curve does not bear out."""
        return [line for metric in self.metrics for line in self._broken(metric)]

    def is_broken(self, metric: MetricFacts, curve: Curve) -> bool:
        """Whether the card claims of this damage what the curve does not bear out; too few clips break nothing."""
        if curve.verdict == "too few":
            return False
        claim = metric.claim(curve.damage)
        if claim == "ignores":
            return worsens(curve, metric.direction, self.tolerance(metric))
        return claim == "shows" and curve.verdict != "shows"

    def tolerance(self, metric: MetricFacts) -> float:
        """How far an ignored damage may move the metric; see TOLERANCE."""
        own = [curve for curve in self.curves if curve.metric == metric.name]
        shown = (abs(change) for curve in own if curve.damage in metric.shows for change in curve.changes)
        return TOLERANCE * max([*shown, *(curve.spread for curve in own)], default=0.0)

    def _broken(self, metric: MetricFacts) -> list[str]:
        curves = [curve for curve in self.curves if curve.metric == metric.name]
        return [
            f"{metric.name} claims that it {metric.claim(curve.damage)} {curve.damage}, but it {found(curve)}"
            for curve in curves
            if self.is_broken(metric, curve)
        ]


def found(curve: Curve) -> str:
    """What a curve says, in words."""
    if curve.verdict == "too few":
        return f"stands on too few clips: {curve.clips}"
    if curve.told_from is None:
        return "is silent"
    way = "monotone" if curve.is_monotone else "not monotone"
    farthest = max(curve.changes, key=abs)
    return f"{curve.verdict}: told apart from {curve.told_from:g} on, {way}, by up to {farthest:+.3g}"


def fitted(
    names: tuple[str, str],
    direction: Direction,
    severities: Sequence[float],
    values: NDArray[np.float64],
) -> Curve:
    """The curve of measured values.

    Args:
        names: of metric and damage.
        direction: which way is better.
        severities: S, growing.
        values: (N, 1 + S): of each clip, undamaged and at each severity.

    Told apart is a severity at which Student's interval of the drawn-in differences (see drawn_in) excludes 0. The
    greatest severity is tested first and smaller ones only while all greater ones were told apart to the same side: in
    that order, the chance of one false alarm in a whole curve stays 5 % (by simulation, under normal noise, 5.6 % of
    eight clips, 7 % of five or four), without a discount for testing many.
    """
    changes = values[:, 1:] - values[:, :1]
    changes[np.abs(changes) < NOTHING] = 0.0
    means = changes.mean(axis=0)
    lows, highs = _intervals(changes)
    told_from = _told_from(severities, *_intervals(drawn_in(changes)))
    monotone = is_monotone(means)
    verdict: Verdict = "silent"
    if len(values) < MIN_CLIPS:
        verdict = "too few"
    elif told_from is not None:
        verdict = "shows" if monotone and _worse(means, direction)[-1] > 0 else "moves"
    return Curve(
        metric=names[0],
        damage=names[1],
        clips=len(values),
        baseline=float(values[:, 0].mean()),
        spread=float(values[:, 0].std()),
        changes=tuple(means.tolist()),
        lows=tuple(lows.tolist()),
        highs=tuple(highs.tolist()),
        told_from=told_from,
        is_monotone=monotone,
        verdict=verdict,
    )


def drawn_in(changes: NDArray[np.float64]) -> NDArray[np.float64]:
    """asinh of each difference over the median size of those that are not 0, for each column of (N, S).

    One clip may answer a hundred times as strongly as another. On raw differences it would be the others' noise, and
    seven clips of eight that get worse would not tell. Signs and zeros stay, so that nothing is found where there is
    nothing.
    """
    sizes = np.abs(changes)
    medians = [np.median(column[column > 0]) if column.any() else 1.0 for column in sizes.T]
    return np.asarray(np.arcsinh(changes / np.array(medians)))


def is_monotone(means: Sequence[float] | NDArray[np.float64]) -> bool:
    """Whether a curve that starts from 0 goes one way: it turns back by at most BACKWARDS of its range in all."""
    steps = np.diff(np.asarray([0.0, *means]))
    up, down = float(steps[steps > 0].sum()), float(-steps[steps < 0].sum())
    levels = [0.0, *means]
    return bool(min(up, down) <= BACKWARDS * (max(levels) - min(levels)))


def worsens(curve: Curve, direction: Direction, tolerance: float) -> bool:
    """Whether some severity makes the metric worse: told apart by its own interval, and by more than the tolerance."""
    ends = (curve.lows, curve.highs)
    nearest = np.array([_nearest_to_0(low, high) for low, high in zip(*ends, strict=True)])
    is_told = nearest != 0
    return bool(np.any(is_told & (_worse(np.array(curve.changes), direction) > tolerance)))


def _nearest_to_0(low: float, high: float) -> float:
    return low if low > 0 else high if high < 0 else 0.0


def _worse(changes: NDArray[np.float64], direction: Direction) -> NDArray[np.float64]:
    """How far each change goes to the worse; where neither way is better, how far it goes."""
    return {"higher": -changes, "lower": changes, "none": np.abs(changes)}[direction]


def _intervals(changes: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    from scipy.special import stdtrit

    count, means = len(changes), changes.mean(axis=0)
    if count < 2:
        return means, means
    half = float(stdtrit(count - 1, 0.975)) * changes.std(axis=0, ddof=1) / np.sqrt(count)
    return means - half, means + half


def _told_from(
    severities: Sequence[float], lows: NDArray[np.float64], highs: NDArray[np.float64]
) -> float | None:
    signs = np.where(lows > 0, 1, np.where(highs < 0, -1, 0))
    told = None
    for severity, sign in zip(reversed(severities), reversed(signs), strict=True):
        if sign == 0 or sign != signs[-1]:
            break
        told = severity
    return told


# The file: one line a curve, so that a change of one is a change of one line


def write(path: Path, calibration: Calibration) -> None:
    """Writes the table as JSON, numbers to four significant digits."""
    tables = {
        "damages": [asdict(each) for each in calibration.damages],
        "metrics": [asdict(each) for each in calibration.metrics],
        "curves": [_rounded(asdict(each)) for each in calibration.curves],
    }
    head = {"schema": SCHEMA, "about": dict(calibration.about), "failures": dict(calibration.failures)}
    parts = [f"{json.dumps(name)}: {_dumped(content)}" for name, content in head.items()]
    for name, lines in tables.items():
        parts.append(f"{json.dumps(name)}: [\n" + ",\n".join(map(_dumped, lines)) + "\n]")
    files.write_text(path, "{\n" + ",\n".join(parts) + "\n}\n")


def read(path: Path) -> Calibration:
    """What write wrote.

    Raises:
        BadResults: it cannot be read, or is not such a file.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["schema"] != SCHEMA:
            raise BadResults(
                f"{path} has schema {content['schema']}, not {SCHEMA}: run bench calibrate again"
            )
        return Calibration(
            about={str(name): str(text) for name, text in content["about"].items()},
            damages=tuple(DamageFacts(**_tuples(each)) for each in content["damages"]),
            metrics=tuple(MetricFacts(**_tuples(each)) for each in content["metrics"]),
            curves=tuple(_checked(Curve(**_tuples(each)), content) for each in content["curves"]),
            failures={str(name): str(text) for name, text in content["failures"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadResults(f"{path} is no calibration: {type(error).__name__} {error}") from error


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
