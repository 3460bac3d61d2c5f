"""A comparison as a Markdown report for a pull request, with plots as files beside it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from bench.base import files
from bench.base.wording import one_line, signed
from bench.comparison import plots
from bench.comparison.columns import Table, table
from bench.comparison.differences import Comparison, Difference, Pair
from bench.comparison.extreme_cases import extremes
from bench.comparison.notes import extreme_line, notes


def write_report(path: Path, found: Comparison) -> list[Path]:
    """A report, and its plots beside it as <name>-<n>-metrics.svg and <name>-<n>-cases.svg; gives all the files."""
    written: list[Path] = []
    sections = [f"# Comparison on {_md(found.suite)}, {_md(found.view)}", *map(_md, found.view_notes)]
    for number, pair in enumerate(found.pairs, start=1):
        plotted = {}
        for kind, plot in (("metrics", plots.forest(pair)), ("cases", plots.case_panels(pair))):
            if plot:
                plotted[kind] = path.with_name(f"{path.stem}-{number}-{kind}.svg")
                files.write_text(plotted[kind], plot.svg())
        written += plotted.values()
        sections.append(_section(pair, [_image(kind, file) for kind, file in plotted.items()], path))
    files.write_text(path, "\n\n".join(sections) + "\n")
    return [path, *written]


def _section(pair: Pair, images: Sequence[str], path: Path) -> str:
    parts = [f"## {_md(pair.b.name)} against {_md(pair.a.name)}", _table(table(pair)), *images]
    parts.append("\n".join(f"- {_md(note)}" for note in notes(pair)))
    differing = [
        each for each in pair.differences if each.by_case and each.difference and each.tells_direction
    ]
    if differing:
        folder = path.absolute().parent
        overall = [
            f"- {_md(extreme_line(pair, each))}{_links(pair, each.case, folder, ': ')}"
            for each in extremes(pair)
        ]
        parts += ["### Cases that differ most", "\n".join(overall), _worst_and_best(pair, differing, folder)]
    return "\n\n".join(part for part in parts if part)


def _image(kind: str, file: Path) -> str:
    about = {"metrics": "effects", "cases": "case by case"}
    return f"![{about[kind]}]({quote(file.name)})"


def _table(shown: Table) -> str:
    rules = {"left": "---", "right": "---:"}
    head = [column.heading for column in shown.columns]
    rows = [[cell.text for cell in row] for row in (*shown.compared, *shown.skipped)]
    rule = f"|{'|'.join(rules[column.align] for column in shown.columns)}|"
    return "\n".join([_row(map(_md, head)), rule, *(_row(map(_md, row)) for row in rows)])


def _worst_and_best(pair: Pair, differing: Sequence[Difference], folder: Path) -> str:
    lines = ["| Metric | Worst case | | Best case | |", "|---|---|---|---|---|"]
    for each in differing:
        cells = [_md(each.metric)]
        for case in (each.by_case[0], each.by_case[-1]):
            cells += [f"{_md(case.case)} {signed(case.difference)}", _links(pair, case.case, folder)]
        lines.append(_row(cells))
    return "\n".join(lines)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _links(pair: Pair, case: str, folder: Path, before: str = "") -> str:
    """Links to the clips of a case, after some words; '' where only numbers are here."""
    if not pair.a.clips and not pair.b.clips:
        return ""
    return before + " · ".join(_link(side.name, side.clips.get(case), folder) for side in (pair.a, pair.b))


def _link(name: str, clip: Path | None, folder: Path) -> str:
    if clip is None:
        return f"{_md(name)}: no clip"
    return f"[{_md(name)}]({quote(os.path.relpath(clip.absolute(), folder))})"


def _md(words: str) -> str:
    """Words that Markdown and HTML leave as they are."""
    escaped = re.sub(r"([\\`*_{}\[\]()#!|~$@])", r"\\\1", escape(one_line(words), quote=False))
    return escaped.replace("\\@", "@&#8203;")
