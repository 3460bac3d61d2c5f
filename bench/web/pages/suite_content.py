"""One suite of a site: its rows, its table, what is known of its cases, and what pages of several suites list of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bench.base.wording import number
from bench.evaluators import catalogue
from bench.web.pages import boards, measured
from bench.web.static.folders import slug

if TYPE_CHECKING:
    import pandas as pd

    from bench.runs import RunFolder
    from bench.types import Case, Suite
    from bench.web.pages.boards import Board


@dataclass(frozen=True)
class SuiteContent:
    """What is known of a suite.

    Attributes:
        rows, scores: of this suite.
        board: its table.
        here: folders of the runs whose clips are on this machine.
        known: the suite; None where nobody here has it.
        most_clips: of each run.
    """

    rows: pd.DataFrame
    scores: pd.DataFrame
    board: Board
    here: Mapping[str, RunFolder]
    known: Suite | None
    most_clips: int

    @property
    def name(self) -> str:
        """name@version."""
        return self.board.suite

    @property
    def slug(self) -> str:
        """Its name in addresses."""
        return slug(self.name)

    @cached_property
    def table(self) -> dict[str, Any]:
        """What the template of the table asks for."""
        return boards.content(self.board)

    @cached_property
    def ordered(self) -> list[str]:
        """Runs as the table has them at first."""
        return [line["run"] for group in ("model", "apart") for line in self.table["groups"][group]]

    @cached_property
    def names(self) -> dict[str, str]:
        """Run -> what tables call it."""
        return {line.run: line.name for line in self.board.standing.lines}

    @property
    def baselines(self) -> list[str]:
        """Null baselines and reference clips."""
        return [line.run for line in self.board.standing.lines if line.role != "model"]

    @cached_property
    def of_cases(self) -> list[str]:
        """The main metrics that cases have values of."""
        own = self.rows[self.rows["case"].notna() & self.rows["value"].notna()]
        there = set(own["metric"].astype(str).unique())
        return [metric for metric in self.board.metrics if metric in there]

    @cached_property
    def values(self) -> dict[str, dict[str, list[float | None]]]:
        """Case -> run -> its values of of_cases."""
        return measured.per_case(self.rows, self.of_cases)

    # Cases

    @cached_property
    def by_id(self) -> dict[str, Case]:
        """The cases that somebody here knows more of than their names."""
        return {case.id: case for case in self.known.cases} if self.known else {}

    @cached_property
    def cases(self) -> list[str]:
        """Those with rows: as the suite has them, then those that only rows know."""
        there = set(self.rows["case"].dropna().astype(str).unique())
        return [*(case for case in self.by_id if case in there), *sorted(there - set(self.by_id))]

    @property
    def shown(self) -> list[str]:
        """The cases that players show: the same of every run, or none could be compared."""
        return self.cases[: self.most_clips]

    def prompt(self, case: str) -> str:
        """What should happen; '' where nobody here knows."""
        return self.by_id[case].prompt if case in self.by_id else ""

    # For pages of several suites

    @property
    def units(self) -> dict[str, str]:
        """Metric -> its unit, where it has one."""
        return {heading["title"]: heading["unit"] for heading in self.table["headings"] if heading["unit"]}

    def runs(self) -> dict[str, Any]:
        """Slug -> name, suite, kind, and the cells of the table as text."""
        found = {}
        for line in self.board.standing.lines:
            totals = [by_run[line.run].total for _, by_run in self.board.totals]
            scores = [*totals, *(line.scores.get(column) for column in self.board.standing.columns)]
            cells = [
                f"{number(score.mean)} {boards.half(score)}".strip().replace("-", "−")
                if score and score.mean == score.mean
                else "–"
                for score in scores
            ]
            about = {"name": line.name, "suite": self.name, "kind": line.role, "cells": cells}
            found[slug(line.run)] = about
        return found

    def listed(self) -> dict[str, Any]:
        """What the pages of pairs and of cases list."""
        totals = [f"{recipe.name} ↑" for recipe, _ in self.board.totals]
        return {
            "name": self.name,
            "slug": self.slug,
            "columns": [
                *totals,
                *(f"{column.metric} {column.card.arrow}".rstrip() for column in self.board.standing.columns),
            ],
            "titles": [
                f"{metric} {catalogue.registered().card(metric).arrow}".rstrip() for metric in self.of_cases
            ],
            "cases": [[case, slug(case)] for case in self.cases],
            "shown": len(self.shown),
        }
