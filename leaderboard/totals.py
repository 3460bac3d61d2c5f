"""The composite score: which recipe, its formula in sight, its weights the visitor's to change."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bench.scoring import recipes
from bench.scoring.recipes import Recipe
from leaderboard import words
from leaderboard.choices import choose, weight

NONE = "none"


def choose_recipe(place: DeltaGenerator, measured: Collection[str]) -> Recipe | None:
    """The recipe that the visitor wants; first those that what was measured is enough for."""
    able = [name for name, recipe in recipes.registry.items() if not recipe.missing(tuple(measured))]
    others = [name for name in recipes.registry if name not in able]
    options = [*able, NONE, *others]
    name = choose(
        place, "Total", options, key="total", about="A composite score: several metrics by a formula."
    )
    return None if name == NONE else recipes.registry[name]


def weighted(recipe: Recipe, measured: Collection[str]) -> Recipe:
    """The recipe with the visitor's weights, below what it is and computes."""
    with st.expander(f"Total: {words.plain(recipe.title)}"):
        _show_recipe(recipe, recipe.missing(tuple(measured)))
        chosen = _choose_weights(recipe)
    return recipe if chosen == dict(recipe.weights) else recipe.with_weights(chosen)


def _show_recipe(recipe: Recipe, missing: Collection[str]) -> None:
    st.text(recipe.about)
    st.code(recipe.formula, language=None, wrap_lines=True)
    st.text(f"Version {recipe.version} · scale {recipe.scale} · source: {recipe.source}")
    st.text(f"Where a number is missing: {recipe.missing_policy}")
    if missing:
        st.warning(words.plain(f"Nobody here was measured by {', '.join(missing)}: there is no total."))


def _choose_weights(recipe: Recipe) -> Mapping[str, float]:
    st.caption("Your own weights; they stand in the address, and a total by them is labelled as yours.")
    with st.container(horizontal=True):
        chosen = {
            name: weight(st.container(width=190), name, value, key=f"w.{recipe.name}.{name}")
            for name, value in recipe.weights.items()
        }
    # all zero is no score
    return chosen if any(chosen.values()) else dict(recipe.weights)
