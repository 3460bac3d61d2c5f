"""One suite on the site: its rows, its ranking, its cases, and what the pages of pairs and of cases list of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bench.web.pages import case, compare, leaderboard_table
from bench.web.static.folders import slug

if TYPE_CHECKING:
    import pandas as pd

    from bench.runs import RunFolder
    from bench.types import Case, Suite
    from bench.web.content import Table
    from bench.web.pages.leaderboard import Ranking


@dataclass(frozen=True)
class SuiteContent:
    """What is known of a suite.

    Attributes:
        rows, scores: of this suite.
        ranking: its models.
        here: folders of the runs whose clips are on this machine.
        known: the suite; None where it is not on this machine.
        most_clips: of each run.
    """

    rows: pd.DataFrame
    scores: pd.DataFrame
    ranking: Ranking
    here: Mapping[str, RunFolder]
    known: Suite | None
    most_clips: int

    @property
    def name(self) -> str:
        """name@version."""
        return self.ranking.suite

    @property
    def slug(self) -> str:
        """Its name in addresses."""
        return slug(self.name)

    @property
    def title(self) -> str:
        """For people; '' where it is not known."""
        return self.known.title if self.known else ""

    @cached_property
    def table(self) -> Table:
        """The leaderboard's table."""
        return leaderboard_table.table(self.ranking)

    @cached_property
    def ordered(self) -> list[str]:
        """Runs as the table has them at first: models, then what they are held against, then what is not ranked."""
        rows = sorted(self.table.rows, key=lambda row: row.is_apart)
        return [*(row.key for row in rows), *self.ranking.left_out]

    @cached_property
    def names(self) -> dict[str, str]:
        """Run -> what tables call it."""
        return {line.run: line.name for line in self.ranking.standing.lines}

    @property
    def baselines(self) -> list[str]:
        """Null baselines, reference clips and stand-ins."""
        models = {line.run for line in self.ranking.standing.lines if line.role == "model"}
        return [run for run in self.best_first if run not in models]

    @cached_property
    def best_first(self) -> list[str]:
        """Runs in the order in which they are offered to be compared."""
        return compare.best_first(self.ranking)

    # Cases

    @cached_property
    def cases_of(self) -> dict[str, frozenset[str]]:
        """Run -> the cases that it has a value of."""
        return compare.cases_of(self.rows)

    @cached_property
    def by_id(self) -> dict[str, Case]:
        """The cases of which more than their names are known."""
        return {case.id: case for case in self.known.cases} if self.known else {}

    @cached_property
    def cases(self) -> list[str]:
        """Those with rows: in the suite's order, then those that only rows know."""
        return case.ordered(self.rows["case"].dropna().astype(str).unique(), self.known)

    @property
    def shown(self) -> list[str]:
        """The cases that players show: the same of every run, or none could be compared."""
        return self.cases[: self.most_clips]

    def prompt(self, case: str) -> str:
        """What should happen; '' where it is not known."""
        return self.by_id[case].prompt if case in self.by_id else ""

    # For pages of several suites

    @property
    def plotted(self) -> dict[str, dict[str, str]]:
        """Metric -> title and unit of its plot in a player, in the catalogue's order."""
        known = self.ranking.known
        return {
            metric: {"title": known.heading(metric), "unit": known.card(metric).unit}
            for metric in known.ordered(self.ranking.metrics)
        }

    def runs(self) -> dict[str, dict[str, str]]:
        """Slug -> name and suite, in the order in which pages offer them."""
        return {slug(run): {"name": self.names[run], "suite": self.name} for run in self.best_first}

    def listed(self) -> dict[str, Any]:
        """What the page of comparisons lists, and what it opens on."""
        opening = compare.opening(self.best_first, self.cases_of)
        shared = (case for case in self.cases if all(case in self.cases_of.get(run, ()) for run in opening))
        return {
            "name": self.name,
            "slug": self.slug,
            "cases": [[case, slug(case)] for case in self.cases],
            "opening": {"runs": list(map(slug, opening)), "case": slug(next(shared, ""))},
        }
