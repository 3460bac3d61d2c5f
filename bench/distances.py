"""Numbers about the whole set of clips: what is kept of each clip, and the distance to the reference clips."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench import files, video
from bench.errors import BadClip, BenchError, NotMeasurable
from bench.evaluators import Evaluator, FeatureSet, SetEvaluator
from bench.features import FeatureStore
from bench.progress import Progress
from bench.rows import Answers, all_failed, set_rows
from bench.runs import RunFolder
from bench.types import Clip, ClipRecord, Measurement, Run, Suite

IsKnown: TypeAlias = Callable[[Evaluator, str | None, int | None, str], bool]
"""Whether every metric of an evaluator has a row for this case, seed and digest."""


class Distances:
    """The set-level half of an evaluation.

    Features of the run's clips are kept in the run's folder, those of reference clips in the cache, once for all runs.

    Args:
        run, suite, folder, progress: as for bench.evaluation.Evaluation.
    """

    def __init__(self, run: Run, suite: Suite, folder: RunFolder, progress: Progress) -> None:
        self.run, self.folder, self.progress = run, folder, progress
        self.references = {case.id: case.reference for case in suite.cases if case.reference}

    def has_seen(self, evaluator: SetEvaluator, sha256: str) -> bool:
        """Whether what the evaluator keeps of the clip with this digest is on disk."""
        return sha256 in self._store(evaluator)

    def see(self, evaluator: SetEvaluator, sha256: str, clip: Clip | BadClip) -> None:
        """Keeps what the evaluator needs of one clip, or why there is nothing to keep."""
        _see(self._store(evaluator), evaluator, sha256, clip)

    def forget_failures(self, evaluators: Iterable[SetEvaluator]) -> None:
        """Makes every clip that failed an open question again."""
        for evaluator in evaluators:
            self._store(evaluator).forget_failures()

    def rows(
        self, evaluator: SetEvaluator, records: Sequence[ClipRecord], is_known: IsKnown
    ) -> list[Measurement]:
        """One row a metric about the clips seen; none where there is nothing to compare, or nothing new."""
        clips = [(record.case, record.sha256) for record in records if not record.error]
        references = [(case, files.sha256(path)) for case, path in self.references.items() if path.exists()]
        if not clips or not references:
            return []
        identity = files.digest(
            [sorted(sha256 for _, sha256 in clips), sorted(sha256 for _, sha256 in references)]
        )
        if is_known(evaluator, None, None, identity):
            return []
        answers = self._answers(evaluator, clips, references)
        return list(set_rows(self.run, evaluator, answers, identity))

    def _answers(
        self, evaluator: SetEvaluator, clips: Sequence[tuple[str, str]], references: Sequence[tuple[str, str]]
    ) -> Answers:
        try:
            made = _feature_set(self._store(evaluator), clips)
            return evaluator.distance(made, self._reference_set(evaluator, references))
        except Exception as error:
            return all_failed(evaluator, error)

    def _store(self, evaluator: SetEvaluator) -> FeatureStore:
        return FeatureStore(self.folder.path / "features", evaluator)

    def _reference_set(self, evaluator: SetEvaluator, references: Sequence[tuple[str, str]]) -> FeatureSet:
        store = FeatureStore(files.cache() / "features", evaluator)
        missing = [(case, sha256) for case, sha256 in references if sha256 not in store]
        if missing:
            with self.progress.bar(f"{evaluator.name}: reference clips", len(missing)) as bar:
                for case, sha256 in missing:
                    _see(store, evaluator, sha256, _clip(self.references[case]))
                    bar.advance()
        return _feature_set(store, references)


def _clip(path: Path) -> Clip | BadClip:
    try:
        return video.read_clip(path)
    except BadClip as error:
        return error


def _see(store: FeatureStore, evaluator: SetEvaluator, sha256: str, clip: Clip | BadClip) -> None:
    try:
        if isinstance(clip, BadClip):
            raise clip
        evaluator.ready(clip)
        store.write(sha256, evaluator.features(clip))
    except Exception as error:
        store.fail(sha256, error)


def _feature_set(store: FeatureStore, clips: Sequence[tuple[str, str]]) -> FeatureSet:
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
        case, why = next((pair for pair in errors if not isinstance(pair[1], NotMeasurable)), errors[0])
        raise type(why)(f"none of {len(clips)} clips can be looked at; {case}: {why}")
    return FeatureSet(np.stack([features for _, features in found]), tuple(case for case, _ in found))
