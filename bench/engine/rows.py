"""Answers of evaluators -> measurements that say where they came from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bench.base import files, provenance
from bench.errors import BenchError, NotMeasurable, reason
from bench.evaluators import Answers, Evaluator
from bench.evaluators.catalogue import full_name, full_version
from bench.evaluators.view import Sample
from bench.types import NATIVE, Case, ClipRecord, Measurement, Run, Value


class KnownRows:
    """The rows that a run has already.

    Args:
        rows: one per (case, seed, metric, view).
    """

    def __init__(self, rows: Iterable[Measurement]) -> None:
        self._rows = {_key(row): row for row in rows}

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, row: Measurement) -> bool:
        return _key(row) in self._rows

    def answer(
        self, evaluator: Evaluator, case: str | None, seed: int | None, inputs: str, view: str = NATIVE
    ) -> bool:
        """Whether every metric of the evaluator has a row of this version about these inputs.

        Args:
            evaluator: whose metrics.
            case, seed: of a clip; None for the whole set.
            inputs: the digest that a row must have, else it is stale.
            view: of the clip.
        """
        for card in evaluator.cards:
            row = self._rows.get((case, seed, full_name(card, evaluator), view))
            if row is None or (row.inputs, row.metric_version) != (inputs, full_version(card, evaluator)):
                return False
        return True


def _key(row: Measurement) -> tuple[str | None, int | None, str, str]:
    return row.case, row.seed, row.metric, row.view


def clip_inputs(case: Case, record: ClipRecord) -> str:
    """The digest of all that a number about one clip depends on, besides the metric; other rows are stale."""
    stated = [] if record.fps is None else [record.fps]  # older rows have none
    return files.digest([case.digest, record.sha256, record.fit, record.error, *stated])


def clip_rows(
    run: Run, case: Case, record: ClipRecord, evaluator: Evaluator, answers: Answers, sample: Sample | None
) -> Iterator[Measurement]:
    """One row per metric of the evaluator, for one clip.

    Args:
        run: that the clip belongs to.
        case: that the clip animates.
        record: of the clip.
        evaluator: whose metrics.
        answers: its answers; a metric that it leaves out gets a failure row.
        sample: the clip as it was seen; None if it could not be read.

    Yields:
        The rows, in the order of the cards.
    """
    about = {
        "device": record.device,
        "made_with": json.dumps(dict(record.made_with)) if record.made_with else "",
        "case": record.case,
        "category": case.category,
        "seed": record.seed,
        "settings": json.dumps(dict(record.settings or run.settings)),
        "clip_sha256": record.sha256,
        "decoded": _decoded(sample) if sample else "",
        "inputs": clip_inputs(case, record),
    }
    yield from _rows(run, evaluator, answers, about)


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
    }
    yield from _rows(run, evaluator, answers, about)


def _rows(
    run: Run, evaluator: Evaluator, answers: Answers, about: Mapping[str, Any]
) -> Iterator[Measurement]:
    for card in evaluator.cards:
        answer = answers.get(card.name) or BenchError(f"{evaluator.name} gave no {card.name}")
        yield Measurement(
            run=run.id,
            created=provenance.now(),
            bench_version=provenance.bench_version(),
            commit=provenance.commit(),
            software=provenance.software(),
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
    if isinstance(answer, Value):
        return {**vars(answer), "error": None, "status": "measured"}
    status = "not measurable" if isinstance(answer, NotMeasurable) else "failed"
    nothing = dict.fromkeys(("value", "low", "high", "n", "series"))
    return {**nothing, "error": reason(answer), "status": status}


def _decoded(sample: Sample) -> str:
    size = {"frames": sample.num_frames, "width": sample.width, "height": sample.height, "fps": sample.fps}
    return json.dumps({**size, **sample.decoded, "image_fit": sample.record.fit, **sample.record.seen})
