"""Our own total, which cannot be won by not moving: null rows in docs/ranking.md."""

from bench.scoring.recipes.recipe import Group, Recipe, Term

MOVING = Recipe(
    name="moving",
    version=1,
    title="Moves, starts from its image, steadily and evenly",
    about=(
        "Consistency counts only together with motion: a geometric mean, so that a clip which does not move scores 0, "
        "and so does one whose frames do not follow from one another. Half of motion is that anything moves, and half "
        "that something moves beyond the camera, so a slide over the picture gets at most 87. It cannot see whether "
        "the motion is the one that was asked for, whether it is plausible, whether the picture is sharp, or whether "
        "it looks good; and motion beyond what gets full marks earns nothing more."
    ),
    source=(
        "Own. Motion counts 1 at a hundredth of the diagonal per second, or a twentieth of the frame. The start counts "
        "0 at SSIM 0.2, the median of unrelated photographs (of the demo suite). Steadiness counts 0 at 20 dB between "
        "a frame and the next one warped back. Evenness counts 0 where all motion is in three steps of ten."
    ),
    groups=(
        Group("motion", (Term("motion_share", 0, 0.01, 0.5), Term("motion_area", 0, 0.05, 0.5))),
        Group("start", (Term("first_frame_ssim", 0.2, 1, 2.0),)),
        Group("steadiness", (Term("warping_error", 0.01, 0),)),
        Group("evenness", (Term("motion_smoothness", -0.5, 1),)),
    ),
    combination="geometric",
)
