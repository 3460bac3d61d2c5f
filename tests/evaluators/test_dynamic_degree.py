"""VBench's rule for clips that move, on flow that is known; and which frames it looks at."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from bench.errors import BenchError, NotMeasurable
from bench.evaluators.dynamic_degree import DynamicDegree, judged, magnitude
from bench.types import Frames


class Level:
    """In RAFT's place: everything moves as many pixels as the frame becomes lighter, to the right."""

    def __init__(self) -> None:
        self.count = 0

    def seen(self, frame: Frames) -> float:
        self.count += 1
        return float(frame.mean())

    def flow(self, one: float, other: float) -> torch.Tensor:
        return torch.stack([torch.full((128, 128), other - one), torch.zeros(128, 128)])


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> Level:
    made = Level()
    monkeypatch.setattr(DynamicDegree, "load", lambda self: setattr(self, "_net", made))
    return made


def lightening(levels: list[int], height: int = 128, width: int = 160) -> Frames:
    return np.array(levels, np.uint8)[:, None, None, None].repeat(height, 1).repeat(width, 2).repeat(3, 3)


def answered(levels: list[int], fps: float = 8.0) -> tuple[float, float, tuple[float, ...]]:
    from tests.made import answers

    found = answers(DynamicDegree(), lightening(levels), fps)
    margin = found["vbench_dynamic_degree_margin"]
    assert margin.series
    return found["vbench_dynamic_degree"].value, margin.value, margin.series


def test_a_quarter_of_the_frames_has_to_move(net: Level) -> None:
    """128 pixels: the threshold is 3. Of 8 frames at 8 per second 2 pairs have to move more than that."""
    enough = [0, 4, 4, 9, 9, 9, 9, 9]
    assert answered(enough) == (100, pytest.approx(4 / 3), pytest.approx([4 / 3, 0, 5 / 3, 0, 0, 0, 0]))
    assert answered([0, 4, 4, 7, 7, 7, 7, 7])[:2] == (0, 1)  # 3 is not more than 3


@pytest.mark.parametrize(("fps", "step"), [(8, 1), (11.9, 1), (12.1, 2), (16, 2), (24, 3), (30, 4), (5, 1)])
def test_about_eight_frames_per_second_are_looked_at(net: Level, fps: float, step: int) -> None:
    *_, series = answered(list(range(20)), fps)
    assert series == pytest.approx([step / 3] * ((20 - 1) // step))
    assert net.count == len(series) + 1  # each frame goes through the network once


def test_round_goes_to_the_even_number_as_there() -> None:
    # 6 frames: round(1.5) = 2; 10 frames: round(2.5) = 2
    assert [each.value for each in judged([9, 6, 0, 0, 0], 256)] == [0, 1]
    assert [each.value for each in judged([9, 9, *[0] * 7], 256)] == [100, 1.5]


def test_the_rule_is_vbenchs() -> None:
    """Against a transcript of its rule: pairs above the threshold are counted, until they are enough."""
    rng = np.random.default_rng(0)
    for count in range(3, 40):
        pairs = rng.exponential(6, count - 1).tolist()
        moving = sum(each > 6.0 * (256 / 256.0) for each in pairs) >= round(4 * (count / 16.0))
        assert judged(pairs, 256)[0].value == 100 * moving


def test_the_longest_twentieth_is_averaged() -> None:
    """Lengths 0, 1, …, 9999 in any order: the mean of 9500 to 9999."""
    lengths = torch.from_numpy(np.random.default_rng(0).permutation(10_000).astype(np.float32)).reshape(
        100, 100
    )

    class Known:
        def flow(self, one: object, other: object) -> torch.Tensor:
            return torch.stack([0.6 * lengths, -0.8 * lengths])

    assert magnitude(Known(), None, None) == pytest.approx(9749.5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("levels", "fps", "looked"), [([0, 9], 8, 2), ([0], 8, 1), ([0, 5, 9, 9, 9, 9], 32, 2)]
)
def test_short_clips_have_no_answer(net: Level, levels: list[int], fps: float, looked: int) -> None:
    """VBench says yes to whatever has 2 frames: of round(4 · 2 / 16) = 0 pairs, enough move."""
    with pytest.raises(
        NotMeasurable, match=rf"looks at {looked} of the clip's {len(levels)} frames.*needs 3"
    ):
        answered(levels, fps)


def test_the_network_runs_as_long_as_there() -> None:
    assert all("20 updates" in card.definition for card in DynamicDegree.cards)


def test_small_frames_are_refused(net: Level) -> None:
    from tests.made import answers

    with pytest.raises(NotMeasurable, match="dynamic_degree needs 121 x 121"):
        answers(DynamicDegree(), lightening([0, 1, 2], 120))


def test_nan_is_a_failure_of_the_frame(net: Level, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Level, "flow", lambda *_: torch.full((2, 128, 128), float("nan")))
    with pytest.raises(BenchError, match="NaN or infinity for frame 1"):
        answered([0, 1, 2])
