"""Numbers about the whole set of clips: what is kept of each clip, and the distance to the reference clips."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.base import files
from bench.base.progress import Progress
from bench.engine.one_pass import show_file
from bench.engine.rows import set_rows
from bench.errors import BadClip, BenchError, NotMeasurable
from bench.evaluators import Answers, Evaluator, FeatureSet, SetEvaluator, all_failed
from bench.media import digests
from bench.runs import RunFolder
from bench.runs.features import FeatureStore
from bench.types import ClipRecord, Measurement, Run, Suite

IsKnown: TypeAlias = Callable[[Evaluator, str | None, int | None, str], bool]
"""Whether every metric of an evaluator has a row for this case and seed, about these inputs."""

Named: TypeAlias = Sequence[tuple[str, str]]
"""Case ids and digests of clips."""


class SetMetrics:
    """The set-level half of an evaluation.

    Features of the run's clips are kept in the run's folder, those of reference clips in the cache, once for all runs.

    Args:
        run, suite, folder, progress: as for bench.engine.evaluation.Evaluation.
    """

    def __init__(self, run: Run, suite: Suite, folder: RunFolder, progress: Progress) -> None:
        self.run, self.folder, self.progress = run, folder, progress
        self.cases = {case.id: case for case in suite.cases}
        self.references = {case.id: case.reference for case in suite.cases if case.reference}

    def has_seen(self, evaluator: SetEvaluator, sha256: str) -> bool:
        """Whether what the evaluator keeps of the clip with this digest is on disk."""
        return sha256 in self._store(evaluator)

    def forget_failures(self, evaluators: Iterable[SetEvaluator]) -> None:
        """Makes every clip that failed an open question again."""
        for evaluator in evaluators:
            self._store(evaluator).forget_failures()

    def rows(
        self, evaluator: SetEvaluator, records: Sequence[ClipRecord], is_known: IsKnown
    ) -> list[Measurement]:
        """One row a metric about the clips seen; none where there is nothing to compare, or nothing new.

        The clips are compared with the reference clips of their own cases. A clip without features is left out, and
        n says on how many the number stands; a reference clip without features fails the whole, since the distance
        to fewer references is another number.
        """
        store = self._store(evaluator)
        made = [(record.case, record.sha256) for record in records if not record.error]
        cases = [case for case in dict.fromkeys(case for case, _ in made) if case in self.references]
        if not cases:
            return []
        references = [(case, _digest(self.references[case])) for case in cases]
        seen = [clip for clip in made if store.has_features(clip[1])]
        inputs = files.digest([sorted(made), sorted(seen), sorted(references)])
        if is_known(evaluator, None, None, inputs):
            return []
        return list(set_rows(self.run, evaluator, self._answers(evaluator, made, references), inputs))

    def _answers(self, evaluator: SetEvaluator, made: Named, references: Named) -> Answers:
        try:
            seen = _feature_set(self._store(evaluator), made)
            return evaluator.distance(seen, self._reference_set(evaluator, references))
        except Exception as error:
            return all_failed(evaluator, error)

    def _store(self, evaluator: SetEvaluator) -> FeatureStore:
        return FeatureStore(self.folder.path / "features", evaluator)

    def _reference_set(self, evaluator: SetEvaluator, references: Named) -> FeatureSet:
        store = FeatureStore(files.cache() / "features", evaluator)
        missing = [(case, sha256) for case, sha256 in references if not store.has_features(sha256)]
        if missing:
            with self.progress.bar(f"{evaluator.name}: reference clips", len(missing)) as bar:
                for case, sha256 in missing:
                    self._look_at_reference(store, evaluator, case, sha256)
                    bar.advance()
        return _feature_set(store, references)

    def _look_at_reference(
        self, store: FeatureStore, evaluator: SetEvaluator, case: str, sha256: str
    ) -> None:
        try:
            path, record = self.references[case], ClipRecord(case, 0, None, sha256)
            seen = show_file(path, [evaluator], self.cases[case], record)
            store.write(sha256, seen.features(evaluator))
        except BenchError as error:
            raise type(error)(f"the reference clip of case '{case}': {error}") from error


def _digest(path: Path) -> str:
    """The digest of a reference clip; '' for one that cannot be read, which then fails by name."""
    try:
        return digests.clip_digest(path)
    except BadClip:
        return ""


def _feature_set(store: FeatureStore, named: Named) -> FeatureSet:
    """The vectors of clips, without those that have none.

    Raises:
        NotMeasurable: none has one, since none has one to give.
        BenchError: none has one, and for some of them something broke.
    """
    found: list[tuple[str, NDArray[np.float64]]] = []
    errors: list[tuple[str, BenchError]] = []
    for case, sha256 in named:
        try:
            found.append((case, store.read(sha256)))
        except BenchError as error:
            errors.append((case, error))
    if not found:
        case, why = next((pair for pair in errors if not isinstance(pair[1], NotMeasurable)), errors[0])
        raise type(why)(f"none of {len(named)} clips can be looked at; {case}: {why}")
    return FeatureSet(np.stack([features for _, features in found]), tuple(case for case, _ in found))
