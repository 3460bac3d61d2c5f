"""Steps as trainings name their folders."""

import pytest

from bench.tracking.steps import point


@pytest.mark.parametrize(
    ("label", "curve", "step"),
    [
        ("svd@step-2000", "svd", 2000),
        ("svd@checkpoint-500", "svd", 500),
        ("wan@global_step1500", "wan", 1500),
        ("wan@run7-step_20", "wan@run7", 20),
        ("svd@lora-checkpoint-500-0.8", "svd@lora-0.8", 500),
        ("step 40", "clips", 40),
        ("mine@iteration=12", "mine", 12),
        ("svd@epoch-3-step-900", "svd@epoch-3", 900),
        ("svd", "svd", None),
        ("footstep3", "footstep3", None),
        ("wan2.1-i2v-480p", "wan2.1-i2v-480p", None),
    ],
)
def test_the_last_step_in_a_label_counts(label: str, curve: str, step: int | None) -> None:
    assert (point(label).curve, point(label).step) == (curve, step)
