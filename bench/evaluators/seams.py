"""Where a clip was joined: steps at which colour, sharpness, noise or speed goes to another level at once.

Long clips are made in sections, each from the last frames of the one before. Where the length of a section is known, so
are the places of its joints, and far weaker seams are told from chance there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, TypeAlias

import numpy as np
from annotated_types import Ge
from numpy.typing import NDArray

from bench import evaluators
from bench.errors import NotMeasurable
from bench.evaluators.signals import grain, optical_flow, sharpness
from bench.evaluators.signals.motion_statistics import STILL
from bench.evaluators.view import Sample, View
from bench.types import MetricCard, Value

Series: TypeAlias = NDArray[np.float64]

LEAST_NOISE = 0.25
"""Gray levels: less noise counts as this."""

STRONG = 8.0
"""Robust deviations from the clip's usual step at which a step is a seam wherever it is."""

LEAST_SPREADS = (0.2, 0.1, 0.1, 0.5)
"""ΔE, and octaves of sharpness, noise and speed: spread that every clip is assumed to have."""

SIGNIFICANT = 0.01
"""Chance of finding seams at a section's ends where there are none."""

LEAST_JOINTS = 2
"""Ends of sections inside a clip that is tested at them."""

_STRENGTH = (
    "A step's strength is the largest of four: its change of the mean colour (ΔE*ab of the change less the usual one), "
    "of sharpness and of noise (octaves, see odd_even_noise), and of speed from the step before to the step after it "
    "(octaves, DIS flow), each less its median over the clip and divided by 1.4826 times the clip's median absolute "
    "deviation from that, or by 0.2 ΔE, 0.1, 0.1 and 0.5 octaves where that is less. Needs 12 frames."
)
_BLIND = (
    "Joints at which things move in another direction at the same speed, or turn into others. Cuts, flashes, freezes "
    "and sudden motion count as seams wherever they are: read it beside outliers_cuts."
)


@dataclass(frozen=True)
class Settings:
    """Which joints are known.

    Attributes:
        section: frames from one joint to the next, the first joint being before this frame; 0 where it is not known.
    """

    section: Annotated[int, Ge(0)] = 0


@dataclass(frozen=True)
class Level:
    """What of a frame goes to another level at a seam.

    Attributes:
        lab: mean L*, a*, b*.
        sharpness, noise: octaves.
        speed: of the step from the frame before, octaves of pixels; None for frame 0.
    """

    lab: Series
    sharpness: float
    noise: float
    speed: float | None


@evaluators.add
class Seams(evaluators.ClipEvaluator):
    """Number and strength of steps to another level, and whether they stand at a section's ends; a still has none."""

    name = "seams"
    Settings = Settings
    opt_in = True  # not yet tried on long clips of real models
    min_frames = 12
    min_side = optical_flow.MIN_SIDE
    cards = (
        MetricCard(
            name="seams", title="Seams", group="Flicker",
            version=1, direction="lower", unit="seams", low=0.0, high=None,
            definition=f"Number of steps with a strength above 8, neighbouring ones counted once. {_STRENGTH}",
            source="Own; users of FramePack, VACE and SVI report seams between sections.", blind_to=_BLIND,
            series="strength of each step: T - 1 values, robust deviations", shows=("seams",), ignores=("pan",),
        ),
        MetricCard(
            name="seams_worst", title="Strongest seam", group="Flicker",
            version=1, direction="lower", unit="robust deviations", low=0.0, high=None,
            definition=f"The largest strength of a step. {_STRENGTH}",
            source="Own.", blind_to=f"How often: one step decides. {_BLIND}",
        ),
        MetricCard(
            name="seams_at_section", title="Seams at the section's ends", group="Flicker",
            version=1, direction="lower", unit="", low=0.0, high=1.0,
            definition="1 where the steps at the ends of sections are stronger than the others, else 0: rank sum test "
            "(Mann-Whitney, one-sided), p < 0.01. Sections begin at the multiples of seams.section, a setting that "
            f"has to be given, at least two of them after frame 0. {_STRENGTH}",
            source="Own; Mann & Whitney 1947.",
            blind_to="How strong they are, and other rhythms that fall on these frames.",
        ),
    )  # fmt: skip

    def look(self, view: View) -> Level:
        speed = math.log2(max(view.motion.speed, STILL * view.sample.diagonal)) if view.before else None
        noise = math.log2(max(LEAST_NOISE, grain.noise_level(view.gray)))
        return Level(view.lab[0], sharpness.octaves(view.sharpness), noise, speed)

    def conclude(self, levels: Sequence[Level], sample: Sample) -> evaluators.Values:
        labs = np.array([level.lab for level in levels])
        details, noises = (
            np.array([getattr(level, name) for level in levels]) for name in ("sharpness", "noise")
        )
        speeds = np.array([level.speed for level in levels if level.speed is not None])
        found = strengths(labs, details, noises, speeds)
        is_strong = np.concatenate([[False], found > STRONG])
        return {
            "seams": Value(float(np.sum(is_strong[1:] & ~is_strong[:-1])), series=tuple(found.tolist())),
            "seams_worst": Value(float(found.max())),
            "seams_at_section": evaluators.value_or_reason(lambda: at_section(found, self.settings.section)),
        }


def strengths(labs: Series, details: Series, noises: Series, speeds: Series) -> Series:
    """(T - 1,): how far each step goes beyond the usual one, in robust deviations.

    Args:
        labs: (T, 3) mean L*, a*, b*.
        details, noises: (T,) octaves.
        speeds: (T - 1,) octaves, of each step.

    >>> labs = np.zeros((12, 3))
    >>> labs[6:, 0] = 2  # by two ΔE: ten times what every clip is assumed to vary by
    >>> strengths(labs, np.zeros(12), np.zeros(12), np.zeros(11)).round(9).tolist()
    [0.0, 0.0, 0.0, 0.0, 0.0, 10.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    """
    beside = np.pad(speeds, 1, mode="edge")
    steps = [np.diff(labs, axis=0), *(each[:, None] for each in (np.diff(details), np.diff(noises)))]
    steps.append((beside[2:] - beside[:-2])[:, None])
    found = [_deviations(step, least) for step, least in zip(steps, LEAST_SPREADS, strict=True)]
    return np.asarray(np.max(found, axis=0))


def _deviations(steps: Series, least: float) -> Series:
    """(n,): lengths of (n, k) steps less their median, in robust deviations of at least this much."""
    lengths = np.linalg.norm(steps - np.median(steps, axis=0), axis=1)
    return np.asarray(lengths / max(least, 1.4826 * float(np.median(lengths))))


def at_section(found: Series, section: int) -> float:
    """1 where (T - 1,) strengths are larger at the ends of sections than elsewhere, else 0.

    Raises:
        NotMeasurable: no section is given, or the clip has too few of them.

    >>> found = np.random.default_rng(0).random(99)
    >>> found[[32, 65, 98]] += 2  # steps to frames 33, 66 and 99
    >>> at_section(found, 33), at_section(found, 20)
    (1.0, 0.0)
    """
    from scipy import stats

    if section == 0:
        raise NotMeasurable("the length of a section is not known: give it as --metric-set seams.section=33")
    is_joint = np.arange(1, len(found) + 1) % section == 0
    if is_joint.sum() < LEAST_JOINTS or is_joint.all():
        raise NotMeasurable(
            f"clip has {len(found) + 1} frames, sections of {section} need {LEAST_JOINTS * section + 1}: use a longer "
            "clip or a shorter section"
        )
    test = stats.mannwhitneyu(found[is_joint], found[~is_joint], alternative="greater")
    return float(test.pvalue < SIGNIFICANT)
