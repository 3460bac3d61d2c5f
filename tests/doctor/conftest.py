"""An empty cache of the hub, and a pipeline in a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doctor.made_weights import write_index, write_network


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the hub."""
    from huggingface_hub import constants

    folder = tmp_path / "hub"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(folder))
    return folder


@pytest.fixture
def pipeline(tmp_path: Path) -> Path:
    """A pipeline of two networks, 3000 numbers together, and a scheduler."""
    folder = tmp_path / "pipeline"
    write_index(folder, {"unet": "U", "vae": "V", "scheduler": "S"})
    write_network(folder / "unet", 2000)
    write_network(folder / "vae", 1000)
    (folder / "scheduler").mkdir()
    (folder / "scheduler" / "scheduler_config.json").write_text("{}")
    return folder
