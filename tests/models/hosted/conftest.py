"""What tests of services share: an image, a model with the fake server of its vendor, and the clip it delivers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bench.media import encoding, pictures
from bench.models.hosted import prices
from bench.types import Case
from tests.made import moving_clip
from tests.models.hosted.fake_servers import serving
from tests.models.hosted.stages import PROMPT, VENDORS, Clock, Stage


@pytest.fixture(scope="session")
def mp4(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("vendor") / "clip.mp4"
    encoding.write_preview(path, moving_clip(6))
    return path


@pytest.fixture(scope="session")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    path = tmp_path_factory.mktemp("case") / "duck.png"
    coarse = np.random.default_rng(0).integers(0, 256, (9, 16, 3), dtype=np.uint8)
    # the size of most clips, and quick to pack
    pictures.write(path, coarse.repeat(80, axis=0).repeat(80, axis=1))
    return Case("duck", path, prompt=PROMPT)


@pytest.fixture
def stage(
    request: pytest.FixtureRequest, mp4: Path, case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stage]:
    vendor = getattr(request, "param", VENDORS[0])
    for other in VENDORS:
        for name in (*other.keys, other.base, "GOOGLE_API_KEY", "GOOGLE_CLOUD_PROJECT", prices.OWN):
            monkeypatch.delenv(name, raising=False)
    with serving(vendor.fake(mp4.read_bytes())) as fake:
        for name, value in {**vendor.keys, vendor.base: fake.address}.items():
            monkeypatch.setenv(name, value)
        yield Stage(vendor, fake, Clock(), case, tmp_path)
