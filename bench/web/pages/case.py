"""Every number about one case of a suite, run by run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from bench.evaluators.catalogue import Catalogue
from bench.scoring import summary, views
from bench.web import content
from bench.web.content import Cell, Heading, Row, Table, Text
from bench.web.pages import roles

if TYPE_CHECKING:
    import pandas as pd

    from bench.types import Suite

VALUES = "Every number about this case"

CAPTION = "A single case says little about a model. Click a heading to sort."


def heading(view: str) -> Heading:
    """The heading of the numbers, which are of one view."""
    return Heading(f"{VALUES}, {views.heading(view)}")


def ordered(cases: Iterable[str], suite: Suite | None) -> list[str]:
    """Cases in the order of their suite, then those that it does not name.

    Args:
        cases: ids, those that rows have.
        suite: None if it is not known here.
    """
    there = set(cases)
    own = [case.id for case in suite.cases if case.id in there] if suite else []
    return [*own, *sorted(there - {*own})]


def place(cases: Sequence[str], case: str, rows: pd.DataFrame) -> Text:
    """Where in the suite a case is.

    Args:
        cases: of the suite, see ordered.
        case: its id.
        rows: of the case.
    """
    categories = sorted(rows["category"].dropna().astype(str).unique())
    said = [f"category {name}" for name in categories if name]
    return Text(" · ".join([f"Case {cases.index(case) + 1} of {len(cases)}", *said]), "small")


def table(
    rows: pd.DataFrame,
    runs: Sequence[str],
    names: Mapping[str, str],
    known: Catalogue,
    metrics: Sequence[str] = (),
) -> Table:
    """One row per run, one column per metric: the mean over the seeds in rows.

    Versions of one metric have columns of their own.

    Args:
        rows: of one case, of any number of seeds.
        runs: in the order shown; those without a row are left out.
        names: run -> what a table calls it.
        known: what is known of the metrics.
        metrics: which; none for the main ones, or all where none is main.
    """
    rows = rows.astype({"run": object, "metric": object, "metric_version": object, "error": object})
    there = known.ordered(map(str, rows["metric"].unique()))
    shown = list(metrics) or [metric for metric in known.main(there) if known.knows(metric)] or there
    own = rows[rows["metric"].isin(shown)]
    means = own[own["value"].notna()].groupby(["run", "metric", "metric_version"])["value"].mean().to_dict()
    versions = own[["metric", "metric_version"]].drop_duplicates().astype(str)
    keys = sorted(versions.itertuples(index=False, name=None), key=lambda key: (shown.index(key[0]), key[1]))
    by_run = {str(run): group for run, group in own.groupby("run")}
    lines = [
        _row(run, by_run[run], names[run], [means.get((run, *key)) for key in keys])
        for run in runs
        if run in by_run
    ]
    has_reasons = any(row.cells[-1].text for row in lines)
    columns = [
        content.Column("name", "Model", is_text=True),
        *(_column(known, metric, version, [each for each, _ in keys]) for metric, version in keys),
        *(
            [content.Column("why", "Without a value", "Why numbers are missing", is_text=True)]
            if has_reasons
            else []
        ),
    ]
    lines = lines if has_reasons else [Row(row.key, row.cells[:-1], is_apart=row.is_apart) for row in lines]
    return Table("Values of every run on this case", tuple(columns), tuple(lines), caption=CAPTION)


def _column(known: Catalogue, metric: str, version: str, metrics: Sequence[str]) -> content.Column:
    is_versioned = metrics.count(metric) > 1
    card = known.card(metric, version)
    title = known.heading(metric) + (f" v{version}" if is_versioned else "")
    key = f"{metric}@{version}" if is_versioned else metric
    return content.Column(key, title, f"{metric}: {card.definition}", card.unit, card.sign)


def _row(run: str, rows: pd.DataFrame, name: str, values: Sequence[float | None]) -> Row:
    first = rows.iloc[0]
    query = {"run": run, "case": str(first["case"]), "seed": str(int(first["seed"]))}
    role = summary.model_card(rows, str(first["model"])).role
    why = "; ".join(sorted({str(error) for error in rows["error"].dropna()}))
    cells = (
        Cell(name, name.casefold(), badges=roles.badges(role), link=content.to("model", **query)),
        *map(content.figure, values),
        content.words(why),
    )
    return Row(run, cells)
