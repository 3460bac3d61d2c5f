"""What every network is fed by: batches whose size changes no number, memory that runs out, NaN."""

from __future__ import annotations

import logging

import numpy as np
import pytest
import torch

from bench.errors import BenchError, OutOfMemory
from bench.evaluators import nets
from bench.types import Image


def frames(*sizes: tuple[int, int]) -> list[Image]:
    random = np.random.default_rng(0)
    return [random.integers(0, 256, (*size, 3), dtype=np.uint8) for size in sizes]


def means(planes: torch.Tensor) -> torch.Tensor:
    return planes.float().mean((2, 3))


@pytest.mark.parametrize("batch", [1, 2, 16])
def test_answers_come_in_the_order_of_frames_of_any_size_and_batch(batch: int) -> None:
    mixed = frames((4, 6), (6, 4), (4, 6), (4, 6), (6, 4))
    found = nets.in_batches(means, mixed, batch=batch)
    assert found.shape == (5, 3) and found.dtype == np.float64
    assert np.allclose(found, [frame.mean((0, 1)) for frame in mixed], atol=1e-4)


def test_too_little_memory_makes_batches_smaller_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[int] = []

    def small(planes: torch.Tensor) -> torch.Tensor:
        seen.append(len(planes))
        if len(planes) > 2:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")
        return means(planes)

    many = frames(*[(4, 4)] * 5)
    with caplog.at_level(logging.WARNING):
        found = nets.in_batches(small, many, batch=8)
    assert seen == [5, 2, 2, 1]
    assert np.array_equal(found, nets.in_batches(means, many, batch=2))
    assert "does not suffice for 5 frames at a time: 2 are tried" in caplog.text


def test_memory_for_not_even_one_frame_is_an_error_with_a_remedy() -> None:
    def never(planes: torch.Tensor) -> torch.Tensor:
        raise MemoryError

    with pytest.raises(OutOfMemory, match="for one frame than cpu has; --device cpu"):
        nets.in_batches(never, frames((4, 4)))


def test_another_error_is_not_taken_for_memory() -> None:
    def broken(planes: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    with pytest.raises(RuntimeError, match="mat1"):
        nets.in_batches(broken, frames((4, 4)))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_is_named_by_its_frame(bad: float) -> None:
    def wrong(planes: torch.Tensor) -> torch.Tensor:
        found = means(planes)
        found[planes[:, 0, 0, 0] == 7] = bad
        return found

    three = frames((4, 4), (4, 4), (4, 4))
    for number, frame in enumerate(three):
        frame[0, 0, 0] = 7 if number == 1 else 8
    with pytest.raises(BenchError, match="NaN or infinity for frame 1"):
        nets.in_batches(wrong, three, batch=2)


def test_a_network_is_made_once_while_it_is_in_use() -> None:
    made: list[str] = []

    class Net:
        def __init__(self, name: str) -> None:
            made.append(name)

    one = nets.shared(Net, "a")
    assert nets.shared(Net, "a") is one and nets.shared(Net, "b") is not one
    del one
    nets.shared(Net, "a")
    assert made == ["a", "b", "a"]
