"""The total of the VBench-I2V board, by its published constants.

Metrics are prefixed with VBench's name: its motion_smoothness is not ours.
"""

from collections.abc import Mapping
from types import MappingProxyType

from bench.scoring.recipes.recipe import Group, Recipe, Term


def vbench(name: str, floor: float = 0.0, ceiling: float = 100.0, weight: float = 1.0) -> Term:
    """A dimension in per cent, as boards print it.

    Args:
        name: VBench's.
        floor, ceiling: the lowest and the highest value that VBench saw, in per cent.
        weight: within its group.
    """
    return Term(f"vbench_{name}", floor, ceiling, weight, is_clipped=False)


VBENCH_I2V = Recipe(
    name="vbench_i2v",
    version=2,
    title="VBench-I2V's total",
    about=(
        "The total of the VBench-I2V board, from numbers by VBench's own tools, in per cent. It can be won by not "
        "moving: a frozen copy of the input image gets about 87.3, more than many models. Flicker does not count."
    ),
    source="VBench, scripts/constant.py and scripts/cal_i2v_final_score.py (45e79ec); Huang et al. 2024, VBench++.",
    groups=(
        Group(
            "I2V",
            (
                vbench("camera_motion", weight=0.1),
                vbench("i2v_subject", 14.62),
                vbench("i2v_background", 26.15),
            ),
            weight=1.0,
        ),
        Group(
            "quality",
            (
                vbench("subject_consistency", 14.62),
                vbench("background_consistency", 26.15),
                vbench("motion_smoothness", 70.6, 99.75),
                vbench("dynamic_degree", weight=0.5),
                vbench("aesthetic_quality"),
                vbench("imaging_quality"),
            ),
            weight=1.0,
        ),
    ),
    is_in_per_cent=True,
)

FROZEN: Mapping[str, float] = MappingProxyType(
    {
        **dict.fromkeys(VBENCH_I2V.metrics, 100.0),
        "vbench_camera_motion": 100 / 7,  # one prompt of seven asks the camera to stand still
        "vbench_dynamic_degree": 0.0,
        "vbench_aesthetic_quality": 62.0,  # about that of a photograph
        "vbench_imaging_quality": 70.0,
    }
)
"""What a frozen copy of the input image gets, by the definitions of the dimensions; not measured."""
