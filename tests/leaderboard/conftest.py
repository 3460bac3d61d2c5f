"""What all tests of the board and of the static site in a browser share."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from streamlit.components.v2 import manifest_scanner

from bench.web import launch
from tests import made
from tests.leaderboard import boards, serving, site_windows
from tests.leaderboard.site_windows import Window
from tests.leaderboard.visiting import Visit, opened
from tests.web.sites import export


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


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two models, one without a value of SSIM, and a null baseline; clips of 24 frames, 3 seconds."""
    out = tmp_path_factory.mktemp("exported") / "runs"
    suite = made.suite(out.parent / "pictures", cases=2)
    kinds = {"alpha": ("svd", 0.5, 3.0), "beta": ("ltx-video", None, 1.0), "still": ("still", 1.0, 0.0)}
    for label, (model, ssim, flicker) in kinds.items():
        of = boards.run(suite, label, model, run_id=f"{label}-tiny")
        rows = [
            boards.row(of, case.id, "ssim_mean", ssim, series=(0.9,) * 23 if ssim else None)
            for case in suite.cases
        ]
        rows += [
            boards.row(of, case.id, "flicker_max_step", flicker, series=tuple(range(24)))
            for case in suite.cases
        ]
        decoded = json.dumps({**boards.DECODED, "frames": 24})
        rows = [type(row)(**{**vars(row), "decoded": decoded}) for row in rows]
        folder = boards.write(out, of, suite, rows, clips=False)
        for number, case in enumerate(suite.cases):
            boards.write_clip(folder, case.id, 0, made.moving_clip(frames=24, seed=number))
    export(out.parent / "site", out)
    return out.parent / "site"


@pytest.fixture(scope="session")
def server(exported: Path) -> Iterator[str]:
    with site_windows.served(exported) as (address, _):
        yield address


@pytest.fixture(params=["disk", "server"])
def window(request: pytest.FixtureRequest, browser: Browser, exported: Path, server: str) -> Iterator[Window]:
    address = f"file://{exported}" if request.param == "disk" else server
    with site_windows.opened(browser, address) as found:
        yield found
