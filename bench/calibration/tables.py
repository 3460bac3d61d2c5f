"""A calibration as a Markdown document: metrics down, damages across, one table per evaluator."""

from __future__ import annotations

from collections.abc import Iterator

from bench.calibration.curves import TOLERANCE, Calibration, Curve, MetricFacts, Verdict
from bench.calibration.fitting import BACKWARDS, MIN_CLIPS
from bench.types import ARROWS

SIGNS: dict[Verdict, str] = {"shows": "●", "moves": "○", "silent": "·", "too few": "?"}

LEGEND = f"""\
Each clip is damaged at growing severity and measured beside its undamaged self; a curve is the mean difference over
clips with its 95 % interval (Student's t). A severity is *told apart* if such an interval excludes 0 after differences
are compressed (asinh of the difference over the median size), so that a clip that responds a hundred times as strongly
is not noise to the others. The greatest severity is tested first, and smaller ones while all greater ones are told
apart, which keeps false alarms near 5 % per curve.
*Monotone*: the curve turns back by at most {BACKWARDS:.0%} of its range.

- `● 4`: **shows** the damage: told apart from severity 4 on, monotone, and to the worse if one way is better.
- `○ 4`: **moves** with it: told apart from 4 on, but back and forth, or to the better: read it beside other metrics.
- `·`: **silent**: not told apart even at the greatest severity. `?`: fewer than {MIN_CLIPS} clips. Empty: no values.
- `✓` and `✗`: the metric's card claims that it shows or ignores this damage, or does not depend on this change of
  format (half the rate, length or size, compression, bars), and the curve confirms that, or not. An ignored damage may
  move a metric to the better, or by {TOLERANCE:.0%} of what a shown damage does or of the metric's
  standard deviation over undamaged clips.

"Shows" means that the mean over these clips moves, by however little. The curves say how far: on the board, page
*Calibration*, and in `calibration.json`.
"""


def markdown(calibration: Calibration, command: str) -> str:
    """The whole document.

    Args:
        calibration: the table.
        command: that makes the document.
    """
    return "\n".join(_lines(calibration, command)) + "\n"


def _cell(calibration: Calibration, metric: MetricFacts, damage: str) -> str:
    """One curve in a few signs; '' if there is none."""
    curve = calibration.curve(metric.name, damage)
    if curve is None:
        return ""
    words = [SIGNS[curve.verdict]]
    if curve.told_from is not None and curve.verdict != "too few":
        words.append(f"{curve.told_from:g}")
    return " ".join([*words, *_mark(calibration, metric, curve)])


def _mark(calibration: Calibration, metric: MetricFacts, curve: Curve) -> list[str]:
    if not metric.claim(curve.damage) or curve.verdict == "too few":
        return []
    return ["✗" if calibration.is_broken(metric, curve) else "✓"]


def _lines(calibration: Calibration, command: str) -> Iterator[str]:
    yield f"# Which metric shows which damage\n\nMade by `{command}`; do not edit.\n"
    yield from (f"- {name}: {text}" for name, text in calibration.about.items())
    yield f"\n{LEGEND}"
    yield from _broken(calibration)
    if calibration.on_footage:
        yield "The same on real footage is [below](#on-real-footage).\n"
    yield "## The damages\n\n| Damage | Severities | What is done |\n|---|---|---|"
    for damage in calibration.damages:
        severities = ", ".join(f"{severity:g}" for severity in damage.severities)
        yield f"| `{damage.name}` | {severities} {damage.unit} | {damage.about} |"
    yield from _tables(calibration)
    if calibration.on_footage:
        yield from _on_footage(calibration, calibration.on_footage)


def _on_footage(rendered: Calibration, footage: Calibration) -> Iterator[str]:
    """What differs first, since that is what a visitor of the second table looks for."""
    yield "\n# On real footage\n"
    yield from (f"- {name}: {text}" for name, text in footage.about.items())
    pairs = [(curve, rendered.curve(curve.metric, curve.damage)) for curve in footage.curves]
    known = [
        (here, there) for here, there in pairs if there and "too few" not in (here.verdict, there.verdict)
    ]
    differ = sum(here.verdict != there.verdict for here, there in known)
    yield f"\n{differ} of {len(known)} curves have another verdict than on rendered clips.\n"
    yield from _broken(footage)
    yield from _tables(footage)


def _tables(calibration: Calibration) -> Iterator[str]:
    for evaluator in dict.fromkeys(metric.evaluator for metric in calibration.metrics):
        yield from _table(calibration, evaluator)


def not_as_claimed(calibration: Calibration) -> list[str]:
    """One line for each claim that is not confirmed, and for each metric that failed."""
    failures = [f"{metric} failed: {text}" for metric, text in calibration.failures.items()]
    return [*calibration.broken_claims(), *failures]


def not_as_claimed_anywhere(calibration: Calibration) -> list[str]:
    """Those lines, and those of real footage, which say so."""
    footage = not_as_claimed(calibration.on_footage) if calibration.on_footage else []
    return [*not_as_claimed(calibration), *(f"on real footage, {line}" for line in footage)]


def summary(calibration: Calibration) -> tuple[list[str], list[list[str]]]:
    """Headings and lines of a table for people: each metric with the damages that it shows, moves with, or neither."""
    lines = [
        [metric.name, *(_verdicts(calibration, metric, verdict) for verdict in ("shows", "moves", "silent"))]
        for metric in calibration.metrics
    ]
    return ["metric", "shows", "moves with", "silent at"], lines


def _verdicts(calibration: Calibration, metric: MetricFacts, verdict: str) -> str:
    """The damages of that verdict: 'noise ≥ 4, blur ≥ 1 ✓', or their names if none is told apart."""
    curves = [
        curve for curve in calibration.curves if (curve.metric, curve.verdict) == (metric.name, verdict)
    ]
    return ", ".join(_said(calibration, metric, curve) for curve in curves)


def _said(calibration: Calibration, metric: MetricFacts, curve: Curve) -> str:
    told = [] if curve.told_from is None else [f"≥ {curve.told_from:g}"]
    return " ".join([curve.damage, *told, *_mark(calibration, metric, curve)])


def _broken(calibration: Calibration) -> Iterator[str]:
    lines = not_as_claimed(calibration)
    if lines:
        yield "## Not as claimed\n"
        yield from (f"- {line}" for line in lines)
        yield ""


def _table(calibration: Calibration, evaluator: str) -> Iterator[str]:
    """Damages that no metric of the evaluator has values for have no column."""
    metrics = [metric for metric in calibration.metrics if metric.evaluator == evaluator]
    names = [damage.name for damage in calibration.damages]
    lines = {metric: {name: _cell(calibration, metric, name) for name in names} for metric in metrics}
    shown = [name for name in names if any(line[name] for line in lines.values())]
    if not shown:
        return
    yield f"\n## {evaluator}\n\n| | {' | '.join(name.replace('_', ' ') for name in shown)} |"
    yield "|---" * (len(shown) + 1) + "|"
    for metric, line in lines.items():
        cells = " | ".join(line[name] for name in shown)
        yield f"| {f'`{metric.name}` {ARROWS[metric.direction]}'.rstrip()} | {cells} |"
