"""Metrics of whole sets, in one run: features are stored for each clip, rows are about the set and its references."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.base import files, reading
from bench.base.progress import Progress
from bench.engine.one_pass import OnePass, checked, show_file
from bench.engine.rows import KnownRows, set_rows
from bench.engine.run_metrics import RunMetrics
from bench.errors import BadClip, BenchError, NotMeasurable, no_exit
from bench.evaluators import Answers, FeatureSet, SetEvaluator, all_failed
from bench.media import digests
from bench.runs.features import FeatureStore
from bench.statistics import feature_sets
from bench.types import Case, ClipRecord, Measurement, Run, Value

Named: TypeAlias = Sequence[tuple[str, str]]
"""Case ids and digests of clips."""

Groups: TypeAlias = Sequence[set[str]]
"""Groups of case ids, to be left out in turn."""


@dataclass(frozen=True)
class SetMetrics(RunMetrics):
    """An evaluator of sets in a run.

    Attributes:
        evaluator: loaded when the first clip needs it.
        run: whose clips.
        cases: of the suite, by id.
        features: of the run's clips.
        view: none but native: features of a set are those of whole clips.
    """

    evaluator: SetEvaluator
    run: Run
    cases: Mapping[str, Case]
    features: FeatureStore
    view: None = None

    def is_answered(self, record: ClipRecord, known: KnownRows) -> bool:
        return self._has_seen(record)

    def has_looked_at(self, records: Sequence[ClipRecord]) -> bool:
        return all(map(self._has_seen, records))

    def _has_seen(self, record: ClipRecord) -> bool:
        return bool(record.error) or record.sha256 in self.features

    def store(self, record: ClipRecord, seen: OnePass) -> list[Measurement]:
        self.features.keep(record.sha256, partial(seen.features, self.evaluator))
        return []

    def fail(self, record: ClipRecord, error: Exception) -> list[Measurement]:
        self.features.fail(record.sha256, error)
        return []

    def forget_failures(self) -> None:
        self.features.forget_failures()

    def conclude(
        self, records: Sequence[ClipRecord], known: KnownRows, progress: Progress
    ) -> list[Measurement]:
        """One row per metric about the clips seen; none where there is nothing to compare, or nothing new.

        The clips are compared with the reference clips of their own cases. A clip without features is left out, and n
        says how many clips the number stands on; a reference clip without features fails the whole, since the distance
        to fewer references is another number. Where no clip of the suite is missing, the series of a row is what the
        number is without each group of cases in turn: by it, runs are ranked.

        Args:
            records, known, progress: see RunMetrics.conclude.
        """
        made = [(record.case, record.sha256) for record in records if not record.error]
        paths = {case: self.cases[case].reference for case, _ in made}
        references = {case: path for case, path in paths.items() if path}
        if not references:
            return []
        named = [(case, _digest(path)) for case, path in references.items()]
        seen = [clip for clip in made if self.features.has_features(clip[1])]
        groups = self._groups(seen) if len(seen) == len(records) else []
        left_out = [sorted(group) for group in groups]  # rows without a series have none
        inputs = files.digest([sorted(made), sorted(seen), sorted(named), *left_out])
        if known.answer(self.evaluator, None, None, inputs):
            store = FeatureStore.of_references(self.evaluator)  # bench compare reads them, too
            self._look_at([each for each in named if store.is_broken(each[1])], progress)
            return []
        return list(set_rows(self.run, self.evaluator, self._answers(made, named, groups, progress), inputs))

    def _groups(self, seen: Named) -> Groups:
        """Decided by the suite alone, so that the series of two runs are paired; [] if other cases were seen."""
        cases = {case.id for case in self.cases.values() if case.reference}
        return feature_sets.groups(list(cases)) if {case for case, _ in seen} == cases else []

    def _answers(self, made: Named, references: Named, groups: Groups, progress: Progress) -> Answers:
        try:
            clips, real = _feature_set(self.features, made), self._reference_set(references, progress)
            with no_exit(self.evaluator.name):
                return with_series(self.evaluator, clips, real, groups)
        except Exception as error:
            reading.refuse(error)
            return all_failed(self.evaluator, error)

    def _reference_set(self, references: Named, progress: Progress) -> FeatureSet:
        self._look_at(references, progress)
        return _feature_set(FeatureStore.of_references(self.evaluator), references)

    def _look_at(self, references: Named, progress: Progress) -> None:
        """Stores the features of those reference clips of which there are none, or broken ones."""
        store = FeatureStore.of_references(self.evaluator)
        missing = [(case, sha256) for case, sha256 in references if not store.has_features(sha256)]
        if missing:
            with progress.bar(f"{self.evaluator.name}: reference clips", len(missing)) as bar:
                for case, sha256 in missing:
                    store.write(sha256, self._features_of_reference(self.cases[case], sha256))
                    bar.advance()

    def _features_of_reference(self, case: Case, sha256: str) -> NDArray[np.float64]:
        assert case.reference is not None
        record = ClipRecord(case.id, 0, None, sha256)
        try:
            return show_file(case.reference, [self.evaluator], case, record).features(self.evaluator)
        except BenchError as error:
            reading.refuse(error)
            raise type(error)(f"the reference clip of case '{case.id}': {error}") from error


def with_series(
    evaluator: SetEvaluator, clips: FeatureSet, references: FeatureSet, groups: Groups
) -> Answers:
    """The metrics of a set, each with the series of what it is without each group of cases.

    Args:
        evaluator: whose metrics.
        clips, references: their features.
        groups: to be left out in turn, from both.

    Returns:
        As its distance gives them; without a series where some group cannot be left out, or there is none.
    """
    found = checked(evaluator.distance(clips, references), "distance")
    parts = [_without(evaluator, clips, references, group) for group in groups]
    answers: dict[str, Value | Exception] = {}
    for name, answer in found.items():
        answers[name] = answer
        without_each = [value.value for part in parts if isinstance(value := part.get(name), Value)]
        if isinstance(answer, Value) and groups and len(without_each) == len(groups):
            answers[name] = replace(answer, series=tuple(without_each))
    return answers


def _without(evaluator: SetEvaluator, clips: FeatureSet, references: FeatureSet, group: set[str]) -> Answers:
    try:
        return evaluator.distance(clips.without(group), references.without(group))
    except NotMeasurable:
        return {}


def _digest(path: Path) -> str:
    """The digest of a reference clip; '' for one that cannot be read, which then fails by name."""
    try:
        return digests.clip_digest(path)
    except BadClip as error:
        reading.refuse(error)
        return ""


def _feature_set(store: FeatureStore, named: Named) -> FeatureSet:
    """The vectors of clips, without those that have none.

    Raises:
        NotMeasurable: none has one, since none has one to give.
        BenchError: none has one, and for some of them something broke.
        StorageFailed: one cannot be read now: the others are another set.
    """
    found: list[tuple[str, NDArray[np.float64]]] = []
    errors: list[tuple[str, BenchError]] = []
    for case, sha256 in named:
        try:
            found.append((case, store.read(sha256)))
        except BenchError as error:
            reading.refuse(error)
            errors.append((case, error))
    if not found:
        case, why = next((pair for pair in errors if not isinstance(pair[1], NotMeasurable)), errors[0])
        raise type(why)(f"none of {len(named)} clips can be looked at; {case}: {why}")
    return FeatureSet(np.stack([features for _, features in found]), tuple(case for case, _ in found))
