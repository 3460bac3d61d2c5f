"""A duck's image, two clips of it and a prompt; and a CSV that names them."""

from __future__ import annotations

from pathlib import Path

from bench.media import pictures, video
from tests.made import moving_clip, photograph


def duck_folder(path: Path) -> Path:
    """Writes the files into a folder."""
    pictures.write(path / "duck.png", photograph())
    video.write_clip(path / "duck.mkv", moving_clip())
    video.write_clip(path / "duck-3.mkv", moving_clip(seed=3))
    (path / "duck.txt").write_text("a duck swims\n")
    return path


def csv_of(folder: Path, text: str) -> Path:
    """Writes mine.csv there."""
    path = folder / "mine.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return path
