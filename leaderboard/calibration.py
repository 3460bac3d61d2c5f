"""The tab of response curves: which metric shows which damage, from which severity on, and whether its card says so."""

from __future__ import annotations

import streamlit as st

from bench.calibration.curves import FILE
from bench.web.pages import calibration
from leaderboard import curves, source
from leaderboard.choices import choose
from leaderboard.place import place

ALL = "all"


def show() -> None:
    """Draws it."""
    place([calibration.TITLE], "title")
    found, problems = curves.read()
    if found is None:
        places = [str(folder / FILE) for folder in curves.places()]
        place(problems or calibration.missing(places), "missing")
        return
    tables = calibration.by_source(found)
    if len(tables) > 1:
        found = tables[choose(st.container(width=420), "Clips", list(tables), key="clips")]
    known = source.read().catalogue
    owners = list(dict.fromkeys(metric.evaluator for metric in found.metrics))
    owner = choose(st.container(width=420), "Evaluator", [ALL, *owners], key="evaluator")
    place(calibration.overview(found, known, "" if owner == ALL else owner), "overview")
    if not found.curves:
        return
    place([calibration.EVERY_DAMAGE], "metrics")
    names = [metric.name for metric in found.metrics]
    name = choose(st.container(width=420), "Metric", names, key="metric")
    place(calibration.one_metric(found, name, known), "curves")
    place([calibration.EVERY_METRIC], "damages")
    damages = [damage.name for damage in found.damages]
    damage = choose(st.container(width=420), "Damage", damages, key="damage")
    place([*calibration.one_damage(found, damage, known), calibration.about(found)], "seen")
