"""What every test of the board in a browser shares."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from streamlit.components.v2 import manifest_scanner

from bench.web import launch
from tests.leaderboard import boards, serving
from tests.leaderboard.visiting import Visit, opened


@pytest.fixture(autouse=True, scope="session")
def no_components() -> Iterator[None]:
    """The board has no components of others; each AppTest reads all installed packages to find some, half its time."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(manifest_scanner, "scan_component_manifests", list)
        yield


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where pages without a browser look for runs; for published ones they look into results/ beside it."""
    folder = tmp_path / "runs"
    for name, value in launch.environment(folder, tmp_path / "results").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if serving.browser_path() is None:
        # a failure in CI, or nobody would notice; not by assert, which would print the whole environment
        refuse = pytest.fail if os.environ.get("CI") else pytest.skip
        refuse("no Chromium here: apt-get install chromium fonts-dejavu-core")
    expect.set_options(timeout=20_000)  # milliseconds: on a busy machine a page takes its time
    with serving.browser() as launched:
        yield launched


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    out = tmp_path_factory.mktemp("board") / "runs"
    suite, _, _ = boards.two_runs(out)
    boards.hostile_run(out, suite)
    with serving.server(out) as started:
        yield started


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    with opened(browser, address, width=1280, scheme="light") as window:
        yield window


@pytest.fixture
def mobile(browser: Browser, address: str) -> Iterator[Visit]:
    with opened(browser, address, width=390, scheme="dark") as window:
        yield window
