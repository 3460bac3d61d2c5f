"""What was measured along clips: of one clip as curves, of all clips of a run as bands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bench.base import svg
from bench.evaluators.catalogue import Catalogue
from bench.runs.row_facts import seen
from bench.statistics import series_bands
from bench.web.content import Block, Figure, Figures, Text

if TYPE_CHECKING:
    import pandas as pd

    from bench.statistics.series_bands import Band

ABOUT_BANDS = (
    "Line: the mean over cases. Band: where the middle 80 % of the cases lie. The seeds of a case count as one: their "
    "mean. Clips that differ in length are shown from their beginning, 0 %, to their end, 100 %."
)


def places(series: Sequence[float], frames: int) -> range:
    """The frames, from 0, where the values of a series stand: pairs of frames have theirs at the later one.

    Args:
        series: one number per frame, per pair of frames, or per odd frame that has a frame after it.
        frames: of the clip; 0 where unknown.

    >>> places([7.0, 8.0], frames=2), places([7.0, 8.0], frames=3), places([7.0, 8.0], frames=6)
    (range(0, 2), range(1, 3), range(1, 5, 2))
    """
    count = len(series)
    if frames and count == frames - 1:
        return range(1, frames)
    if frames and count == (frames - 1) // 2:
        return range(1, 2 * count + 1, 2)
    return range(count)


def of_clip(rows: pd.DataFrame, known: Catalogue) -> list[Block]:
    """Every metric of one clip that has a value per frame, or per pair of frames.

    Args:
        rows: of the clip, all columns of Measurement.
        known: what is known of the metrics.
    """
    records = {str(record["metric"]): record for record in _with_series(rows).to_dict("records")}
    if not records:
        return [Text("No metric of this clip has a value for each frame.", "note")]
    return [Figures(tuple(_curve(records[metric], known) for metric in known.ordered(records)))]


def _curve(record: Mapping[Any, Any], known: Catalogue) -> Figure:
    metric, series = str(record["metric"]), [float(value) for value in record["series"]]
    clip = seen(record["decoded"])
    at = places(series, clip.frames)
    card = known.card(metric)
    across = f"frame ({clip.fps:g} per second)" if clip.fps else "frame"
    plot = svg.Curve(
        f"{metric} along the clip", at, series, across=across, up=card.unit,
        least=0, most=max(clip.frames, at.stop) - 1,
    )  # fmt: skip
    return Figure(plot, known.heading(metric), card.series, card.definition)


def of_run(rows: pd.DataFrame, metrics: Iterable[str], known: Catalogue) -> list[Block]:
    """Bands over all clips of a run.

    Args:
        rows: of the run: case, metric, series, decoded.
        metrics: which.
        known: what is known of them.
    """
    drawn = _with_series(rows)
    found = [
        _band(metric, band, drawn[drawn["metric"] == metric], known)
        for metric, band in bands(drawn, known.ordered(metrics))
    ]
    if not found:
        return [Text("No metric of this run has a value for each frame.", "note")]
    return [Text(ABOUT_BANDS, "small"), Figures(tuple(found))]


def bands(rows: pd.DataFrame, metrics: Iterable[str]) -> Iterator[tuple[str, Band]]:
    """Metric and its band over cases, of those that have a series."""
    for metric in metrics:
        own = rows[rows["metric"] == metric]
        series: dict[str, list[Sequence[float]]] = {}
        for case, values in zip(own["case"], own["series"], strict=True):
            series.setdefault(str(case), []).append(values)
        band = series_bands.band(series) if series else None
        if band is not None and len(band.mean_P) > 1:
            yield metric, band


def _band(metric: str, band: Band, rows: pd.DataFrame, known: Catalogue) -> Figure:
    card = known.card(metric)
    frames = {seen(text).frames for text in rows["decoded"].unique()}
    at = places(band.mean_P.tolist(), 0 if band.is_by_share or len(frames) != 1 else frames.pop())
    shown = [at.start + at.step * float(place) for place in band.places_P]
    mean, low, high = (list(map(float, values)) for values in (band.mean_P, band.low_P, band.high_P))
    across = "% of the clip" if band.is_by_share else "frame"
    plot = svg.Curve(f"{metric} over all clips", shown, mean, low, high, across, card.unit)
    count = "1 case: no band" if band.cases == 1 else f"{band.cases} cases"
    return Figure(
        plot, known.heading(metric), f"{count}; {card.series}" if card.series else count, card.definition
    )


def _with_series(rows: pd.DataFrame) -> pd.DataFrame:
    has_series = rows["series"].map(lambda series: series is not None and len(series) > 0)
    found: pd.DataFrame = rows[rows["case"].notna() & has_series.astype(bool)]
    return found
