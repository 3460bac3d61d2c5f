"""RAFT on random weights in the paper's format, beside the paper's code and torchvision's; the real file if here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from bench.base import weights
from bench.errors import Unavailable
from bench.evaluators.nets import raft
from bench.evaluators.nets.raft import Raft
from tests import random_weights
from tests.evaluators.nets import shapes

SIZE = (121, 131)
"""Padded to 128 x 136: by 3 and 4 pixels, by 2 and 3."""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As the paper's authors saved it: from within DataParallel, a downsampling's norm under both of its names."""
    path = tmp_path_factory.mktemp("raft") / "things.pth"
    tensors = random_weights.tensors(shapes.raft_things())
    for name in [each for each in tensors if ".norm3." in each]:
        tensors[name] = tensors[name.replace("norm3", "downsample.1")]
    torch.save({f"module.{name}": tensor for name, tensor in tensors.items()}, path)
    return path


@pytest.fixture(scope="module")
def net(file: Path) -> Iterator[Raft]:
    """With 3 updates, since each takes a quarter of a second; 20 are compared in docs/learned.md."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(raft, "UPDATES", 3)
        yield Raft(weights.local(file))


@pytest.fixture(scope="module")
def flow(net: Raft) -> np.ndarray:
    one, other = (net.seen(frame) for frame in random_weights.pictures(2, *SIZE))
    return np.asarray(net.flow(one, other).numpy())


def test_the_flow_is_that_of_the_authors(flow: np.ndarray) -> None:
    # princeton-vl/RAFT at 2888e15, RAFT(small=False) with these tensors, InputPadder, iters=3, test_mode=True
    assert flow.shape == (2, 128, 136)
    assert np.abs(flow).max() == pytest.approx(34.003292, rel=1e-5)  # other kernels on other processors
    assert flow.mean((1, 2)) == pytest.approx([-21.208973, -11.925432], rel=1e-5)
    assert (flow[0, 40, 50], flow[1, 100, 7]) == pytest.approx((-21.743725, -16.393093), rel=1e-5)


def test_the_flow_is_that_of_torchvisions_own_pass(net: Raft, flow: np.ndarray) -> None:
    planes = [
        torch.nn.functional.pad(
            torch.from_numpy(frame).permute(2, 0, 1)[None].float(), (2, 3, 3, 4), mode="replicate"
        )
        for frame in random_weights.pictures(2, *SIZE)
    ]
    with torch.inference_mode():
        expected = net._net(*(2 * (each / 255) - 1 for each in planes), num_flow_updates=3)[-1][0]
    assert flow == pytest.approx(expected.numpy(), abs=1e-4)  # of up to 34 pixels


def test_both_files_hold_the_same_network(net: Raft, flow: np.ndarray, tmp_path: Path) -> None:
    twin = tmp_path / "torchvision.pth"
    torch.save(net._net.state_dict(), twin)
    other = Raft(weights.local(twin))
    one, two = (other.seen(frame) for frame in random_weights.pictures(2, *SIZE))
    assert np.array_equal(other.flow(one, two).numpy(), flow)


@pytest.mark.parametrize("kind", ["alexnet", "page"])
def test_a_file_of_another_kind_is_unavailable(tmp_path: Path, kind: str) -> None:
    other = tmp_path / "other.pth"
    if kind == "page":
        other.write_text("<html>not found</html>")
    else:
        torch.save(random_weights.tensors(shapes.alexnet()), other)
    with pytest.raises(
        Unavailable, match=r"other\.pth is not a large RAFT: .*raft-things\.pth again"
    ) as caught:
        Raft(weights.local(other))
    assert "\n" not in str(caught.value)


@pytest.mark.weights
def test_the_real_one_sees_a_shift() -> None:
    if weights.path(raft.WEIGHTS) is None:
        pytest.skip(f"no {raft.WEIGHTS.name} in {weights.folder()}")
    net = Raft()
    rng = np.random.default_rng(0)
    wide = random_weights.pictures(1, 160, 200)[0] // 2 + rng.integers(0, 100, (40, 50, 3), np.uint8).repeat(
        4, 0
    ).repeat(4, 1)
    one, other = wide[:, 8:-8], wide[:, 3:-13]  # its content moves 5 pixels to the right
    found = net.flow(net.seen(one), net.seen(other)).numpy()[:, 20:-20, 20:-20]
    assert np.median(found, (1, 2)) == pytest.approx([5, 0], abs=0.3)
