"""What every evaluator with weights promises: numbers that depend on nothing but the clip."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from bench import evaluators
from bench.engine.one_pass import show_clip
from bench.evaluators import ClipEvaluator
from bench.evaluators.frame_net import FrameNetEvaluator
from bench.media import pictures
from bench.types import Case, Clip, ClipRecord, Value
from tests.contracts.loaded import loaded
from tests.made import moving_clip, photograph

LEARNED = [
    name
    for name in evaluators.registry
    if issubclass(evaluators.registry[name], ClipEvaluator) and evaluators.registry[name]().weights()
]
CLIPS = (moving_clip(6), moving_clip(5, seed=1))


@pytest.fixture(scope="module", params=LEARNED)
def learned(request: pytest.FixtureRequest) -> ClipEvaluator:
    found = loaded(request.param)
    assert isinstance(found, ClipEvaluator)
    return found


@pytest.fixture
def case(tmp_path: Path) -> Case:
    pictures.write(tmp_path / "input.png", photograph())
    return Case("a", tmp_path / "input.png", prompt="a picture that moves")


def numbers(
    evaluator: ClipEvaluator, clip: Clip, case: Case, *others: ClipEvaluator
) -> dict[str, list[float]]:
    """Metric -> its value and series, measured beside others in one pass."""
    shown = show_clip(clip, [*others, evaluator], case, ClipRecord("a", 0, None, ""))
    found = shown.answers(evaluator)
    return {
        name: [each.value, *(each.series or ())] for name, each in found.items() if isinstance(each, Value)
    }


def test_there_are_some() -> None:
    assert {"brisque", "lite0", "rife_smoothness"} <= set(LEARNED)


def test_order_and_company_change_nothing(learned: ClipEvaluator, case: Case) -> None:
    forwards = [numbers(learned, clip, case) for clip in CLIPS]
    beside = evaluators.registry["ssim"]()
    assert isinstance(beside, ClipEvaluator)
    backwards = [numbers(learned, clip, case, beside) for clip in reversed(CLIPS)]
    assert forwards == backwards[::-1]
    assert all(forwards)


def test_threads_of_a_worker_change_only_rounding(learned: ClipEvaluator, case: Case) -> None:
    threads, found = torch.get_num_threads(), []
    for count in (1, 2):
        torch.set_num_threads(count)
        try:
            found.append(numbers(learned, CLIPS[0], case))
        finally:
            torch.set_num_threads(threads)
    for name in found[0]:
        # sums of another order in float32, over some dozens of layers
        assert found[0][name] == pytest.approx(found[1][name], rel=1e-5, abs=1e-5), name


def test_batches_change_only_rounding(learned: ClipEvaluator) -> None:
    if not isinstance(learned, FrameNetEvaluator):
        pytest.skip("it looks at frames one by one")
    views = []
    show = learned.look
    learned.look = lambda view: views.append(show(view)) or views[-1]  # type: ignore[func-returns-value,method-assign]
    try:
        show_clip(CLIPS[0], [learned], Case("a", Path("none")), ClipRecord("a", 0, None, ""))
    finally:
        del learned.look
    together = learned.encoded(views)
    singly = np.concatenate([learned.encoded([each]) for each in views])
    assert together == pytest.approx(singly, rel=1e-4, abs=1e-5)
    assert learned.encoded(views[::-1])[::-1] == pytest.approx(together, rel=1e-4, abs=1e-5)
