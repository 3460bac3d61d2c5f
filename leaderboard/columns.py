"""Which metrics a table shows: a few of each kind to begin with, a kind in full on demand, or what the visitor names.

Motion comes first whatever is shown: most other numbers are best where nothing moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bench import evaluators
from bench.evaluators import catalogue
from leaderboard.choices import choose, choose_several

MOTION = "motion_share"
"""The number that says whether anything moves."""


@dataclass(frozen=True)
class Group:
    """Metrics that answer one question.

    Attributes:
        name: in the choice of columns.
        about: the question.
        owners: evaluators whose metrics it holds.
        leads: metrics that stand for it in the first table, the more telling first.
        shown: how many of those, at most.
    """

    name: str
    about: str
    owners: tuple[str, ...]
    leads: tuple[str, ...]
    shown: int = 2


GROUPS = (
    Group("Motion", "How much moves, how smoothly, and where it was told to?",
          ("motion", "camera", "trajectory", "cadence"),
          (MOTION, "motion_smoothness", "camera_adherence", "trajectory_error"), 4),
    Group("Input image", "Does the clip begin as the input image, and keep what it was given?",
          ("first_frame", "keyframes", "keep"),
          ("first_frame_ssim", "keyframe_fidelity", "keep_fidelity", "first_frame_similarity"), 3),
    Group("Consistency", "Do neighbouring frames belong together, without drift?",
          ("ssim", "ms_ssim", "psnr", "appearance"), ("ssim_mean", "colour_drift")),
    Group("Flicker", "Does it flicker, jump or repeat frames?",
          ("flicker", "compensated_flicker", "temporal_flickering", "warping", "outliers"),
          ("flicker_compensated", "warping_error", "flicker_max_step", "temporal_flickering")),
    Group("Text", "Does it do what the prompt says?", ("clipsim",), ("clipsim",)),
    Group("Distance", "How far are all clips together from real ones?",
          ("fvd", "fvd_hc", "fvd_lite0"),
          ("fvd_debiased", "fvd_hc_debiased", "fvd_lite0_debiased"), 1),
    Group("Cost", "What does a clip take?", ("cost", "money"), ("cost_seconds", "cost_peak_memory", "cost_usd"), 3),
)  # fmt: skip

OTHER = Group("Other", "Metrics of other people's evaluators.", (), (), 8)

ESSENTIAL, EVERYTHING, OWN = "Essential", "Everything", "Own choice"


def choose_metrics(place: DeltaGenerator, scores: pd.DataFrame) -> list[str]:
    """The metrics that the visitor wants to see, of those that scores have; at least one."""
    there = ordered(scores["metric"])
    measured = set(scores.loc[scores["mean"].notna(), "metric"])
    kinds = [group.name for group in (*GROUPS, OTHER) if members(group, there)]
    if "metrics" in st.query_params and "columns" not in st.query_params:
        st.session_state.setdefault("columns", OWN)  # an address of metrics alone means these
    about = "Motion stands beside everything: most other numbers are best where nothing moves."
    chosen = choose(place, "Columns", [ESSENTIAL, *kinds, EVERYTHING, OWN], key="columns", about=about)
    own = choose_several(place, "Metrics", there, key="metrics") if chosen == OWN else []
    if own:
        return own if MOTION in own else with_motion(own, there)  # in the visitor's own order
    return _of_kind(chosen, there, measured) or there[:8]


def _of_kind(chosen: str, there: Sequence[str], measured: set[str]) -> list[str]:
    if chosen == EVERYTHING:
        return with_motion(there, there)
    for group in (*GROUPS, OTHER):
        if group.name == chosen:
            return with_motion(members(group, there), there)
    return essential([metric for metric in there if metric in measured])


def essential(measured: Sequence[str]) -> list[str]:
    """A few metrics of each group, of those that somebody has a value of."""
    found: list[str] = []
    for group in (*GROUPS, OTHER):
        own = members(group, measured)
        leads = [metric for lead in group.leads for metric in own if metric == lead]
        found += (leads or _main(own) or own)[: group.shown]
    return found


def members(group: Group, metrics: Iterable[str]) -> list[str]:
    """The metrics of a group, of those given."""
    return [metric for metric in metrics if group_of(metric) == group]


def group_of(metric: str) -> Group:
    """Where a metric belongs; OTHER for one that is not registered here, or of somebody else's evaluator."""
    owner = _owners().get(catalogue.bare(metric), "")
    return next((group for group in GROUPS if owner in group.owners), OTHER)


def with_motion(metrics: Sequence[str], there: Sequence[str]) -> list[str]:
    """metrics with that of motion first, where there is one."""
    motion = [metric for metric in there if metric == MOTION]
    return motion + [metric for metric in metrics if metric not in motion]


def ordered(metrics: Iterable[str]) -> list[str]:
    """Each once: by group, main metrics of a group first, otherwise in the order in which they came."""
    groups, main = (*GROUPS, OTHER), set(_main(catalogue.registered().cards))
    return sorted(
        dict.fromkeys(metrics),
        key=lambda metric: (groups.index(group_of(metric)), catalogue.bare(metric) not in main),
    )


def _main(metrics: Iterable[str]) -> list[str]:
    known = catalogue.registered().cards
    return [metric for metric in metrics if (card := known.get(catalogue.bare(metric))) and card.is_main]


@st.cache_resource(show_spinner=False)
def _owners() -> dict[str, str]:
    return {card.name: owner for owner in evaluators.registry for card in evaluators.registry[owner].cards}
