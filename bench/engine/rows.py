"""Answers of evaluators -> measurements that say where they came from."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from bench.base import files, provenance
from bench.engine.one_pass import OnePass
from bench.errors import BenchError, NotMeasurable, reason
from bench.evaluators import Answers, Evaluator
from bench.evaluators.catalogue import full_name, full_version
from bench.evaluators.view import Sample
from bench.media import clip_view
from bench.media.clip_view import ClipView
from bench.runs import row_rules, row_tables
from bench.types import NATIVE, Case, ClipRecord, Measurement, MetricCard, Run, Value

if TYPE_CHECKING:
    import pyarrow as pa

Key: TypeAlias = tuple[str | None, int | None, str, str]
"""Case, seed, metric and view of a row."""


class KnownRows:
    """The rows that a run has already: what each is about, not what it says.

    Args:
        rows: case, seed, metric and view -> the digest of the inputs and the metric's version.
    """

    COLUMNS = (*row_rules.KEY, "inputs", "metric_version", "status")

    def __init__(self, rows: Mapping[Key, tuple[str, str]] | None = None) -> None:
        self._rows = dict(rows or {})
        self._expected: dict[tuple[Evaluator, str, frozenset[str]], list[tuple[str, str]]] = {}

    def add(self, table: pa.Table, with_failures: bool) -> None:
        """Adds the rows of a table, in place of earlier ones about the same.

        Args:
            table: of COLUMNS at least, one row per key.
            with_failures: whether rows without a value are known, too, and not tried again.
        """
        case, metric, view, inputs, version, status = (
            row_tables.texts(table, name)
            for name in ("case", "metric", "view", "inputs", "metric_version", "status")
        )
        keys = zip(case, table["seed"].to_pylist(), metric, view, strict=True)
        shared: dict[tuple[str, str], tuple[str, str]] = {}
        about = (shared.setdefault(each, each) for each in zip(inputs, version, strict=True))
        found = zip(keys, about, status, strict=True)
        self._rows |= {key: each for key, each, what in found if with_failures or what == "measured"}

    def add_new(self, rows: Iterable[Measurement]) -> None:
        """Adds rows that have just been stored, failures among them."""
        self._rows |= {_key(row): (row.inputs, row.metric_version) for row in rows}

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, row: Measurement) -> bool:
        return _key(row) in self._rows

    def answer(
        self,
        evaluator: Evaluator,
        case: str | None,
        seed: int | None,
        inputs: str,
        view: str = NATIVE,
        withheld: Collection[str] = (),
    ) -> bool:
        """Whether every metric that the evaluator has in the view has a row of this version about these inputs.

        Args:
            evaluator: whose metrics.
            case, seed: of a clip; None for the whole set.
            inputs: the digest that a row must have, else it is stale.
            view: of the clip.
            withheld: metrics that are not measured on the case.
        """
        rows = self._rows
        return all(
            rows.get((case, seed, metric, view)) == (inputs, version)
            for metric, version in self._metrics(evaluator, view, frozenset(withheld))
        )

    def _metrics(self, evaluator: Evaluator, view: str, withheld: frozenset[str]) -> list[tuple[str, str]]:
        """Names and versions of the metrics, found once: clips are many."""
        key = (evaluator, view, withheld)
        if key not in self._expected:
            cards = cards_in(evaluator, view, withheld)
            self._expected[key] = [
                (full_name(card, evaluator), full_version(card, evaluator)) for card in cards
            ]
        return self._expected[key]


def _key(row: Measurement) -> Key:
    return row.case, row.seed, row.metric, row.view


def cards_in(evaluator: Evaluator, view: str, withheld: Collection[str] = ()) -> list[MetricCard]:
    """The metrics that an evaluator measures in a view: natively all, elsewhere those that are not native only.

    Args:
        evaluator: whose metrics.
        view: of clips.
        withheld: names of cards that are left out, see withheld_from.
    """
    in_view = [card for card in evaluator.cards if view == NATIVE or not card.is_native_only]
    return [card for card in in_view if card.name not in withheld]


def withheld_from(cases: Iterable[Case]) -> dict[str, frozenset[str]]:
    """Case -> the metrics that others of its suite name as their dimensions and it does not; see Case.dimensions."""
    cases = tuple(cases)
    named = frozenset(name for case in cases for name in case.dimensions)
    return {case.id: named.difference(case.dimensions) for case in cases}


@dataclass(frozen=True)
class ClipInView:
    """What a row about a clip is about.

    Attributes:
        run: that the clip belongs to.
        case: that the clip animates.
        record: of the clip.
        view: in which it was shown; None for the clip as it is.
        withheld: metrics that are not measured on the case.
    """

    run: Run
    case: Case
    record: ClipRecord
    view: ClipView | None = None
    withheld: Collection[str] = ()

    @property
    def inputs(self) -> str:
        """The digest of all that a number depends on, besides metric and view; other rows are stale."""
        record, rules = self.record, () if self.view is None else (clip_view.RULES,)
        about = (self.case.digest, record.sha256, record.fit, record.error)
        return _inputs(about, record.fps, record.prompt_sent, rules)


@lru_cache(maxsize=256)
def _inputs(about: tuple[str, ...], fps: float | None, prompt_sent: str, rules: tuple[Any, ...]) -> str:
    """Once per clip and kind of view, although every evaluator asks for it."""
    stated: list[Any] = [] if fps is None else [fps]  # older rows have none
    stated += [{"prompt": prompt_sent}] if prompt_sent else []
    return files.digest([*about, *stated, *rules])


def clip_rows(
    about: ClipInView, evaluator: Evaluator, answers: Answers, seen: OnePass | None
) -> Iterator[Measurement]:
    """One row per metric that the evaluator has in the view, for one clip.

    Args:
        about: the clip.
        evaluator: whose metrics.
        answers: its answers; a metric that it leaves out gets a failure row.
        seen: the clip as it was shown; None if it could not be read.

    Yields:
        The rows, in the order of the cards.
    """
    run, case, record = about.run, about.case, about.record
    columns = {
        "device": record.device,
        "made_with": json.dumps(dict(record.made_with)) if record.made_with else "",
        "case": record.case,
        "category": case.category,
        "seed": record.seed,
        "settings": json.dumps(dict(record.settings or run.settings)),
        "clip_sha256": record.sha256,
        "decoded": _decoded(seen) if seen else "",
        "inputs": about.inputs,
        "view": str(about.view or NATIVE),
        "prompt_sent": record.prompt_sent,
    }
    yield from _rows(run, evaluator, answers, columns, about.withheld)


def set_rows(run: Run, evaluator: Evaluator, answers: Answers, inputs: str) -> Iterator[Measurement]:
    """One row per metric of the evaluator, for the whole set of clips.

    Args:
        run: that the clips belong to.
        evaluator: whose metrics.
        answers: its answers; a metric that it leaves out gets a failure row.
        inputs: the digest of the set.

    Yields:
        The rows, in the order of the cards.
    """
    about = {
        "device": "",
        "case": None,
        "category": None,
        "seed": None,
        "settings": json.dumps(dict(run.settings)),
        "clip_sha256": "",
        "decoded": "",
        "inputs": inputs,
        "view": NATIVE,
    }
    yield from _rows(run, evaluator, answers, about)


def _rows(
    run: Run,
    evaluator: Evaluator,
    answers: Answers,
    about: Mapping[str, Any],
    withheld: Collection[str] = (),
) -> Iterator[Measurement]:
    for card in cards_in(evaluator, about["view"], withheld):
        answer = answers.get(card.name) or BenchError(f"{evaluator.name} gave no {card.name}")
        yield Measurement(
            run=run.id,
            created=provenance.now(),
            bench_version=provenance.bench_version(),
            commit=provenance.commit(),
            suite=run.suite,
            suite_version=run.suite_version,
            label=run.label,
            model=run.model,
            checkpoint=run.checkpoint,
            checkpoint_digest=run.checkpoint_digest,
            adapter_version=run.adapter_version,
            reads_text=run.reads_text,
            metric=full_name(card, evaluator),
            metric_version=full_version(card, evaluator),
            **_answer(answer),
            **about,
        )


def _answer(answer: Value | Exception) -> dict[str, Any]:
    software = provenance.software()
    if isinstance(answer, Value):
        numbers = {name: number for name, number in vars(answer).items() if name != "measured_with"}
        if answer.measured_with:
            software = json.dumps({**json.loads(software), **answer.measured_with})
        return {**numbers, "error": None, "status": "measured", "software": software}
    status = "not measurable" if isinstance(answer, NotMeasurable) else "failed"
    nothing = dict.fromkeys(("value", "low", "high", "n", "series"))
    return {**nothing, "error": reason(answer), "status": status, "software": software}


def _decoded(seen: OnePass) -> str:
    """Facts of the clip as it is; below 'view', those of what evaluators saw of it in another view."""
    in_view = {} if seen.sample is seen.clip else {"view": _size(seen.sample)}
    record = seen.clip.record
    facts = {**_size(seen.clip), **seen.clip.decoded, "image_fit": record.fit, **record.seen}
    return json.dumps({**facts, **in_view})


def _size(sample: Sample) -> dict[str, float]:
    return {"frames": sample.num_frames, "width": sample.width, "height": sample.height, "fps": sample.fps}
