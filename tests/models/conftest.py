"""Tiny checkpoints, built once a session."""

from pathlib import Path

import pytest

from tests import tiny_checkpoints


@pytest.fixture(scope="session")
def one_thread() -> None:
    """One torch thread: sums over another number of them differ in the last bits."""
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tiny_svd(tmp_path_factory: pytest.TempPathFactory, one_thread: None) -> Path:
    """A checkpoint of Stable Video Diffusion with random weights; nobody writes to it."""
    return tiny_checkpoints.write("svd", tmp_path_factory.mktemp("checkpoints") / "svd-tiny")
