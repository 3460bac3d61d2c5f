"""What cards claim, checked by measurement: a metric that does not show what it says it shows fails, and one that shows
what it says it ignores. Small clips and few severities; `bench calibrate` does the same at length."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

import pytest

from bench import evaluators
from bench.base.progress import Progress
from bench.calibration import damages, measure, sound_clips
from bench.calibration.curves import Calibration
from bench.calibration.damages import Damage
from bench.calibration.sound_clips import SoundClip, SoundClips
from bench.evaluators import ClipEvaluator
from bench.types import Clip

CASES = 8
"""Moving discs and camera moves in turn: four of each, the least of which anything is said."""

FRAMES = 14
"""Of each small clip: what the longest of the metrics needs."""

WEIGHT_FREE = [
    name
    for name in evaluators.registry
    if issubclass(evaluators.registry[name], ClipEvaluator) and not evaluators.registry[name]().weights()
]


def claimed(name: str) -> list[str]:
    """The damages of which some card of the evaluator claims something."""
    cards = evaluators.registry[name].cards
    return [
        damage for damage in damages.TABLE if any(damage in (*card.shows, *card.ignores) for card in cards)
    ]


@pytest.fixture(scope="module")
def found() -> Calibration:
    """Every evaluator that claims something, over every damage of which something is claimed.

    On half of the size that `bench calibrate` looks at, a quarter of its pixels, where the evaluator can do with it.
    """
    whole = sound_clips.of_suite("motion", CASES, Progress())
    halved = SoundClips(whole.name, tuple(map(_halved, whole.all)))
    small = [owner for owner in _owners() if owner.min_side <= _least_side(halved)]
    large = [owner for owner in _owners() if owner.min_side > _least_side(halved)]
    tables = [_calibrated(halved, small), _calibrated(whole, large)]
    return replace(
        tables[0],
        metrics=tuple(chain(*(table.metrics for table in tables))),
        curves=tuple(chain(*(table.curves for table in tables))),
        failures={**tables[0].failures, **tables[1].failures},
    )


def _owners() -> list[ClipEvaluator]:
    made = (evaluators.registry[name]() for name in filter(claimed, WEIGHT_FREE))
    return [owner for owner in made if isinstance(owner, ClipEvaluator)]


def _least_side(sources: SoundClips) -> int:
    return min(min(source.clip.width, source.clip.height) for source in sources.all)


def _calibrated(sources: SoundClips, owners: list[ClipEvaluator]) -> Calibration:
    names = {damage for owner in owners for damage in claimed(owner.name)}
    wanted = [_shortened(damage) for damage in damages.TABLE.values() if damage.name in names]
    return measure.calibrate(sources, owners, wanted, Progress())


def _shortened(damage: Damage) -> Damage:
    """At a medium severity and the greatest."""
    severities = damage.severities
    return replace(damage, severities=(severities[len(severities) // 2], severities[-1]))


def _halved(source: SoundClip) -> SoundClip:
    import cv2
    import numpy as np

    size = (source.clip.width // 2, source.clip.height // 2)
    frames = np.stack(
        [cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in source.clip.frames[:FRAMES]]
    )
    way = source.case.trajectory
    # the centre of pixel (0, 0) of a picture of half the size is at (0.5, 0.5) of the whole
    halved = tuple(((x - 0.5) / 2, (y - 0.5) / 2) for x, y in way[:FRAMES]) if way else None
    return SoundClip(replace(source.case, trajectory=halved), Clip(frames, source.clip.fps))


@pytest.mark.parametrize("name", sorted(WEIGHT_FREE))
def test_claims_name_damages_that_there_are(name: str) -> None:
    for card in evaluators.registry[name].cards:
        assert set(card.shows) | set(card.ignores) <= set(damages.TABLE), card.name
        assert not set(card.shows) & set(card.ignores), card.name


@pytest.mark.parametrize("name", sorted(filter(claimed, WEIGHT_FREE)))
def test_metrics_show_what_their_cards_claim(name: str, found: Calibration) -> None:
    metrics = tuple(metric for metric in found.metrics if metric.evaluator == name)
    assert metrics
    assert replace(found, metrics=metrics).broken_claims() == []


def test_nothing_fails(found: Calibration) -> None:
    assert found.failures == {}
