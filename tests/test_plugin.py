"""docs/add-a-model.md and add-a-metric.md are true: their files, in a package with entry points, are found and run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
PAGES = "".join((DOCS / f"add-a-{what}.md").read_text(encoding="utf-8") for what in ("model", "metric"))


def documented_files() -> dict[str, str]:
    """Name -> content of each file that the pages show."""
    return dict(re.findall(r"`(\w+\.py)`:\n\n```python\n(.*?)```", PAGES, flags=re.DOTALL))


def documented_entry_points() -> dict[str, dict[str, str]]:
    """Group -> name -> module, of all that the pages' pyproject.toml say."""
    found: dict[str, dict[str, str]] = {}
    for block in re.findall(r"```toml\n(.*?)```", PAGES, flags=re.DOTALL):
        for group, entries in tomllib.loads(block)["project"]["entry-points"].items():
            found.setdefault(group, {}).update(entries)
    return found


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as pip would leave it: the modules, and the metadata of a distribution."""
    folder = tmp_path_factory.mktemp("site")
    for name, content in documented_files().items():
        (folder / name).write_text(content, encoding="utf-8")
    metadata = folder / "theirs-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n")
    groups = documented_entry_points()
    groups["bench.models"]["my-ltx"] = "my_ltx"  # the page shows the line for one model
    lines = [
        f"[{group}]\n" + "".join(f"{name} = {module}\n" for name, module in entries.items())
        for group, entries in groups.items()
    ]
    (metadata / "entry_points.txt").write_text("\n".join(lines))
    return folder


def bench(package: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """`bench words…` where that package is installed."""
    environment = {**os.environ, "PYTHONPATH": str(package), "COLUMNS": "200"}
    command = [sys.executable, "-m", "bench", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_the_pages_show_the_files_and_lines_that_this_test_drops() -> None:
    assert set(documented_files()) == {"zoom_model.py", "my_ltx.py", "contrast_metric.py"}
    assert documented_entry_points() == {
        "bench.models": {"zoom": "zoom_model"},
        "bench.evaluators": {"contrast": "contrast_metric"},
    }


def test_its_models_are_listed_with_what_they_need(package: Path) -> None:
    answer = bench(package, "ls", "models", "--json")
    assert (answer.returncode, answer.stderr) == (0, "")
    entries = {entry["name"]: entry for entry in json.loads(answer.stdout)}
    assert entries["zoom"]["runs here"] == "yes"
    assert {setting["name"] for setting in entries["zoom"]["settings"]} == {"num_frames", "fps", "zoom"}
    assert (entries["my-ltx"]["weights"], entries["my-ltx"]["runs here"]) == ("me/my-ltx", "needs weights")
    assert "still" in entries


def test_its_model_runs_and_its_metric_measures(package: Path, tmp_path: Path) -> None:
    words = (
        "run",
        "-m",
        "zoom",
        "--limit",
        1,
        "--set",
        "zoom=0.5",
        "--metrics",
        "ssim,contrast",
        "--out",
        tmp_path,
        "--json",
    )
    answer = bench(package, *words)
    assert answer.returncode == 0, answer.stderr
    told = json.loads(answer.stdout)
    means = {score["metric"]: score["mean"] for score in told["scores"]}
    assert 0 < means["ssim_mean"] < 1  # it moves, and not at random
    assert 0 < means["contrast"] < 127.5
    (record,) = Path(told["runs"][0], "clips").glob("*.json")
    assert json.loads(record.read_text())["settings"]["zoom"] == 0.5


def test_its_pipeline_is_planned_by_its_rules(package: Path) -> None:
    answer = bench(
        package, "run", "-m", "my-ltx", "--dry-run", "--limit", 1, "--set", "num_frames=60", "--json"
    )
    assert answer.returncode == 0, answer.stderr
    (planned,) = json.loads(answer.stdout)["cases"]
    assert (planned["plan"]["frames"], planned["plan"]["made_frames"]) == (60, 65)
    assert planned["plan"]["fps"] == 24
