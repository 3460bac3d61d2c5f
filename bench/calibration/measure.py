"""Calibration: sound clips × damages × severities × evaluators -> response curves.

Each clip is damaged in memory and shown to every evaluator as `bench evaluate` would show it. Its case is derived from
the undamaged clip: frame 0 is the input image, four of its frames are keyframes, its left half is to be kept, so that
every metric has what it needs, and it fits the clip. Camera and trajectory are the suite's.
"""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.base import provenance, workers
from bench.base.progress import Progress
from bench.calibration import damages
from bench.calibration.curves import Calibration, Curve, DamageFacts, MetricFacts
from bench.calibration.damages import Damage
from bench.calibration.fitting import fitted
from bench.calibration.sound_clips import FRAMES, SIDE, SoundClip, SoundClips
from bench.engine import fetching, one_pass, resolve_metrics
from bench.engine.pull import Pool, pull
from bench.engine.requests import Consent, MetricRequest, RunConfig
from bench.errors import NotMeasurable, Unavailable, UsageError, meant, reason
from bench.evaluators import ClipEvaluator, of_clips
from bench.evaluators.catalogue import full_name, full_version
from bench.media import pictures
from bench.types import Case, Clip, ClipRecord, Frames, Keyframe, MetricCard, Runtime, Suite, Value

KEYFRAMES = 4
"""Pictures that each clip should pass through, evenly spaced, the first and the last frame among them."""

Values: TypeAlias = dict[str, list[float | None]]
"""Metric -> its value at each severity of a cell; None if the clip has none to give."""


@dataclass(frozen=True)
class Cell:
    """One clip and one damage, at the severities that are to be measured."""

    sound: SoundClip
    damage: Damage
    severities: tuple[float, ...]


def _as_it_is(frames: Frames, _: float, __: np.random.Generator) -> Frames:
    return frames


UNDAMAGED = Damage("undamaged", "Undamaged", "", (), _as_it_is, "The clip itself.")


@dataclass(frozen=True)
class Answered:
    """Answers of the evaluators to one cell, and what broke."""

    values: Values
    failures: Mapping[str, str]


# What is measured


def chosen(
    names: Sequence[str], device: str, progress: Progress, download: Consent = "yes"
) -> list[ClipEvaluator]:
    """The evaluators of metrics.

    Args:
        names: of metrics of single clips; none for all that need no weights.
        device: where nets compute.
        progress: is told about downloads.
        download: whether missing weights may be fetched.

    Returns:
        The evaluators, not yet loaded.

    Raises:
        UnknownName: there is no such metric.
        UsageError: one is about whole sets of clips.
        Unavailable: weights cannot be fetched.
    """
    wanted, broken = resolve_metrics.resolve(MetricRequest(tuple(names)), device)
    found = of_clips(wanted)
    if not names:
        return [evaluator for evaluator in found if not evaluator.weights()]
    if len(found) < len(wanted):
        raise UsageError(
            "a metric of a whole set of clips has no response curve: name metrics of single clips"
        )
    nothing = Suite("", "", "", ())
    config = RunConfig(runtime=Runtime(device), download=download)
    config = fetching.settled(config, progress, MetricRequest(tuple(names)), [nothing])
    _, unavailable = resolve_metrics.usable(found, nothing, config.download != "no", progress)
    for why in (*broken.values(), *unavailable.values()):
        raise Unavailable(why)
    return found


def chosen_damages(names: Sequence[str]) -> list[Damage]:
    """The damages of these names; none for all.

    Raises:
        UnknownName: there is no such damage.
    """
    return [damages.TABLE[meant("damage", name, damages.TABLE)] for name in names or damages.TABLE]


def calibrate(
    clips: SoundClips,
    evaluators: Sequence[ClipEvaluator],
    chosen: Sequence[Damage],
    progress: Progress,
    processes: int = 1,
) -> Calibration:
    """Measures each clip undamaged and damaged; a clip without a value of a metric is left out of its curve.

    Args:
        clips: sound clips.
        evaluators: each measures the clips that it applies to.
        chosen: the damages.
        progress: is told about clips × damages.
        processes: that measure; the curves are the same for any number.

    Returns:
        The curves, and what they are of.
    """
    cells = [Cell(clip, damage, _unknown(damage)) for damage in (UNDAMAGED, *chosen) for clip in clips.all]
    answers: dict[int, Answered] = {}
    count = min(processes, len(cells))
    with (
        progress.bar("calibrate", len(cells)) as bar,
        Pool(workers.local(count, partial(tuple, tuple(evaluators)), measure), cells) as pool,
    ):
        for done in pull(pool):
            if isinstance(done.result, Exception):
                raise done.result
            answers[id(done.unit)] = done.result
            bar.advance()
    found = {
        damage.name: [answers[id(cell)] for cell in cells if cell.damage is damage]
        for damage in (UNDAMAGED, *chosen)
    }  # in the order of the clips, not of their completion
    curves = tuple(_curves(evaluators, chosen, found))
    metrics = (_metric_facts(card, owner) for owner in evaluators for card in owner.cards)
    measured = {curve.metric for curve in curves}
    return Calibration(
        about=_about(clips),
        damages=tuple(map(_damage_facts, chosen)),
        metrics=tuple(facts for facts in metrics if facts.name in measured),
        curves=curves,
        failures={name: text for each in chain(*found.values()) for name, text in each.failures.items()},
    )


def _unknown(damage: Damage) -> tuple[float, ...]:
    """The severities to measure: also 0, unless UNDAMAGED is the same."""
    is_known = damage.has_shared_baseline and damage is not UNDAMAGED
    return damage.severities if is_known else (0.0, *damage.severities)


def measure(evaluators: Sequence[ClipEvaluator], cell: Cell) -> Answered:
    """Every metric of one clip at every severity of one damage."""
    values: Values = {}
    failures: dict[str, str] = {}
    baseline = cell.damage.baseline(cell.sound.clip.frames)
    record = ClipRecord(cell.sound.case.id, 0, None, "", fit="stretch")
    with tempfile.TemporaryDirectory() as folder:
        case = _case(cell, baseline, Path(folder))
        evaluators = [evaluator for evaluator in evaluators if evaluator.applies(case, record)]
        for severity in cell.severities:
            clip = cell.damage.clip(cell.sound.clip, severity, _generator(cell))
            for name, answer in _answers(clip, evaluators, case, record):
                values.setdefault(name, []).append(answer.value if isinstance(answer, Value) else None)
                if isinstance(answer, Exception) and not isinstance(answer, NotMeasurable):
                    failures[name] = reason(answer)
    return Answered(values, failures)


def _answers(
    clip: Clip, evaluators: Sequence[ClipEvaluator], case: Case, record: ClipRecord
) -> Iterator[tuple[str, Value | Exception]]:
    shown = one_pass.show_clip(clip, evaluators, case, record)
    for evaluator in evaluators:
        answers = shown.answers(evaluator)
        for card in evaluator.cards:
            yield full_name(card, evaluator), answers[card.name]


def _generator(cell: Cell) -> np.random.Generator:
    """In the same state for every severity; in another for each clip and damage."""
    words = (cell.sound.case.id, cell.damage.name)
    return np.random.default_rng([zlib.crc32(word.encode()) for word in words])


def _case(cell: Cell, baseline: Frames, folder: Path) -> Case:
    """The case that the undamaged clip fulfils, its pictures in folder."""
    image, keep = folder / "image.png", folder / "keep.png"
    pictures.write(image, baseline[0], level=1)
    if not cell.damage.keeps_case:
        return replace(cell.sound.case, image=image, camera=None, trajectory=None, keyframes=(), keep=None)
    mask = np.zeros_like(baseline[0])
    mask[:, : mask.shape[1] // 2] = 255
    pictures.write(keep, mask, level=1)
    if not cell.damage.keeps_frames:
        return replace(cell.sound.case, image=image, trajectory=None, keyframes=(), keep=keep)
    numbers = np.unique(np.linspace(0, len(baseline) - 1, KEYFRAMES).round().astype(int))
    keyframes = tuple(Keyframe(folder / f"{number}.png", int(number)) for number in numbers)
    for keyframe in keyframes:
        pictures.write(keyframe.image, baseline[keyframe.frame], level=1)
    trajectory = cell.sound.case.trajectory and cell.sound.case.trajectory[: len(baseline)]
    return replace(cell.sound.case, image=image, trajectory=trajectory, keyframes=keyframes, keep=keep)


# The curves


def _curves(
    evaluators: Sequence[ClipEvaluator], chosen: Sequence[Damage], found: Mapping[str, Sequence[Answered]]
) -> Iterator[Curve]:
    for evaluator, card in ((each, card) for each in evaluators for card in each.cards):
        name = full_name(card, evaluator)
        for damage in chosen:
            values = _measured(_whole(name, damage, found))
            if len(values):
                yield fitted((name, damage.name), card.direction, damage.severities, values)


def _whole(
    name: str, damage: Damage, found: Mapping[str, Sequence[Answered]]
) -> Iterator[list[float | None]]:
    """For each clip, one metric undamaged and at every severity; empty without answers."""
    for undamaged, damaged in zip(found[UNDAMAGED.name], found[damage.name], strict=True):
        before = undamaged.values.get(name, []) if damage.has_shared_baseline else []
        after = damaged.values.get(name, [])
        yield [*before, *after] if after else []


def _about(clips: SoundClips) -> dict[str, str]:
    return {
        "clips": f"{len(clips.all)} of {clips.name}: {', '.join(each.case.id for each in clips.all)}",
        "frames": f"at most {FRAMES} of a clip, longer side at most {SIDE} pixels",
        "created": provenance.now(),
        "bench version": provenance.bench_version(),
        "commit": provenance.commit(),
    }


def _damage_facts(damage: Damage) -> DamageFacts:
    return DamageFacts(
        damage.name, damage.title, damage.unit, damage.severities, damage.about, damage.is_innocent
    )


def _metric_facts(card: MetricCard, evaluator: ClipEvaluator) -> MetricFacts:
    return MetricFacts(
        name=full_name(card, evaluator),
        evaluator=evaluator.name,
        version=full_version(card, evaluator),
        direction=card.direction,
        unit=card.unit,
        shows=card.shows,
        ignores=card.ignores,
        denies=tuple(
            name for name, each in damages.TABLE.items() if each.changes and each.changes not in card.depends
        ),
    )


def _measured(answers: Iterable[Sequence[float | None]]) -> NDArray[np.float64]:
    """(N, 1 + S): the clips that have a value at every severity, the undamaged one included."""
    whole = [line for line in answers if line and None not in line]
    return np.array(whole, dtype=np.float64)
