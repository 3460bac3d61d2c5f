"""Composite scores: one file per recipe, and all of them by name.

Imported from here: `registry`, and the noun `Recipe` with its parts. Recipes know the cards of metrics, and no row.
"""

from collections.abc import Mapping
from types import MappingProxyType

from bench.scoring.recipes.i2v_bench import I2V_BENCH
from bench.scoring.recipes.moving import MOVING
from bench.scoring.recipes.recipe import Group, Recipe, Term
from bench.scoring.recipes.vbench_i2v import FROZEN, VBENCH_I2V

registry: Mapping[str, Recipe] = MappingProxyType(
    {recipe.name: recipe for recipe in (MOVING, VBENCH_I2V, I2V_BENCH)}
)
"""Name -> recipe; ours first."""

__all__ = ["FROZEN", "I2V_BENCH", "MOVING", "VBENCH_I2V", "Group", "Recipe", "Term", "registry"]
