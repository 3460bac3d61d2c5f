"""A comparison in sentences: what is left out, seeds, what intervals hold, the extreme cases, broken gates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from bench.base.wording import minus, one_line, some
from bench.comparison.columns import difference_text, percent
from bench.comparison.differences import Difference, Pair, Verdict
from bench.comparison.extreme_cases import CaseGain, extremes
from bench.comparison.gates import BrokenGate
from bench.statistics import paired
from bench.statistics.mean_test import FEWEST, MANY
from bench.statistics.significance import ALPHA

MOST_NAMED = 12
"""How many cases are named before the rest is counted."""

SHOWN = ("better", "worse", "differs")
"""Verdicts that say something."""


SIDES: tuple[Verdict, Verdict] = ("better", "worse")

OTHERWISE: Mapping[Verdict, tuple[str, str]] = {
    "no difference shown": ("cannot be told apart", "cannot be told apart"),
    "differs": ("differs, with no better side", "differ, with no better side"),
    "too few cases": ("has too few cases", "have too few cases"),
    "not comparable": ("is not comparable", "are not comparable"),
}
"""What the sentence says of one metric, or of several, without a better side."""

MOST_WANTED = 10_000
"""The most cases that a note suggests."""


def notes(pair: Pair) -> list[str]:
    """What else to know: what clips differ in, those without a value, cases left out, seeds, what intervals hold."""
    return [
        *_contrast_notes(pair),
        *_missing_notes(pair),
        *_hole_notes(pair),
        *_seed_notes(pair),
        *_level_notes(pair),
        *_resolution(pair),
        *needed(pair),
        *_shape_notes(pair),
        *_unseen(pair),
    ]


def sentence(pair: Pair) -> str:
    """The verdicts: 'With 9 cases, b is better than a on 4 of 12 metrics, worse on 1; 7 cannot be told apart.'."""
    b, a = one_line(pair.b.name), one_line(pair.a.name)
    if not pair.differences:
        return f"{b} and {a} share no metric that can be compared."
    counts = Counter(each.verdict for each in pair.differences)
    sides: list[Verdict] = [side for side in SIDES if counts[side]]
    if not sides:
        head = f"{b} is neither better nor worse than {a} on any metric"
    else:
        of = _count(len(pair.differences), "metric")
        head = f"{b} is {sides[0]} than {a} on {counts[sides[0]]} of {of}"
        head += f", worse on {counts['worse']}" * (len(sides) > 1)
    others = [
        f"{counts[verdict]} {OTHERWISE[verdict][counts[verdict] > 1]}"
        for verdict in OTHERWISE
        if counts[verdict]
    ]
    return f"With {_cases(pair)}, {'; '.join([head, *others])}."


def _cases(pair: Pair) -> str:
    """How many cases both have, over the metrics that are compared: '9 cases', '5 to 9 cases'."""
    cases = sorted({each.cases for each in pair.differences})
    return _count(cases[0], "case") if len(cases) == 1 else f"{cases[0]} to {_count(cases[-1], 'case')}"


def extreme_lines(pair: Pair) -> list[str]:
    """One line per case of those that B loses and wins most, over all metrics, with the clips."""
    lines = []
    for found in extremes(pair):
        b, a = (one_line(str(side.clips.get(found.case, "no clip"))) for side in (pair.b, pair.a))
        lines.append(f"{extreme_line(pair, found)}; {b} against {a}")
    return lines


def extreme_line(pair: Pair, found: CaseGain) -> str:
    """'drift loses most on duck: −1.47 × the usual difference, mean of 3 metrics'."""
    verb = "wins" if found.gain > 0 else "loses"
    case = f"{one_line(pair.b.name)} {verb} most on {one_line(found.case)}"
    return f"{case}: {minus(f'{found.gain:+.2f}')} × the usual difference, mean of {_count(found.metrics, 'metric')}"


def gate_lines(broken: Sequence[BrokenGate]) -> list[str]:
    """One line per gate that does not hold."""
    return [
        f"worse than {one_line(each.pair.a.name)} by more than {each.gate.margin:g}: {one_line(each.pair.b.name)} in "
        f"{one_line(each.gate.metric)}, by {difference_text(each.difference)}"
        for each in broken
    ]


def _contrast_notes(pair: Pair) -> list[str]:
    """'differs: frame rate 8 vs 4 fps'; the libraries and settings in one line each."""
    refused = [each.metric for each in pair.differences if each.obstacles]
    lines = [f"differs: {one_line(str(each))}" for each in pair.contrasts]
    if refused:
        lines.append(
            f"{_count(len(refused), 'metric')} not comparable, since the clips differ in what they depend on: "
            "bench compare --across-protocols gives verdicts all the same"
        )
    return lines


def _missing_notes(pair: Pair) -> list[str]:
    """'new failed on 8 of 16 clips: c0-1, c1-1, … (ssim_mean)'; clips are named as their files are."""
    said = {"failed": "failed on", "not measurable": "has no value to give on"}
    return [
        f"{one_line(each.name)} {said[each.lack]} {len(each.clips)} of {_count(each.of, 'clip')}: "
        f"{_some([f'{case}-{seed}' for case, seed in each.clips])} ({_some(each.metrics)})"
        for each in pair.missing
    ]


def _hole_notes(pair: Pair) -> list[str]:
    return [
        f"{_count(len(hole.cases), 'case')} left out that only {one_line(hole.has)} has: "
        f"{_some(hole.cases)} ({_some(hole.metrics)})"
        for hole in pair.holes
    ]


def _seed_notes(pair: Pair) -> list[str]:
    a, b = pair.seeds
    lines = []
    if a != b:
        lines.append(
            f"{one_line(pair.a.name)} has seeds {_some(a)}, {one_line(pair.b.name)} has {_some(b)}: means of each"
        )
    varying = [line for each in pair.differences if (line := _variance_note(each))]
    if not varying and len(a) < 2 and len(b) < 2:
        lines.append(
            "one seed each: how much of a difference is due to the seed is unknown; --seeds 0,1 would tell"
        )
    return lines + varying


def _variance_note(found: Difference) -> str:
    """How the metric's variance divides; '' where nothing varies, or a side has one seed."""
    if not (found.components and found.components.shares):
        return ""
    case, seed, rest = (f"{share:.0%}" for share in found.components.shares)
    line = f"{one_line(found.metric)}: {case} of the variance is case, {seed} seed, {rest} rest"
    return line if found.seeds_worth is None else f"{line}; {_count(found.seeds_worth, 'seed')} worth it"


def _resolution(pair: Pair) -> list[str]:
    tested = [each for each in pair.differences if each.can_be_significant and each.level > 1 - ALPHA]
    cases = min((each.cases for each in tested if each.basis == "cases"), default=0)
    least = paired.least_p(cases) if cases else 0.0
    if least * len(tested) <= ALPHA:
        return []
    raised = f"{least:.2g}, times {len(tested)} metrics {min(least * len(tested), 1.0):.2g}"
    return [f"with {cases} cases no p is below {raised}: name fewer with --metrics, or run more cases"]


def _level_notes(pair: Pair) -> list[str]:
    """What the intervals hold, where several metrics share 5 %."""
    shared = [each for each in pair.differences if each.low is not None and each.level > 1 - ALPHA]
    if not shared:
        return []
    tests = round(ALPHA / (1 - shared[0].level))
    return [
        f"{tests} metrics share 5 %: each interval has {percent(shared[0].level)}, and all hold at once with 95 %"
    ]


def needed(pair: Pair) -> list[str]:
    """How many cases would tell apart what these cannot, were the true difference the one seen."""
    wanted = {each.metric: each.cases_needed for each in pair.differences}
    found = sorted((cases, metric) for metric, cases in wanted.items() if cases)
    within = [f"{one_line(metric)} {cases}" for cases, metric in found if cases <= MOST_WANTED]
    if not found:
        return []
    if not within:
        return [f"the differences that are not shown are too small for {MOST_WANTED} cases"]
    line = f"if the differences are as large as they look, 4 of 5 comparisons would tell with: {_some(within)} cases"
    beyond = len(found) - len(within)
    return [f"{line}; {beyond} would need more than {MOST_WANTED}" if beyond else line]


def _shape_notes(pair: Pair) -> list[str]:
    """Where equal differences allow no verdict, and where the mean hangs on a few cases."""
    lines = []
    for each in pair.differences:
        name = one_line(each.metric)
        if each.basis == "cases" and each.test is None and each.cases >= FEWEST:
            lines.append(
                f"{name}: most of {each.cases} differences are the same, which says nothing of other cases: "
                f"run {MANY} or more"
            )
        if each.verdict in SHOWN and each.median and each.median.value * each.difference < 0:
            lines.append(
                f"{name}: mean and median differ in sign, so a few cases decide the mean: look at them"
            )
    return lines


def _unseen(pair: Pair) -> list[str]:
    """What few cases cannot know, beside a verdict: the share of cases that all of them miss one time in twenty."""
    shown = [each.cases for each in pair.differences if each.verdict in SHOWN and each.basis == "cases"]
    cases = min(shown, default=MANY)
    if cases >= MANY:
        return []
    return [
        f"{cases} cases may hold none of the failures that strike {1 - ALPHA ** (1 / cases):.0%} of all cases or "
        "fewer: the verdict is as far as these cases tell"
    ]


def _some(names: Sequence[object]) -> str:
    """Names in words, the first MOST_NAMED of many."""
    return some([one_line(str(name)) for name in names], MOST_NAMED)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
