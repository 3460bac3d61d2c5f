"""Response curves: which metric shows which damage, from which severity on, and whether its card says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from bench.base import svg
from bench.base.svg.canvas import AMBER, BLUE
from bench.base.wording import half
from bench.calibration import curves, tables
from bench.calibration.curves import Calibration, Curve, DamageFacts, MetricFacts, Verdict
from bench.errors import BadResults
from bench.evaluators.catalogue import Catalogue
from bench.web import content
from bench.web.content import Block, Cell, Column, Details, Figure, Figures, Heading, Row, Table, Text, minus
from bench.web.pages.cells import metric_cell

ABOUT = (
    "Sound clips are damaged at growing severity; a curve is the mean difference to the undamaged clip with its 95 % "
    "interval. Shows: told apart from a severity on, monotone, and to the worse where one way is better. Moves: told "
    "apart, but back and forth or to the better. Silent: not told apart even at the greatest severity."
)

LEGEND = (
    "Blue: shows. Amber: moves. Gray: silent, or “?” where the clips are too few to tell. ✓ and ✗: the metric's card "
    "claims that it shows or ignores this damage, or does not depend on this change of format, and the curve bears "
    "that out, or does not."
)

RENDERED, FOOTAGE = "Rendered clips", "Real footage"

TITLE = Heading("Calibration", "calibration")

EVERY_DAMAGE = Heading("One metric, every damage", level=3)

EVERY_METRIC = Heading("One damage, every metric that sees it", level=3)

COLOURS: Mapping[Verdict, str] = {"shows": BLUE, "moves": AMBER, "silent": "", "too few": ""}
"""Verdict -> the colour of its tile; '' for a faint one."""

VERDICTS: Mapping[Verdict, str] = {
    "shows": "shows", "moves": "moves", "silent": "silent", "too few": "too few clips",
}  # fmt: skip

# Reading it


def path(folders: Iterable[Path]) -> Path | None:
    """The first table of response curves in folders."""
    return next((path for folder in folders if (path := folder / curves.FILE).is_file()), None)


def read(folders: Iterable[Path]) -> Calibration | None:
    """The first table of response curves in folders that can be read."""
    for folder in folders:
        try:
            return curves.read(folder / curves.FILE)
        except (BadResults, OSError):
            continue
    return None


# The part of the page of metrics


def missing(places: Sequence[str] = ()) -> list[Block]:
    """What stands there without a table; places are the files that were looked for."""
    where = f" at {' or '.join(places)}" if places else ""
    return [
        Text(f"No calibration{where} yet. Make one:", "note"),
        content.Code("bench calibrate"),
    ]


def whole(found: Calibration | None, known: Catalogue) -> list[Block]:
    """All of it, without choices; the pages of metrics have their curves.

    Args:
        found: the table; None where there is none.
        known: what is known of the metrics.
    """
    if found is None:
        return [TITLE, *missing()]
    made = [TITLE, *_of_clips(found, known)]
    if found.on_footage:
        made += [Heading(FOOTAGE, level=3), *_of_clips(found.on_footage, known)]
    return made


def by_source(found: Calibration) -> Mapping[str, Calibration]:
    """What the clips are -> the table; one if there is no real footage."""
    return {RENDERED: found, **({FOOTAGE: found.on_footage} if found.on_footage else {})}


def _of_clips(found: Calibration, known: Catalogue) -> list[Block]:
    made = overview(found, known)
    if found.curves:
        there = {curve.metric for curve in found.curves}
        shown = (metric.name for metric in found.metrics if metric.name in there)
        metrics = content.Listing(tuple(metric_cell(known, name) for name in shown))
        made += [EVERY_DAMAGE, metrics, EVERY_METRIC]
        made += [Details(damage.title, one_damage(found, damage.name, known)) for damage in found.damages]
        made.append(about(found))
    return made


def overview(found: Calibration, known: Catalogue, evaluator: str = "") -> list[Block]:
    """Every metric and every damage, and what is not as claimed.

    Args:
        found: the table.
        known: what is known of the metrics.
        evaluator: whose metrics the matrix shows; '' for all.
    """
    if not found.curves:
        return [Text("This calibration has no curve: no metric had a value on the clips.", "note")]
    shown = [metric for metric in found.metrics if evaluator in ("", metric.evaluator)]
    return [
        Text(ABOUT, "quiet"),
        *_not_as_claimed(found),
        Figure(matrix(found, shown, known), caption=LEGEND),
    ]


def _not_as_claimed(found: Calibration) -> list[Block]:
    broken = tables.not_as_claimed(found)
    if not broken:
        return []
    listed = content.Listing(tuple(map(Cell, broken)))
    return [Text(f"{len(broken)} not as the cards claim:", "warning"), listed]


def matrix(found: Calibration, metrics: Sequence[MetricFacts], known: Catalogue) -> svg.Matrix:
    """Metrics down and damages across, coloured by verdict, with the mark of a claim.

    Args:
        found: the table.
        metrics: those shown, in this order; those without a curve are left out.
        known: what is known of them.
    """
    by_name = {(curve.metric, curve.damage): curve for curve in found.curves}
    there = {curve.metric for curve in found.curves}
    shown = [metric for metric in metrics if metric.name in there]
    damages = [damage.name for damage in found.damages]
    lines = [[_tile(found, metric, by_name.get((metric.name, name))) for name in damages] for metric in shown]
    headings = [known.heading(metric.name) for metric in shown]
    return svg.Matrix("Which metric shows which damage", headings, damages, lines)


def _tile(found: Calibration, metric: MetricFacts, curve: Curve | None) -> svg.Tile:
    if curve is None:
        return svg.Tile()
    claim = metric.claim(curve.damage)
    sign = "" if not claim else "✗" if found.is_broken(metric, curve) else "✓"
    if curve.verdict == "too few":
        sign = tables.SIGNS[curve.verdict]
    return svg.Tile(COLOURS[curve.verdict], sign, f"{metric.name}, {curve.damage}: {curves.found(curve)}")


def one_metric(found: Calibration, name: str, known: Catalogue) -> list[Block]:
    """What a metric claims, and its curve of every damage; none for a metric without a curve.

    Args:
        found: the table.
        name: of the metric.
        known: what is known of it.
    """
    metric = next((each for each in found.metrics if each.name == name), None)
    own = [curve for curve in found.curves if curve.metric == name]
    if metric is None or not own:
        return []
    return [*_claims(metric), figures(found, own, known)]


def _claims(metric: MetricFacts) -> list[Block]:
    if not (metric.shows or metric.ignores or metric.denies):
        return []
    shows, ignores = (", ".join(names) or "nothing" for names in (metric.shows, metric.ignores))
    denies = f", and that it does not depend on {', '.join(metric.denies)}" if metric.denies else ""
    return [Text(f"Its card claims that it shows {shows}, and that it ignores {ignores}{denies}.")]


def figures(found: Calibration, shown: Iterable[Curve], known: Catalogue) -> Figures:
    """Curves side by side, with what each says.

    Args:
        found: the table that they are of.
        shown: in this order.
        known: what is known of the metrics.
    """
    return Figures(tuple(_figure(_damage(found, curve.damage), curve, known) for curve in shown))


def _figure(damage: DamageFacts, curve: Curve, known: Catalogue) -> Figure:
    unit = known.card(curve.metric).unit
    plot = svg.Curve(
        f"{curve.metric} and {damage.name}",
        [0.0, *damage.severities], [0.0, *curve.changes], [0.0, *curve.lows], [0.0, *curve.highs],
        across=damage.unit, up=f"change ({unit})" if unit else "change",
    )  # fmt: skip
    return Figure(plot, damage.title, minus(curves.found(curve)), damage.about)


def _damage(found: Calibration, name: str) -> DamageFacts:
    return next(each for each in found.damages if each.name == name)


def one_damage(found: Calibration, name: str, known: Catalogue) -> list[Block]:
    """What a damage is, and every metric that tells it apart, those that show it from the least severity first.

    Args:
        found: the table.
        name: of the damage.
        known: what is known of the metrics.
    """
    damage = _damage(found, name)
    seen = [curve for curve in found.curves if curve.damage == name and curve.verdict in curves.SEEN]
    said = Text(f"{damage.title}: {damage.about}")
    if not seen:
        return [said, Text("No metric tells it apart from no damage.", "note")]
    columns = (
        Column("metric", "Metric", is_text=True),
        Column("verdict", "Verdict", is_text=True),
        Column("from", "From", "The smallest severity that is told apart", damage.unit, sign=-1),
        Column("undamaged", "Undamaged", "Mean over undamaged clips"),
        Column("change", "Change at the greatest", "At the greatest severity, ± half of its 95 % interval"),
        Column("clips", "Clips"),
    )
    rows = (_row(curve, known) for curve in sorted(seen, key=_firmest_first))
    return [said, Table(f"Metrics that see {damage.title}", columns, tuple(rows))]


def _row(curve: Curve, known: Catalogue) -> Row:
    change, low, high = curve.changes[-1], curve.lows[-1], curve.highs[-1]
    cells = (
        metric_cell(known, curve.metric),
        content.words(VERDICTS[curve.verdict]),
        content.figure(curve.told_from),
        content.figure(curve.baseline),
        content.figure(change, half=minus(half(change, low, high))),
        content.figure(curve.clips),
    )
    return Row("", cells)


def _firmest_first(curve: Curve) -> tuple[bool, float]:
    return curve.verdict != "shows", curve.told_from or 0.0


def about(found: Calibration) -> Details:
    """Where the curves come from."""
    return Details("Where the curves come from", [content.facts(dict(found.about))])
