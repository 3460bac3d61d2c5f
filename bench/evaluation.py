"""Clips × evaluators -> measurements, only what is missing.

Each clip is decoded once and shown to every evaluator that has not yet answered for it. What is missing is decided by
the clip's digest, the metric's name and version, and the digest of the weights it looks through.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench import files, video
from bench.errors import BadClip, BenchError, NotMeasurable
from bench.evaluators import ClipEvaluator, Evaluator, FeatureSet, Sample, SetEvaluator
from bench.features import FeatureStore
from bench.progress import Progress
from bench.rows import Answers, all_failed, clip_rows, metric_name, metric_version, set_rows
from bench.runs import RunFolder
from bench.types import Case, Clip, ClipRecord, Measurement, MetricCard, Run, Suite


@dataclass(frozen=True)
class Evaluated:
    """What a call of evaluate did.

    Attributes:
        measured: rows that are new.
        kept: rows that were there and hold.
        failed: of measured, how many have a reason instead of a value.
    """

    measured: int
    kept: int
    failed: int


class Evaluation:
    """Brings the rows of one run up to date.

    Args:
        run: whose rows.
        suite: whose cases and reference clips.
        folder: of the run, in the hands of this process.
        evaluators: not yet loaded; each is loaded when the first clip needs it.
        progress: hears of clips.
    """

    def __init__(
        self, run: Run, suite: Suite, folder: RunFolder, evaluators: Sequence[Evaluator], progress: Progress
    ) -> None:
        self.run, self.suite, self.folder, self.progress = run, suite, folder, progress
        self.evaluators = evaluators
        self._loaded: set[Evaluator] = set()
        self._known: dict[tuple[str | None, int | None, str], Measurement] = {}

    def evaluate(self, retry_failed: bool = False) -> Evaluated:
        """Measures every clip of the run, then the set of them; each clip's rows are stored before the next.

        Args:
            retry_failed: asks again what failed before.
        """
        before = self.folder.measurements()
        kept = [row for row in before if not (retry_failed and row.error is not None)]
        self._known = {(row.case, row.seed, row.metric): row for row in kept}
        if retry_failed:
            for store in map(self._store, self._set_evaluators()):
                store.forget_failures()
        records = self._records()
        new = self._measure_clips(records)
        for evaluator in self._set_evaluators():
            new += self._measure_set(evaluator, records)
        failed = sum(row.error is not None for row in new)
        return Evaluated(len(new), len(kept) - sum(self._replaces(row) for row in new), failed)

    def _records(self) -> list[ClipRecord]:
        cases = {case.id for case in self.suite.cases}
        return [record for record in self.folder.records() if record.case in cases]

    def _set_evaluators(self) -> list[SetEvaluator]:
        return [evaluator for evaluator in self.evaluators if isinstance(evaluator, SetEvaluator)]

    def _replaces(self, row: Measurement) -> bool:
        return (row.case, row.seed, row.metric) in self._known

    # One clip

    def _measure_clips(self, records: Sequence[ClipRecord]) -> list[Measurement]:
        cases = {case.id: case for case in self.suite.cases}
        pending = [(record, todo) for record in records if (todo := self._todo(record))]
        new: list[Measurement] = []
        if not pending:
            return new
        with self.progress.bar(f"evaluate {self.run.label}", len(pending)) as bar:
            for record, todo in pending:
                rows = list(self._clip_rows(cases[record.case], record, todo))
                self.folder.add(rows)
                new += rows
                bar.advance()
        return new

    def _todo(self, record: ClipRecord) -> list[Evaluator]:
        """The evaluators that mean something for this clip and have not answered."""
        return [
            evaluator
            for evaluator in self.evaluators
            if evaluator.applies(record) and not self._is_answered(evaluator, record)
        ]

    def _is_answered(self, evaluator: Evaluator, record: ClipRecord) -> bool:
        if isinstance(evaluator, SetEvaluator):
            return bool(record.error) or record.sha256 in self._store(evaluator)
        return all(
            self._is_known(record.case, record.seed, record.sha256, card, evaluator)
            for card in evaluator.cards
        )

    def _is_known(
        self, case: str | None, seed: int | None, sha256: str, card: MetricCard, evaluator: Evaluator
    ) -> bool:
        row = self._known.get((case, seed, metric_name(card, evaluator)))
        return row is not None and (row.clip_sha256, row.metric_version) == (
            sha256,
            metric_version(card, evaluator),
        )

    def _clip_rows(self, case: Case, record: ClipRecord, todo: Sequence[Evaluator]) -> Iterator[Measurement]:
        clip, problem = self._clip(record)
        for evaluator in todo:
            if isinstance(evaluator, SetEvaluator):
                self._keep_features(self._store(evaluator), evaluator, record.sha256, clip, problem)
            else:
                assert isinstance(evaluator, ClipEvaluator)
                values = self._values(evaluator, case, record, clip, problem)
                yield from clip_rows(self.run, case, record, evaluator, values, clip)

    def _clip(self, record: ClipRecord) -> tuple[Clip | None, BadClip | None]:
        if record.error:
            return None, BadClip(f"no clip: {record.error}")
        try:
            return video.read_clip(self.folder.locate(record)), None
        except BadClip as error:
            return None, error

    def _values(
        self,
        evaluator: ClipEvaluator,
        case: Case,
        record: ClipRecord,
        clip: Clip | None,
        problem: BadClip | None,
    ) -> Answers:
        """What the evaluator says; whatever goes wrong inside it costs its own metrics and no others."""
        if clip is None:
            return all_failed(evaluator, problem or BadClip("no clip"))
        try:
            self._prepare(evaluator, clip)
            return evaluator.evaluate(Sample(case, clip, record))
        except Exception as error:
            return all_failed(evaluator, error)

    def _prepare(self, evaluator: Evaluator, clip: Clip) -> None:
        if len(clip) < evaluator.min_frames:
            frames = f"{len(clip)} frame{'s' * (len(clip) != 1)}"
            raise NotMeasurable(f"clip has {frames}, {evaluator.name} needs {evaluator.min_frames}")
        if evaluator not in self._loaded:
            evaluator.load()
            self._loaded.add(evaluator)

    # The set of clips

    def _store(self, evaluator: SetEvaluator) -> FeatureStore:
        return FeatureStore(self.folder.path / "features", evaluator)

    def _keep_features(
        self,
        store: FeatureStore,
        evaluator: SetEvaluator,
        sha256: str,
        clip: Clip | None,
        problem: BadClip | None,
    ) -> None:
        try:
            if clip is None:
                raise problem or BadClip("no clip")
            self._prepare(evaluator, clip)
            store.write(sha256, evaluator.features(clip))
        except Exception as error:
            store.fail(sha256, error)

    def _measure_set(self, evaluator: SetEvaluator, records: Sequence[ClipRecord]) -> list[Measurement]:
        references = self._references(evaluator)
        made = [record for record in records if not record.error]
        if not made or not references:
            return []
        identity = files.digest([sorted(record.sha256 for record in made), sorted(references.values())])
        if all(self._is_known(None, None, identity, card, evaluator) for card in evaluator.cards):
            return []
        try:
            clips = self._feature_set(
                self._store(evaluator), [(record.case, record.sha256) for record in made]
            )
            answers: Answers = evaluator.distance(clips, self._reference_set(evaluator, references))
        except Exception as error:
            answers = all_failed(evaluator, error)
        rows = list(set_rows(self.run, evaluator, answers, identity))
        self.folder.add(rows)
        return rows

    def _references(self, evaluator: SetEvaluator) -> dict[str, str]:
        """Case id -> digest of its reference clip."""
        clips = {case.id: case.reference for case in self.suite.cases if case.reference is not None}
        return {case: files.sha256(path) for case, path in clips.items() if path.exists()}

    def _reference_set(self, evaluator: SetEvaluator, references: dict[str, str]) -> FeatureSet:
        store = FeatureStore(files.cache() / "features", evaluator)
        missing = [
            case for case in self.suite.cases if references.get(case.id, "") not in store and case.reference
        ]
        if missing:
            with self.progress.bar(f"{evaluator.name} of reference clips", len(missing)) as bar:
                for case in missing:
                    self._keep_reference(store, evaluator, case.reference, references[case.id])
                    bar.advance()
        return self._feature_set(store, list(references.items()))

    def _keep_reference(
        self, store: FeatureStore, evaluator: SetEvaluator, path: Path | None, sha256: str
    ) -> None:
        assert path is not None
        try:
            clip, problem = video.read_clip(path), None
        except BadClip as error:
            clip, problem = None, error
        self._keep_features(store, evaluator, sha256, clip, problem)

    def _feature_set(self, store: FeatureStore, clips: Sequence[tuple[str, str]]) -> FeatureSet:
        """The vectors of (case, digest) pairs, without those that have none.

        Raises:
            NotMeasurable: none has one, since none has one to give.
            BenchError: none has one, and for some of them something broke.
        """
        found: list[tuple[str, NDArray[np.float64]]] = []
        errors: list[tuple[str, BenchError]] = []
        for case, sha256 in clips:
            try:
                found.append((case, store.read(sha256)))
            except BenchError as error:
                errors.append((case, error))
        if not found:
            case, error = next(
                ((case, error) for case, error in errors if type(error) is BenchError), errors[0]
            )
            raise type(error)(f"none of {len(clips)} clips can be looked at; {case}: {error}")
        return FeatureSet(np.stack([features for _, features in found]), tuple(case for case, _ in found))
