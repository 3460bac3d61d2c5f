"""What cards say that a number does not depend on, checked by measurement on rendered scenes and on real footage: a
card that denies what its curve shows fails, and one that denies what nothing measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench import evaluators
from bench.base.progress import Progress
from bench.calibration import curves, damages, footage, measure, sound_clips
from bench.calibration.curves import CLAIMS, Calibration
from bench.calibration.damages import Damage
from bench.calibration.sound_clips import SoundClip, SoundClips
from bench.evaluators import ClipEvaluator
from bench.media import pictures
from bench.types import DEPENDENCES, Clip, MetricCard

SIDE = 160
"""Pixels: half of what `bench calibrate` looks at."""

FRAMES = 16
"""Two seconds: two thirds of them are more than the one that drifts need."""

CLIPS = {"motion": 8, "footage": 5}

FORMATS = {damage.changes: damage for damage in damages.TABLE.values() if damage.changes}

PUBLISHED = curves.read(Path(__file__).parents[2] / "results" / curves.FILE)
"""The calibration that the board shows, made where all weights of these metrics were."""

OF_THE_RECORD = ("cost", "money")
"""Evaluators of what a clip took, which never look at it."""

MEASURED = [
    name
    for name in evaluators.registry
    if issubclass(evaluators.registry[name], ClipEvaluator)
    and not evaluators.registry[name]().weights()
    and name not in OF_THE_RECORD
]


@pytest.fixture(scope="module")
def found() -> list[Calibration]:
    """Every evaluator over every change of format at its greatest severity, on both kinds of clips."""
    rendered = sound_clips.of_suite("motion", CLIPS["motion"], Progress())
    sources = [rendered]
    if footage.is_here():
        sources.append(footage.clips(CLIPS["footage"], SIDE))
    wanted = [replace(damage, severities=damage.severities[-1:]) for damage in FORMATS.values()]
    return [_calibrated(source, wanted) for source in sources]


def _calibrated(source: SoundClips, wanted: list[Damage]) -> Calibration:
    owners = [owner for name in MEASURED if isinstance(owner := evaluators.registry[name](), ClipEvaluator)]
    small = SoundClips(source.name, tuple(map(_small, source.all)))
    return measure.calibrate(small, owners, wanted, Progress())


def _small(sound: SoundClip) -> SoundClip:
    frames = np.stack([pictures.limited(frame, SIDE) for frame in sound.clip.frames[:FRAMES]])
    return SoundClip(replace(sound.case, trajectory=None), Clip(frames, sound.clip.fps))


LATER = ("_2s", "_4s")
"""Ends of names: the same number at a time that no clip here lasts, which denies what it denies at 1 s."""


def at_one_second(name: str) -> str:
    """The metric that is measured in the place of one."""
    return next((name.removesuffix(end) for end in LATER if name.endswith(end)), name)


def denied(card: MetricCard) -> set[str]:
    """Names of the changes of format that do not change the metric, by its card."""
    return {damage.name for what, damage in FORMATS.items() if what not in card.depends}


@pytest.mark.parametrize("name", MEASURED)
def test_no_card_denies_what_its_curve_shows(name: str, found: list[Calibration]) -> None:
    for table in found:
        own = replace(table, metrics=tuple(each for each in table.metrics if each.evaluator == name))
        assert [line for line in own.broken_claims() if CLAIMS["denies"] in line] == []


@pytest.mark.parametrize("name", MEASURED)
def test_no_card_denies_what_has_no_curve(name: str, found: list[Calibration]) -> None:
    for card in evaluators.registry[name].cards:
        own = [table.curve(at_one_second(card.name), damage) for damage in denied(card) for table in found]
        measured = {curve.damage for curve in own if curve and curve.verdict != "too few"}
        assert denied(card) == measured, f"{card.name} denies what no curve shows: let it depend on that"


@pytest.mark.parametrize("name", sorted({*evaluators.registry} - {*MEASURED, *OF_THE_RECORD}))
def test_what_is_not_measured_here_depends_on_all_but_what_published_curves_deny(name: str) -> None:
    """Sets of clips, and what needs weights: where nothing is known, like is compared with like only."""
    for card in evaluators.registry[name].cards:
        assert denied(card) <= published_as_silent(card.name), card.name


def published_as_silent(metric: str) -> set[str]:
    """Names of the changes of format to which a metric does not answer, on both kinds of clips."""
    on_footage = PUBLISHED.on_footage
    assert on_footage is not None
    tables = (PUBLISHED, on_footage)
    found = {damage.name: [each.curve(metric, damage.name) for each in tables] for damage in FORMATS.values()}
    return {name for name, both in found.items() if all(each and each.verdict == "silent" for each in both)}


def test_there_is_real_footage() -> None:
    """Where the development packages are installed."""
    assert footage.is_here(), footage.REMEDY


@pytest.mark.parametrize(
    ("metric", "depends"),
    [
        ("ssim_mean", ("fps", "pixels", "codec", "letterbox")),
        ("warping_error", DEPENDENCES),
        ("flicker_compensated", DEPENDENCES),
        ("motion_share", ("fps", "letterbox")),
        ("colour_drift", ("codec", "letterbox")),
        ("colour_slope", ("seconds", "codec", "letterbox")),
        ("camera_pan", ()),
    ],
)
def test_some_of_them(metric: str, depends: tuple[str, ...]) -> None:
    """On real footage half the rate moves SSIM by -0.97, warping error by 1.2, compensated flicker by 1.3 and the share
    of motion by -0.27 standard deviations."""
    (card,) = (
        card
        for name in evaluators.registry
        for card in evaluators.registry[name].cards
        if card.name == metric
    )
    assert card.depends == depends
