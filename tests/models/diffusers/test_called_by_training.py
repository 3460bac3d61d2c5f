"""A training that evaluates itself: neither its state reaches a clip or a number, nor our work its state."""

from __future__ import annotations

import logging
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.distributed
from safetensors.torch import load_file, save_file

import bench
from bench.errors import Unavailable
from bench.runs import RunFolder, find
from tests.tiny_checkpoints import Tiny

TINY = {"num_frames": 3, "steps": 1, "width": 64, "height": 64}


def _run(checkpoint: Path, out: Path) -> RunFolder:
    bench.run(
        "svd", checkpoint=checkpoint, limit=1, settings=TINY, metrics=["flicker", "fvd_lite0"],
        metric_settings={"fvd_lite0.frames": 3}, out=out, show_progress=False,
    )  # fmt: skip
    (folder,) = find(out)
    return folder


@contextmanager
def _second_of_two_processes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In which diffusers drops its warnings."""
    from torch.testing._internal.distributed.fake_pg import FakeStore

    for name, value in {"RANK": "1", "LOCAL_RANK": "1", "WORLD_SIZE": "2", "MASTER_PORT": "29555"}.items():
        monkeypatch.setenv(name, value)
    torch.distributed.init_process_group("fake", store=FakeStore(), rank=1, world_size=2)
    try:
        yield
    finally:
        torch.distributed.destroy_process_group()


def _found(folder: RunFolder) -> tuple[list[str], list[list[float]], dict[str, float | str | None]]:
    """Digests of the clips, features of the network, and rows."""
    features = [np.load(path).tolist() for path in sorted(folder.path.glob("features/*/*.npy"))]
    rows = {row.metric: row.error if row.value is None else row.value for row in folder.rows.read()[0]}
    return [record.sha256 for record in folder.records()], features, rows


def test_the_same_clip_and_numbers_whatever_the_training_has_switched(
    tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under autocast alone, the clip of tiny svd was another under the same id: 581e7d3f, and a18a6200."""
    plain = _found(_run(tiny("svd"), tmp_path / "plain"))
    assert all(plain)
    torch.set_default_dtype(torch.bfloat16)
    try:
        with (
            _second_of_two_processes(monkeypatch),
            torch.autocast("cpu", dtype=torch.bfloat16),
            torch.device("meta"),
            torch.inference_mode(),
            np.errstate(all="raise"),
        ):
            hostile = _found(_run(tiny("svd"), tmp_path / "hostile"))
            assert torch.is_autocast_enabled("cpu")
            assert torch.get_default_device() == torch.device("meta")
        assert torch.get_default_dtype() == torch.bfloat16
    finally:
        torch.set_default_dtype(torch.float32)
    assert hostile == plain


def test_a_training_that_evaluates_draws_what_one_draws_that_does_not(tiny: Tiny, tmp_path: Path) -> None:
    def state() -> tuple[object, ...]:
        return (torch.get_rng_state().tolist(), str(np.random.get_state()), random.getstate(), torch.get_num_threads(),
                torch.is_grad_enabled())  # fmt: skip

    before = state()
    _run(tiny("svd"), tmp_path)
    assert state() == before


@pytest.mark.parametrize("part", ["unet", "image_encoder"])
def test_missing_weights_are_noticed_where_the_training_silences_logging(
    tiny: Tiny, tmp_path: Path, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The image encoder's were filled with random numbers, and measured."""
    broken = tmp_path / "broken"
    shutil.copytree(tiny("svd"), broken)
    (file,) = (broken / part).glob("*.safetensors")
    weights = load_file(file)
    weights.pop(sorted(weights)[3])
    save_file(weights, file, metadata={"format": "pt"})
    logging.disable(logging.CRITICAL)
    try:
        with (
            _second_of_two_processes(monkeypatch),
            pytest.raises(Unavailable, match="weights are missing"),
        ):
            _run(broken, tmp_path / "runs")
        assert logging.root.manager.disable == logging.CRITICAL
    finally:
        logging.disable(logging.NOTSET)
