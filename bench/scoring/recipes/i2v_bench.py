"""The groups of ConsistI2V's I2V-Bench, and a mean over them that the paper does not have."""

from bench.scoring.recipes.recipe import Group, Recipe, Term
from bench.scoring.recipes.vbench_i2v import vbench

I2V_BENCH = Recipe(
    name="i2v_bench",
    version=2,
    title="Mean of I2V-Bench's two groups",
    about=(
        "The paper gives two groups of metrics and no total: the plain mean of the groups' plain means is ours, for "
        "orientation only. None of its metrics uses the input image, and four of the first five reward not moving."
    ),
    source="Groups: Ren et al. 2024, ConsistI2V. The mean over them: own.",
    groups=(
        Group(
            "visual quality",
            (
                vbench("subject_consistency"),
                vbench("background_consistency"),
                vbench("temporal_flickering"),
                vbench("motion_smoothness"),
                vbench("dynamic_degree"),
            ),
            weight=1.0,
        ),
        Group(
            "visual consistency",
            tuple(
                Term(f"i2v_bench_{name}", 0, 100, is_clipped=False)
                for name in ("object_consistency", "scene_consistency", "text_consistency")
            ),
            weight=1.0,
        ),
    ),
    is_in_per_cent=True,
)
