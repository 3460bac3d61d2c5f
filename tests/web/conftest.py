"""A site of two runs, for tests of its files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.leaderboard import boards
from tests.web.sites import export


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "runs"
    boards.two_runs(folder)
    return folder


@pytest.fixture(scope="module")
def made_site(out: Path) -> Path:
    export(out.parent / "site", out)
    return out.parent / "site"
