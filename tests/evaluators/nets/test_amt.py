"""AMT-S on random weights in the published file's format, beside its authors' network; the real file if here."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from bench.base import weights
from bench.errors import BenchError, OutOfMemory, Unavailable
from bench.evaluators.nets import amt
from bench.evaluators.nets.amt import Amt
from bench.evaluators.nets.layers import Layers
from tests import random_weights
from tests.evaluators.nets import shapes

SIZE = (113, 131)
"""Padded to 128 x 144: by 7 and 8 pixels above and below, by 6 and 7 at the sides."""


def calm_state() -> dict[str, torch.Tensor]:
    """Random weights whose last layers are small, so that levels stay between 0 and 1."""
    state = random_weights.tensors(shapes.amt_s())
    for layer in ("decoder1.convblock.2", "comb_block.2"):
        state[f"{layer}.weight"] *= 0.1
        state[f"{layer}.bias"] *= 0.1
    return state


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("amt") / "s.pth"
    torch.save({"state_dict": calm_state(), "config": {"epochs": 300}}, path)
    return path


@pytest.fixture(scope="module")
def net(file: Path) -> Amt:
    return Amt(weights.local(file))


def test_random_weights_give_the_authors_numbers() -> None:
    # MCG-NKU/AMT, networks/AMT-S.py with these tensors on torch 2.15, embt 0.5: mean, deviation and three pixels
    pair = torch.from_numpy(np.stack(random_weights.pictures(2, 128, 144))).permute(0, 3, 1, 2) / 255
    with torch.inference_mode():
        found = amt.between(Layers(calm_state()), pair).clamp(0, 1)
    pixels = (found[0, 0, 5, 7], found[0, 1, 64, 70], found[0, 2, 120, 140])
    # six digits were kept; convolutions sum in another order on another processor
    assert [float(each) for each in (found.mean(), found.std(), *pixels)] == pytest.approx(
        (0.520636, 0.163915, 0.453066, 0.622605, 0.266768), abs=2e-5
    )


def test_edges_are_repeated_on_all_sides_and_levels_cut_off(net: Amt) -> None:
    before, after = random_weights.pictures(2, *SIZE)
    pair = np.pad(np.stack([before, after]), ((0, 0), (7, 8), (6, 7), (0, 0)), mode="edge")
    with torch.inference_mode():
        found = amt.between(net._layers, torch.from_numpy(pair).permute(0, 3, 1, 2) / 255)
    expected = (found[0].permute(1, 2, 0) * 255).numpy().clip(0, 255).astype(np.uint8)[7:-8, 6:-7]
    assert np.array_equal(net.middle(before, after), expected)


def test_without_memory_the_cpu_computes_the_same(
    file: Path, net: Amt, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The meta device stands for a card: nothing can be computed on it."""
    computed = amt._computed

    def short(layers: Layers, device: str, *frames: Any) -> Any:
        if device == "meta":
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB.")
        return computed(layers, device, *frames)

    monkeypatch.setattr(amt, "_computed", short)
    pair = random_weights.pictures(2, *SIZE)
    with caplog.at_level(logging.WARNING):
        found = Amt(weights.local(file), "meta").middle(*pair)
    assert np.array_equal(found, net.middle(*pair))
    assert "AMT-S needs more memory for a pair of 131 x 113 than meta has: the CPU computes" in caplog.text


def test_without_memory_on_the_cpu_there_is_no_value(net: Amt, monkeypatch: pytest.MonkeyPatch) -> None:
    def short(*arguments: object) -> None:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")

    monkeypatch.setattr(amt, "_computed", short)
    with pytest.raises(OutOfMemory, match="than cpu has"):
        net.middle(*random_weights.pictures(2, *SIZE))


def test_nan_is_no_frame(tmp_path: Path) -> None:
    state = calm_state()
    state["comb_block.2.bias"][1] = torch.nan
    torch.save({"state_dict": state}, tmp_path / "nan.pth")
    with pytest.raises(BenchError, match="the network gave NaN or infinity"):
        Amt(weights.local(tmp_path / "nan.pth")).middle(*random_weights.pictures(2, *SIZE))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({}, "it has no table state_dict"),
        ({"state_dict": {}}, r"it has no feat_encoder\.conv1\.weight"),
        (
            {"state_dict": calm_state() | {"extra": torch.zeros(1)}},
            "it has extra, which this network has not",
        ),
        (
            {"state_dict": calm_state() | {"comb_block.0.weight": torch.zeros(18, 8, 3, 3)}},
            "shapes do not fit",
        ),
        ({"state_dict": {"epoch": 3}}, ""),
        ([1], "it holds a list"),
        (
            {"state_dict": calm_state(), "best": Path("best")},
            r"reading it would call pathlib\S+, which is no tensor",
        ),
    ],
)
def test_a_file_of_another_kind_is_unavailable(content: object, says: str, tmp_path: Path) -> None:
    other = tmp_path / "other.pth"
    torch.save(content, other)
    with pytest.raises(Unavailable, match=rf"other\.pth is not an AMT-S: .*{says}") as caught:
        Amt(weights.local(other))
    assert "\n" not in str(caught.value)


def test_a_page_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "page.pth").write_text("<html>not found</html>")
    with pytest.raises(Unavailable, match=r"page\.pth is not an AMT-S"):
        Amt(weights.local(tmp_path / "page.pth"))


@pytest.mark.weights
def test_the_real_one_is_nearer_than_a_blend() -> None:
    if weights.path(amt.WEIGHTS) is None:
        pytest.skip(f"no {amt.WEIGHTS.name} in {weights.folder()}")
    wide = random_weights.pictures(1, 160, 200)[0] // 2
    wide = wide + np.random.default_rng(0).integers(0, 100, (40, 50, 3), np.uint8).repeat(4, 0).repeat(4, 1)
    before, truth, after = wide[:, 8:-8], wide[:, 5:-11], wide[:, 2:-14]
    blend = (before.astype(float) + after) / 2
    found = Amt().middle(before, after).astype(float)
    assert np.abs(found - truth).mean() < 0.5 * np.abs(blend - truth).mean()
