"""What an evaluator says -> measurements that say where they came from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bench.base import files, provenance
from bench.errors import BenchError, NotMeasurable, reason
from bench.evaluators import Answers, Evaluator
from bench.evaluators.catalogue import full_name, full_version
from bench.evaluators.view import Sample
from bench.types import Case, ClipRecord, Measurement, Run, Value


def clip_inputs(case: Case, record: ClipRecord) -> str:
    """The digest of all that a number about one clip depends on, besides the metric: a row with another is stale."""
    return files.digest([case.digest, record.sha256, record.fit, record.error])


def clip_rows(
    run: Run, case: Case, record: ClipRecord, evaluator: Evaluator, answers: Answers, sample: Sample | None
) -> Iterator[Measurement]:
    """One row a metric of the evaluator, for one clip.

    Args:
        run: which the clip belongs to.
        case: which the clip animates.
        record: of the clip.
        evaluator: who speaks.
        answers: what it says; a metric that it leaves out gets a failure row.
        sample: the clip as it was seen; None where it could not be read.
    """
    about = {
        "device": record.device,
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
    """One row a metric of the evaluator, for the whole set of clips; inputs is the digest of the set."""
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
    return json.dumps({**size, **sample.decoded, "image_fit": sample.record.fit})
