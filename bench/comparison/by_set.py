"""Metrics of whole sets: how far two runs are apart, from the features that their folders keep.

Both sets of clips are measured against the same reference clips. The clips of a case, of either run, and its reference
belong together: groups of cases are left out in turn, from all three sets at once, and the spread of the difference is
its uncertainty. The biases of few clips, which are the same in both, largely cancel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bench import evaluators
from bench.base import reading, settings
from bench.comparison.coverage import Clip, Tried
from bench.comparison.differences import Difference, Pair, Skipped
from bench.errors import BenchError, NotMeasurable, Unavailable
from bench.evaluators import ClipEvaluator, FeatureSet, SetEvaluator, Values, catalogue
from bench.media import digests
from bench.runs import RunFolder
from bench.runs.features import FeatureStore
from bench.statistics import feature_sets
from bench.statistics.estimate import jackknife
from bench.types import ClipRecord, Value


def completed(pair: Pair, a: RunFolder, b: RunFolder, versions: Mapping[str, str]) -> Pair:
    """The pair with its metrics of whole sets, where their features are here.

    Args:
        pair: as by_case.pair gives it.
        a, b: the folders of both runs.
        versions: metric -> its version, which is the same in both.
    """
    waiting = [each.metric for each in pair.skipped if each.kind == "whole set"]
    skipped = [each for each in pair.skipped if each.kind != "whole set"]
    found, covered = list(pair.differences), dict(pair.coverage)
    for words, metrics in _by_evaluator(waiting).items():
        try:
            evaluator = _evaluator(*words)
            for each in differences(evaluator, metrics, _triple(evaluator, a, b)):
                if isinstance(each, Skipped):
                    skipped.append(each)
                else:
                    found.append(replace(each, version=versions[each.metric]))
                    covered[each.metric] = _tried(evaluator, a), _tried(evaluator, b)
        except NotMeasurable as error:
            skipped += [Skipped(metric, str(error), "not measurable") for metric in metrics]
        except BenchError as error:
            reading.refuse(error)
            skipped += [Skipped(metric, str(error), "unavailable") for metric in metrics]
    return replace(pair, differences=tuple(found), skipped=tuple(skipped), coverage=covered)


@dataclass(frozen=True)
class Triple:
    """The feature vectors of the clips of both runs, in one order of cases and seeds, and of the reference clips."""

    a: FeatureSet
    b: FeatureSet
    references: FeatureSet

    @property
    def cases(self) -> list[str]:
        """Sorted."""
        return sorted(set(self.references.cases))

    def without(self, left_out: set[str]) -> Triple:
        """The same without some cases."""
        return Triple(*(each.without(left_out) for each in (self.a, self.b, self.references)))


def differences(
    evaluator: SetEvaluator, metrics: Sequence[str], triple: Triple
) -> list[Difference | Skipped]:
    """B minus A under metrics of the evaluator, with the test of the jackknife over groups of cases.

    Simulated on Gaussian features of 20 and 77 dimensions, 12 and 40 cases: the standard error is 1.0 to 1.7 times the
    spread of the difference for Fréchet distances, which is cautious, and right for kernel distances. Below
    bench.statistics.feature_sets.MIN_CASES_INTERVAL cases there is no test.

    Args:
        evaluator: whose distance is taken.
        metrics: names of its metrics, with settings if any.
        triple: features of the same cases on both sides.

    Returns:
        One per metric, without its version; Skipped where a side has no distance.

    Raises:
        NotMeasurable: too few cases for any distance.
    """
    whole = _distances(evaluator, triple)
    parts = [_distances(evaluator, triple.without(group)) for group in feature_sets.groups(triple.cases)]
    return [_difference(evaluator, metric, whole, parts, len(triple.cases)) for metric in metrics]


def _distances(evaluator: SetEvaluator, triple: Triple) -> tuple[Values, Values]:
    return evaluator.distance(triple.a, triple.references), evaluator.distance(triple.b, triple.references)


def _difference(
    evaluator: SetEvaluator,
    metric: str,
    whole: tuple[Values, Values],
    parts: Sequence[tuple[Values, Values]],
    cases: int,
) -> Difference | Skipped:
    name = catalogue.bare(metric)
    card = next(card for card in evaluator.cards if card.name == name)
    a, b = (values[name] for values in whole)
    if not isinstance(a, Value) or not isinstance(b, Value):
        return Skipped(metric, str(b if isinstance(a, Value) else a), "not measurable")
    test = None
    without_each = [_gap(name, *part) for part in parts]
    if without_each and not np.isnan(without_each).any():
        test = jackknife(b.value - a.value, np.array(without_each))
    gap = b.value - a.value
    return Difference(metric, "", card, "set", cases, a.value, b.value, gap, None, None, None, test)


def _gap(name: str, a: Values, b: Values) -> float:
    """B minus A; NaN where a side has no distance."""
    ends = a[name], b[name]
    first, second = (end.value if isinstance(end, Value) else float("nan") for end in ends)
    return second - first


def _triple(evaluator: SetEvaluator, a: RunFolder, b: RunFolder) -> Triple:
    """The features of the clips that both runs have, and of their reference clips.

    Raises:
        Unavailable: features are not here.
    """
    a_seen, b_seen = (_seen(evaluator, folder) for folder in (a, b))
    references = {case.id: case.reference for case in a.suite.cases if case.reference}
    clips = [clip for clip in a_seen if clip in b_seen and clip[0] in references]
    if not clips:
        raise Unavailable("no case and seed of which both runs have features")
    store = FeatureStore.of_references(evaluator)
    cases = list(dict.fromkeys(case for case, _ in clips))
    shas = {case: digests.clip_digest(references[case]) for case in cases}
    if not all(store.has_features(sha256) for sha256 in shas.values()):
        raise Unavailable("features of the reference clips are not here", _remedy(evaluator, a))
    names = tuple(case for case, _ in clips)
    return Triple(
        FeatureSet(np.stack([a_seen[clip] for clip in clips]), names),
        FeatureSet(np.stack([b_seen[clip] for clip in clips]), names),
        FeatureSet(np.stack([store.read(shas[case]) for case in cases]), tuple(cases)),
    )


def _seen(evaluator: SetEvaluator, folder: RunFolder) -> dict[tuple[str, int], NDArray[np.float64]]:
    store = FeatureStore.of_run(folder.path, evaluator)
    found = {
        (record.case, record.seed): store.read(record.sha256)
        for record in folder.records()
        if not record.error and store.has_features(record.sha256)
    }
    if not found:
        raise Unavailable(f"features of {folder.path.name} are not here", _remedy(evaluator, folder))
    broken = [record.case for record in folder.records() if store.is_broken(record.sha256)]
    if broken:
        raise Unavailable(
            f"features of {folder.path.name} are broken: {', '.join(broken)}", _remedy(evaluator, folder)
        )
    return found


def _tried(evaluator: SetEvaluator, folder: RunFolder) -> Tried:
    """The clips of a run of which there are features, or a reason why there are none."""
    store = FeatureStore.of_run(folder.path, evaluator)
    clips: dict[str, set[Clip]] = {"valued": set(), "failed": set(), "unmeasurable": set()}
    for record in folder.records():
        if record.error or record.sha256 in store:
            clips[_outcome(store, record)].add((record.case, record.seed))
    return Tried(**{name: frozenset(found) for name, found in clips.items()})


def _outcome(store: FeatureStore, record: ClipRecord) -> str:
    if record.error:
        return "failed"
    try:
        store.read(record.sha256)
    except NotMeasurable:
        return "unmeasurable"
    except BenchError as error:
        reading.refuse(error)
        return "failed"
    return "valued"


def _remedy(evaluator: SetEvaluator, folder: RunFolder) -> str:
    return f"bench evaluate {folder.path.name} --metrics {evaluator.name} makes them"


def _by_evaluator(metrics: Sequence[str]) -> dict[tuple[str, tuple[str, ...]], list[str]]:
    """(Name of the evaluator, its settings in words) -> metrics."""
    known = catalogue.registered()
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for metric in metrics:
        owner = known.owner(metric) or catalogue.bare(metric)
        found.setdefault((owner, tuple(catalogue.words_of_settings(metric))), []).append(metric)
    return found


def _evaluator(name: str, words: Sequence[str]) -> SetEvaluator:
    """The evaluator, with the settings in the metric's name.

    Raises:
        BenchError: there is none of this name here, or it has no such settings.
    """
    if name not in evaluators.registry:
        raise Unavailable(f"there is no evaluator of {name} here")
    cls = evaluators.registry[name]
    with evaluators.registry.using(cls):
        made = cls(settings.parse(cls.Settings, words, f"metric '{name}'"))

    def refuse(_: ClipEvaluator) -> SetEvaluator:
        raise Unavailable(f"{name} measures clips, and its rows are about a set")

    return made.by_level(of_clips=refuse, of_sets=lambda found: found)
