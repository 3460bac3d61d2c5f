"""Our own total, which a still cannot win and a warped still hardly: docs/ranking.md shows what such clips get."""

from bench.scoring.recipes.recipe import Group, Recipe, Term

MOVING = Recipe(
    name="moving",
    version=2,
    title="Something happens in it, and it keeps to its image",
    about=(
        "Consistency counts only together with something that happens: a geometric mean, so that a clip which does not "
        "move scores 0, and a clip that only warps its first frame (layers, a wobble, a pushed patch, a pan that was "
        "not asked for) a fraction of what footage has; a growing melt comes close, and "
        "now and then above. Where the case asks the camera to move, that it does so takes "
        "the place of things that happen. It cannot see whether what happens is what was asked for, or plausible: "
        "morphs are new content. Things that move rigidly and little, as seen from far off, count as little."
    ),
    source=(
        "Own. The ends of the ranges are those of real footage at 14 frames, 8 per second, 0.13 megapixels: 1 is what "
        "about half of its clips have, 0 what damage makes of them; see docs/ranking.md."
    ),
    groups=(
        Group("content", (Term("content", 0, 0.01, 4.0),), instead=Term("camera_move_adherence")),
        Group("start", (Term("first_frame_ssim", 0.2, 1),)),
        Group(
            "steadiness",
            (Term("flicker_compensated", 8, 0.5, 0.5), Term("warping_error", 0.005, 0.0005, 0.5)),
        ),
        Group("rhythm", (Term("motion_roughness", 3, 1, 1.5), Term("outliers_cuts", 1, 0, 1.5))),
        Group("freshness", (Term("cadence_repeats", 0.9, 0, 2.0),)),
        Group("keeping", (Term("sharpness_drift", -2.5, -0.5, 0.5), Term("contrast_drift", -1, -0.2, 0.5))),
        Group("identity", (Term("lite0_to_input", 0.4, 0.9, 3.0),)),
    ),
    combination="geometric",
)
