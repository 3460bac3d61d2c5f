"""A comparison in words: the cells of a table, the lines under it, Markdown with plots for a pull request, JSON."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rich.table import Table
from rich.text import Text

from bench.base import files, svg, wording
from bench.comparison import differences
from bench.comparison.compare import Comparison, Gate
from bench.comparison.differences import CaseDifference, Difference, Extreme, Pair
from bench.statistics import paired
from bench.statistics.significance import ALPHA
from bench.types import ARROWS, SIGNS

EXTREMES = 3
"""How many of the worst and of the best cases are named."""

NAMED = 12
"""How many cases are named before the rest is counted."""

HEADINGS = ("difference", "p", "p (Holm)", "effect", "won", "could show", "verdict")


def table(pair: Pair) -> tuple[list[str], list[list[str]]]:
    """Headings, and a line a metric: its scores, difference ± half of the interval, p, wins and verdict."""
    headings = ["metric", plain(pair.a.name), plain(pair.b.name), *HEADINGS]
    return headings, [_line(each) for each in pair.differences] + [
        [plain(each.metric), *[""] * 8, f"not compared: {plain(each.reason)}"] for each in pair.skipped
    ]


def rich_table(pair: Pair, suite: str) -> Table:
    """The table for a terminal; nothing in it is markup."""
    headings, lines = table(pair)
    drawn = Table(title=Text(f"{headings[2]} against {headings[1]} on {plain(suite)}"), title_justify="left")
    for number, heading in enumerate(headings):
        drawn.add_column(Text(heading), justify="left" if number in (0, len(headings) - 1) else "right")
    for line in lines:
        drawn.add_row(*map(Text, line))
    return drawn


def notes(pair: Pair) -> list[str]:
    """What else to know: cases left out, seeds, what varies, what p can be at all."""
    return [*_hole_notes(pair), *_seed_notes(pair), *_resolution(pair)]


def extreme_lines(pair: Pair) -> list[str]:
    """A line a case of those that B loses and wins most, over all metrics, with the clips."""
    lines = []
    for found in extremes(pair):
        b, a = (plain(str(side.clips.get(found.case, "no clip"))) for side in (pair.b, pair.a))
        lines.append(f"{_extreme(pair, found)}; {b} against {a}")
    return lines


def gate_lines(broken: Sequence[tuple[Gate, Pair, Difference]]) -> list[str]:
    """A line a gate that does not hold."""
    return [
        f"worse than {plain(pair.a.name)} by more than {gate.margin:g}: {plain(pair.b.name)} in {plain(gate.metric)}, "
        f"by {_signed(found.difference)} ± {_number(found.half)}"
        for gate, pair, found in broken
    ]


def as_json(found: Comparison, broken: Sequence[tuple[Gate, Pair, Difference]]) -> Any:
    """Everything, JSON-like."""
    return {
        "suite": found.suite,
        "pairs": [_pair_json(pair) for pair in found.pairs],
        "worse": [{**asdict(gate), "run": pair.b.run} for gate, pair, _ in broken],
    }


def write_markdown(path: Path, found: Comparison) -> list[Path]:
    """A report, and its plots beside it as <name>-<n>-metrics.svg and <name>-<n>-cases.svg; gives all the files."""
    written = []
    sections = [f"# Comparison on {_md(found.suite)}"]
    for number, pair in enumerate(found.pairs, start=1):
        drawn = {f"{path.stem}-{number}-{kind}.svg": drawing for kind, drawing in _plots(pair).items()}
        for name, drawing in drawn.items():
            files.write_text(path.with_name(name), drawing)
            written.append(path.with_name(name))
        sections.append(_section(pair, list(drawn), path.absolute().parent))
    files.write_text(path, "\n\n".join(sections) + "\n")
    return [path, *written]


def plain(words: str) -> str:
    """Words in one line, without the characters that steer a terminal or break a document."""
    return "".join(letter if letter.isprintable() else "�" for letter in " ".join(words.split()))


def _line(found: Difference) -> list[str]:
    name = plain(f"{found.metric} {ARROWS[found.direction]}".rstrip())
    difference = _signed(found.difference) + ("" if found.half is None else f" ± {_number(found.half)}")
    won = f"{found.won}/{found.cases}" + (f" ({found.tied} tied)" if found.tied else "")
    return [
        name, _minus(wording.number(found.a)), _minus(wording.number(found.b)), difference,
        _p(found.p), _p(found.p_holm),
        "" if found.effect is None else _minus(f"{found.effect:+.2f}"),
        won if found.basis == "cases" and found.direction != "none" else "",
        "" if found.detectable is None else _number(found.detectable),
        found.verdict,
    ]  # fmt: skip


def extremes(pair: Pair) -> list[Extreme]:
    """The worst and the best, the farthest first."""
    found = differences.extremes(pair)
    best = [each for each in reversed(found) if each.gain > 0]
    return [each for each in found if each.gain < 0][:EXTREMES] + best[:EXTREMES]


def _extreme(pair: Pair, found: Extreme) -> str:
    verb = "wins" if found.gain > 0 else "loses"
    metrics = f"{found.metrics} metric{'s' * (found.metrics != 1)}"
    case = f"{plain(pair.b.name)} {verb} most on {plain(found.case)}"
    return f"{case}: {_minus(f'{found.gain:+.2f}')} × the usual difference, mean of {metrics}"


def _hole_notes(pair: Pair) -> list[str]:
    return [
        f"{len(hole.cases)} case{'s' * (len(hole.cases) != 1)} left out that only {plain(hole.has)} has: "
        f"{_some(hole.cases)} ({_some(hole.metrics)})"
        for hole in pair.holes
    ]


def _seed_notes(pair: Pair) -> list[str]:
    a, b = pair.seeds
    lines = []
    if a != b:
        lines.append(
            f"{plain(pair.a.name)} has seeds {_some(a)}, {plain(pair.b.name)} has {_some(b)}: means of each"
        )
    varying = [each for each in pair.differences if each.components and each.components.shares]
    lines += [_varying(each) for each in varying]
    if not varying and len(a) < 2 and len(b) < 2:
        lines.append(
            "one seed each: how much of a difference is the seed's luck is unknown; --seeds 0,1 would tell"
        )
    return lines


def _varying(found: Difference) -> str:
    shares = (found.components and found.components.shares) or (0.0, 0.0, 0.0)
    case, seed, rest = (f"{share:.0%}" for share in shares)
    line = f"{plain(found.metric)}: {case} of the variance is case, {seed} seed, {rest} rest"
    if found.seeds_worth is None:
        return line
    return f"{line}; {found.seeds_worth} seed{'s' * (found.seeds_worth != 1)} worth it"


def _resolution(pair: Pair) -> list[str]:
    tested = [each for each in pair.differences if each.p is not None and each.could_tell]
    cases = min((each.cases for each in tested if each.basis == "cases"), default=0)
    least = paired.least_p(cases) if cases else 0.0
    if least * len(tested) <= ALPHA:
        return []
    raised = f"{least:.2g}, times {len(tested)} metrics (Holm) {min(least * len(tested), 1.0):.2g}"
    return [f"with {cases} cases no p is below {raised}: name fewer with --metrics, or run more cases"]


def _pair_json(pair: Pair) -> dict[str, Any]:
    sides = {side: {"run": entry.run, "name": entry.name} for side, entry in (("a", pair.a), ("b", pair.b))}
    return {
        **sides,
        "seeds": {"a": pair.seeds[0], "b": pair.seeds[1]},
        "differences": [_difference_json(pair, each) for each in pair.differences],
        "skipped": [asdict(each) for each in pair.skipped],
        "holes": [asdict(each) for each in pair.holes],
        "cases": [asdict(each) for each in differences.extremes(pair)],
        "notes": notes(pair),
    }


def _difference_json(pair: Pair, found: Difference) -> dict[str, Any]:
    shares = found.components.shares if found.components else None
    return {
        **asdict(found),
        "verdict": found.verdict,
        "variance_shares": shares and dict(zip(("case", "seed", "rest"), shares, strict=True)),
        "by_case": [
            {**asdict(case), "a_clip": _clip(pair.a.clips, case), "b_clip": _clip(pair.b.clips, case)}
            for case in found.by_case
        ],
    }


def _clip(clips: Any, case: CaseDifference) -> str | None:
    return str(clips[case.case]) if case.case in clips else None


def _plots(pair: Pair) -> dict[str, str]:
    a, b = plain(pair.a.name), plain(pair.b.name)
    effects = [
        svg.Effect(plain(each.metric), gain, half, each.direction != "none")
        for each in pair.differences
        if (scaled := standardised(each))
        for gain, half in [scaled]
    ]
    panels = [
        svg.Panel(
            plain(each.metric),
            tuple(plain(case.case) for case in each.by_case),
            tuple(case.difference * (SIGNS[each.direction] or 1) for case in each.by_case),
            each.direction != "none",
        )
        for each in pair.differences
        if each.by_case
    ]
    drawn = {"metrics": svg.forest(effects, f"← {a} is better · {b} is better →")} if effects else {}
    return drawn | (
        {"cases": svg.case_panels(panels, f"{b} beside {a}, case by case: up is better")} if panels else {}
    )


def standardised(found: Difference) -> tuple[float, float] | None:
    """Gain and half of the interval in standard deviations of the cases' differences.

    A set has no differences of cases: its unit is the deviation that would have given its interval.
    """
    if not found.half:
        return None
    from scipy.special import stdtrit

    unit = found.half * found.cases**0.5 / float(stdtrit(found.cases - 1, 1 - ALPHA / 2))
    return found.difference * (SIGNS[found.direction] or 1) / unit, found.half / unit


def _section(pair: Pair, drawn: Sequence[str], folder: Path) -> str:
    headings, lines = table(pair)
    parts = [f"## {_md(pair.b.name)} against {_md(pair.a.name)}", _md_table(headings, lines)]
    parts += [f"![{'case by case' if 'cases' in name else 'effects'}]({quote(name)})" for name in drawn]
    parts.append("\n".join(f"- {_md(note)}" for note in notes(pair)))
    differing = [
        each for each in pair.differences if each.by_case and each.difference and each.direction != "none"
    ]
    if differing:
        overall = [
            f"- {_md(_extreme(pair, each))}{_links(pair, each.case, folder, ': ')}" for each in extremes(pair)
        ]
        parts += ["### Cases that differ most", "\n".join(overall), _md_cases(pair, differing, folder)]
    return "\n\n".join(part for part in parts if part)


def _md_cases(pair: Pair, differing: Sequence[Difference], folder: Path) -> str:
    lines = ["| metric | worst case | | best case | |", "|---|---|---|---|---|"]
    for each in differing:
        cells = [_md(each.metric)]
        for case in (each.by_case[0], each.by_case[-1]):
            cells += [f"{_md(case.case)} {_signed(case.difference)}", _links(pair, case.case, folder)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _links(pair: Pair, case: str, folder: Path, before: str = "") -> str:
    """The clips of a case behind some words; '' for a comparison of numbers alone."""
    if not pair.a.clips and not pair.b.clips:
        return ""
    return before + " · ".join(_link(side.name, side.clips.get(case), folder) for side in (pair.a, pair.b))


def _link(name: str, clip: Path | None, folder: Path) -> str:
    if clip is None:
        return f"{_md(name)}: no clip"
    return f"[{_md(name)}]({quote(os.path.relpath(clip.absolute(), folder))})"


def _md_table(headings: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rule = "|---|" + "---:|" * (len(headings) - 2) + "---|"
    return "\n".join([_md_row(headings), rule, *map(_md_row, lines)])


def _md_row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(map(_md, cells)) + " |"


def _md(words: str) -> str:
    """Words that Markdown and HTML leave as they are."""
    return re.sub(r"([\\`*_{}\[\]()#!|~$@])", r"\\\1", escape(plain(words), quote=False)).replace(
        "\\@", "@&#8203;"
    )


def _signed(value: float) -> str:
    shown = wording.number(value)
    return _minus(f"+{shown}" if value > 0 and shown != "0" else shown)


def _minus(shown: str) -> str:
    return shown.replace("-", "−")


def _number(value: float | None) -> str:
    return "–" if value is None else wording.number(float(f"{value:.2g}"))


def _p(value: float | None) -> str:
    if value is None:
        return ""
    return "< 0.001" if value < 0.001 else f"{value:.2g}"


def _some(names: Sequence[object]) -> str:
    """Names in words, the first NAMED of many."""
    shown = ", ".join(plain(str(name)) for name in names[:NAMED])
    return f"{shown} and {len(names) - NAMED} more" if len(names) > NAMED else shown
