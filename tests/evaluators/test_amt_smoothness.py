"""VBench's motion smoothness: a still clip, clips that are too short or small, and NaN. Its rule: see RIFE's tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from bench.base import weights
from bench.errors import BenchError, NotMeasurable
from bench.evaluators import nets
from bench.evaluators.amt_smoothness import AmtSmoothness
from bench.evaluators.nets import amt
from bench.types import Value
from tests import random_weights
from tests.evaluators.nets import shapes
from tests.made import answers

SILENT = (*(f"decoder{number}.convblock.2" for number in (1, 2, 3, 4)), "comb_block.2")


@pytest.fixture
def blending(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, torch.Tensor]:
    """Weights that find no motion and correct nothing, so that the mean of two frames is expected; may be changed."""
    state = random_weights.tensors(shapes.amt_s())
    for layer in (*SILENT, *(f"update{number}.flow_head.2" for number in (2, 3, 4))):
        state[f"{layer}.weight"].zero_()
        state[f"{layer}.bias"].zero_()

    def load(evaluator: AmtSmoothness) -> None:
        torch.save({"state_dict": state}, tmp_path / "amt.pth")
        evaluator._net = nets.shared(amt.Amt, weights.local(tmp_path / "amt.pth"), "cpu")

    monkeypatch.setattr(AmtSmoothness, "load", load)
    return state


def test_a_still_clip_is_smooth_but_for_cut_off_levels(blending: dict[str, torch.Tensor]) -> None:
    still = random_weights.pictures(1, 120, 130)[0][None].repeat(5, axis=0)
    found = answers(AmtSmoothness(), still)["vbench_motion_smoothness"]
    assert isinstance(found, Value) and found.series is not None
    assert 100 * 254 / 255 <= found.value <= 100
    assert len(found.series) == 2


def test_what_is_not_expected_lowers_it(blending: dict[str, torch.Tensor]) -> None:
    """Of levels 20, 71, 20 the middle is 51 from what is expected, a fifth of 255, and a level is cut off."""
    frames = np.full((3, 113, 113, 3), 20, np.uint8)
    frames[1] = 71
    found = answers(AmtSmoothness(), frames)["vbench_motion_smoothness"]
    assert isinstance(found, Value)
    assert found.value == pytest.approx(80, abs=0.4)


@pytest.mark.parametrize(("shape", "says"), [((2, 120, 120), "needs 3"), ((3, 112, 120), "113")])
def test_short_and_small_clips_have_none(
    blending: dict[str, torch.Tensor], shape: tuple[int, ...], says: str
) -> None:
    with pytest.raises(NotMeasurable, match=says):
        answers(AmtSmoothness(), np.zeros((*shape, 3), np.uint8))


def test_nan_is_a_failure(blending: dict[str, torch.Tensor]) -> None:
    blending["comb_block.2.bias"].fill_(torch.nan)
    with pytest.raises(BenchError, match="NaN or infinity"):
        answers(AmtSmoothness(), np.zeros((3, 120, 120, 3), np.uint8))


def test_it_is_measured_where_it_is_named_and_its_licence_accepted() -> None:
    assert AmtSmoothness.opt_in
    assert (amt.WEIGHTS.licence, amt.WEIGHTS.terms) == ("CC-BY-NC-4.0", "no commercial use")
