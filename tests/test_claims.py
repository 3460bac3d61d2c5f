"""What cards claim, checked by measurement: a metric that does not show what it says it shows fails, and one that shows
what it says it ignores. Small clips and few severities; `bench calibrate` does the same at length."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench import calibration, damages, evaluators
from bench.calibration import Source, Sources
from bench.evaluators import ClipEvaluator
from bench.progress import Progress
from bench.types import Clip

CASES = 6
"""Moving discs and camera moves in turn; two fewer, and a metric that one clip leaves out says nothing."""

SEVERITIES = slice(2, None, 2)
"""Of each damage: a medium one and the greatest."""

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
def sources() -> Sources:
    """Half of the size that `bench calibrate` looks at, a quarter of its pixels."""
    whole = calibration.of_suite("motion", CASES, Progress())
    return Sources(whole.name, tuple(map(_halved, whole.all)))


def _halved(source: Source) -> Source:
    import cv2
    import numpy as np

    height, width = source.clip.height // 2, source.clip.width // 2
    frames = np.stack(
        [cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA) for frame in source.clip.frames]
    )
    way = source.case.trajectory
    # the centre of pixel (0, 0) of a picture of half the size is at (0.5, 0.5) of the whole
    halved = tuple(((x - 0.5) / 2, (y - 0.5) / 2) for x, y in way) if way else None
    return Source(replace(source.case, trajectory=halved), Clip(frames, source.clip.fps))


@pytest.mark.parametrize("name", sorted(WEIGHT_FREE))
def test_claims_name_damages_that_there_are(name: str) -> None:
    for card in evaluators.registry[name].cards:
        assert set(card.shows) | set(card.ignores) <= set(damages.TABLE), card.name
        assert not set(card.shows) & set(card.ignores), card.name


@pytest.mark.parametrize("name", sorted(filter(claimed, WEIGHT_FREE)))
def test_metrics_show_what_their_cards_claim(name: str, sources: Sources) -> None:
    evaluator = evaluators.registry[name]()
    assert isinstance(evaluator, ClipEvaluator)
    wanted = [
        replace(damage, severities=damage.severities[SEVERITIES])
        for damage in calibration.chosen_damages(claimed(name))
    ]
    found = calibration.calibrate(sources, [evaluator], wanted, Progress())
    assert found.failures == {}
    assert found.broken_claims() == []
