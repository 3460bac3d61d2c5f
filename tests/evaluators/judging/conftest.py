"""A cache folder of each test's own, a judge behind an address, and a case with a prompt and an image."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.media import pictures
from bench.types import Case
from tests.evaluators.judging.fake_judge import FakeJudge
from tests.made import photograph
from tests.models.hosted.fake_servers import serving


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("JUDGE_API_KEY", raising=False)


@pytest.fixture
def fake() -> Iterator[FakeJudge]:
    with serving(FakeJudge()) as server:
        yield server


@pytest.fixture
def case(tmp_path: Path) -> Case:
    pictures.write(tmp_path / "input.png", photograph(seed=5))
    return Case("duck", tmp_path / "input.png", prompt="a duck turns its head")
