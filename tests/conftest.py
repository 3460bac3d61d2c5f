"""Fixtures that every folder of tests uses."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")  # a busy machine is no failure

os.environ.setdefault("OMP_NUM_THREADS", "1")  # bit-identical clips need a fixed number of threads
os.environ["HF_HUB_OFFLINE"] = "1"  # no test asks a hub
os.environ["NO_COLOR"] = "1"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--long", action="store_true", help="also the tests marked `long`, and faults in full number"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("long"):
        left_out = [item for item in items if item.get_closest_marker("long")]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


REAL_CLIPS = Path(__file__).parents[2] / "shared" / "real_clips"


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder of this test session, so that nothing of the user's is read or written."""
    folder = tmp_path_factory.mktemp("cache")
    os.environ["BENCH_CACHE"] = str(folder)
    return folder


@pytest.fixture(autouse=True, scope="session")
def no_flush() -> Iterator[None]:
    """No test cuts the power, and waiting for the disk takes minutes; processes that tests start do wait."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "fsync", lambda handle: None)
        yield


@pytest.fixture
def real_clips() -> Path:
    """The folder of real image-to-video outputs; skips where it is absent."""
    if not REAL_CLIPS.is_dir():
        pytest.skip(f"no real clips at {REAL_CLIPS}")
    return REAL_CLIPS


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium, one per process: a second one cannot be started beside it."""
    from playwright.sync_api import expect

    from tests.leaderboard import serving

    if serving.browser_path() is None:
        # a failure in CI, or nobody would notice; not by assert, which would print the whole environment
        refuse = pytest.fail if os.environ.get("CI") else pytest.skip
        refuse("no Chromium here: apt-get install chromium fonts-dejavu-core")
    expect.set_options(timeout=20_000)  # milliseconds: on a busy machine a page takes its time
    with serving.browser() as launched:
        yield launched
