"""The clip that the servers of these tests deliver."""

from pathlib import Path

import pytest

from bench.media import encoding
from tests.made import moving_clip


@pytest.fixture(scope="session")
def mp4(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("vendor") / "clip.mp4"
    encoding.write_preview(path, moving_clip(6))
    return path
