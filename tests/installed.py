"""An installation without extras, made of links to packages that are here: what `pip install i2v-bench` would leave.

Nothing else of this environment can be imported from there, torch for one, so that what works there works without.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]

PROCESS = """
import json, sys
from typer.testing import CliRunner
from bench.cli.commands import app
found = {}
for words in json.load(sys.stdin):
    answer = CliRunner().invoke(app, words.split())
    found[words] = (answer.exit_code, answer.stdout, answer.stderr)
print(json.dumps(found))
"""
"""Reads commands as JSON, runs them, and prints their answers as JSON."""


def project() -> Mapping[str, Any]:
    """What pyproject.toml says of the project."""
    found: Mapping[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return found


def installation(folder: Path) -> Path:
    """Fills a folder with links to this checkout's packages and to all that they always need; gives the folder."""
    for name in sorted(closure(map(Requirement, project()["dependencies"]))):
        for top in {file.parts[0] for file in distribution(name).files or ()} - {"..", "__pycache__"}:
            _link(Path(str(distribution(name).locate_file(top))), folder / top)
    for package in ("bench", "leaderboard", "suites"):
        _link(ROOT / package, folder / package)
    metadata = folder / "i2v_bench-0.1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("\n".join(_metadata()) + "\n", encoding="utf-8")
    return folder


def closure(wanted: Iterable[Requirement]) -> set[str]:
    """Names of installed packages that these need, and those in turn, without extras that nobody asks for."""
    found: set[str] = set()
    left = [(each, extra) for each in wanted for extra in ("", *each.extras)]
    while left:
        requirement, extra = left.pop()
        try:
            lines = distribution(requirement.name).requires or []
        except PackageNotFoundError:  # of another system or Python
            continue
        found.add(requirement.name)
        for each in map(Requirement, lines):
            is_needed = each.marker is None or each.marker.evaluate({"extra": extra})
            if is_needed and each.name not in found:
                left += [(each, extra) for extra in ("", *each.extras)]
    return found


@dataclass(frozen=True)
class Answer:
    """What a command left: its exit code, and what it printed."""

    code: int
    stdout: str
    stderr: str


def answers(installed: Path, commands: Iterable[str], cwd: Path) -> dict[str, Answer]:
    """Runs commands in one process of that installation, one after the other.

    Args:
        installed: a folder of packages.
        commands: words of `bench`, as on a command line.
        cwd: where they run.

    Returns:
        Command -> its answer.
    """
    process = subprocess.run(
        [sys._base_executable, "-S", "-c", PROCESS],  # type: ignore[attr-defined]
        input=json.dumps(list(commands)),
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(installed), "PYTHONNOUSERSITE": "1", "COLUMNS": "200"},
        cwd=cwd,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    return {words: Answer(*found) for words, found in json.loads(process.stdout).items()}


def _metadata() -> Iterator[str]:
    """What a wheel says of this project, as far as extras go."""
    yield from ("Metadata-Version: 2.4", "Name: i2v-bench", "Version: 0.1.0")
    yield from (f"Requires-Dist: {line}" for line in project()["dependencies"])
    for extra, lines in project()["optional-dependencies"].items():
        yield f"Provides-Extra: {extra}"
        yield from (f"Requires-Dist: {line}; extra == '{extra}'" for line in lines if not _is_own(line))


def _is_own(line: str) -> bool:
    return re.match(r"i2v-bench\b", line) is not None


def _link(source: Path, target: Path) -> None:
    if source.exists() and not target.exists():
        target.symlink_to(source)
