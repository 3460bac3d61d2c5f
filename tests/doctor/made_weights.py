"""Weights as the hub's cache and folders of pipelines hold them, and what a checkup finds of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from bench.doctor import model_checkups
from bench.doctor.findings import Finding
from bench.types import Runtime

COMMIT = "1234567890abcdef1234567890abcdef12345678"
CPU = Runtime("cpu", "float32")


def of(name: str, **kwargs: Any) -> dict[str, Finding]:
    """What was found of a model, by name."""
    (checkup,) = model_checkups.checkups([name], where=kwargs.pop("where", CPU), **kwargs)
    return {finding.what: finding for finding in checkup.findings}


def cache(hub: Path, repository: str) -> Path:
    """The folder of a cached repository, empty as yet."""
    folder = hub / f"models--{repository.replace('/', '--')}"
    (folder / "refs").mkdir(parents=True)
    (folder / "refs" / "main").write_text(COMMIT)
    snapshot = folder / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    return snapshot


def write_network(folder: Path, numbers: int = 1000, name: str = "model.safetensors") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text("{}")
    save_file({"weight": np.zeros(numbers, np.float32)}, folder / name)


def write_index(folder: Path, parts: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model_index.json").write_text(
        json.dumps(
            {"_class_name": "X", "safety_checker": [None, None]}
            | {name: ["x", cls] for name, cls in parts.items()}
        )
    )
