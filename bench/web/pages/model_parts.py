"""The parts of a run's page, from its rows: behind the board's tabs, one below the other on the site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from bench.web.content import Block, Heading
from bench.web.pages import along, model, model_cases, origin

if TYPE_CHECKING:
    import pandas as pd

    from bench.evaluators.catalogue import Catalogue
    from bench.scoring.standings import Line


@dataclass(frozen=True)
class ModelParts:
    """What is known of a run.

    Attributes:
        line: of the run, in its suite's standing.
        suite: name@version.
        rows: of the run, all columns of Measurement.
        found: the run's rows of summary.scores.
        known: what is known of the metrics.
    """

    line: Line
    suite: str
    rows: pd.DataFrame
    found: pd.DataFrame
    known: Catalogue

    @cached_property
    def metrics(self) -> list[str]:
        """All that the run has rows of."""
        return self.known.ordered(map(str, self.rows["metric"].unique()))

    def scores(self, of_clip: Mapping[str, float] | None = None) -> list[Block]:
        """All scores, and the main ones by category.

        Args:
            of_clip: metric -> its value of the clip that is looked at; None for no such column.
        """
        return [
            model.scores(self.line, self.found, self.known, of_clip),
            Heading("By category", level=3),
            *model_cases.categories(self.rows, self.known.main(self.metrics), self.known),
        ]

    def cases(self) -> list[Block]:
        """The best and the worst case by each main metric."""
        main = self.known.main(model_cases.telling_metrics(self.rows, self.known))
        worst = model_cases.extremes(self.rows, main, self.known, self.suite, self.line.run)
        return [Heading("Best and worst cases", level=3), *worst] if worst else []

    def over_time(self) -> list[Block]:
        """The bands of every metric that has a value for each frame."""
        return along.of_run(self.rows, self.metrics, self.known)

    def missing(self) -> list[Block]:
        """Why values are missing, in all and clip by clip."""
        return [*origin.missing(self.rows), *origin.missing_by_clip(self.rows)]

    def provenance(self, clip_rows: pd.DataFrame | None = None) -> list[Block]:
        """Where the numbers come from.

        Args:
            clip_rows: of the clip that is looked at; None, or no rows, for none.
        """
        if clip_rows is None or clip_rows.empty:
            return [origin.provenance(self.rows)]
        return [
            origin.provenance(self.rows),
            Heading("Of this clip", level=3),
            origin.provenance(clip_rows),
        ]
