"""What tests of faults share: their number, what they count, and the page that shows it."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

import pytest

from tests.faults import reliability_page
from tests.faults.all_faults import Figures


@pytest.fixture
def times(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """How often something is tried: the first number in the default run, the second with --long."""
    is_long = bool(request.config.getoption("long"))
    return lambda short, long: long if is_long else short


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Iterator[Figures]:
    """What a test counts; with --long, the sums over all tests of a fault go to docs/reliability.md."""
    counted = Figures()
    yield counted
    record_property("figures", asdict(counted))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    """Writes the figures of a long run that passed."""
    counted = defaultdict(list)
    for report in terminalreporter.stats.get("", ()):
        number = re.match(r"test_(\d\d)_", Path(report.location[0]).name)
        for name, value in report.user_properties if number and report.when == "teardown" else ():
            if name == "figures":
                counted[int(number[1])].append(Figures(**value))  # type: ignore[index]
    found = {number: reliability_page.together(each) for number, each in sorted(counted.items())}
    for number, figures in found.items():
        terminalreporter.write_line(f"fault {number}: {', '.join(_words(figures))}")
    if found and config.getoption("long") and exitstatus == 0:
        page = reliability_page.PAGE
        page.write_text(reliability_page.renewed(page.read_text(encoding="utf-8"), found), encoding="utf-8")


def _words(figures: Figures) -> list[str]:
    return [f"{name} {value:.4g}" for name, value in asdict(figures).items() if value is not None]


def needed(program: str) -> NoReturn:
    """Skips a test whose program is not here; fails it in CI, or nobody would notice."""
    refuse = pytest.fail if os.environ.get("CI") else pytest.skip
    refuse(f"no {program} here: apt-get install {program}")
