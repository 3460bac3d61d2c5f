"""What the documents show runs as it stands there, and is true."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import bench
from bench import evaluators, models

ROOT = Path(__file__).parents[1]


def blocks(document: str, language: str = "python") -> list[str]:
    """The fenced blocks of a document."""
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / document).read_text(), flags=re.DOTALL)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def module() -> Iterator[ModuleType]:
    """A module for a block to run in: settings are read from the module that declares them."""
    made = ModuleType("documented")
    sys.modules["documented"] = made
    yield made
    del sys.modules["documented"]


def test_the_examples_of_python_md_run(elsewhere: Path) -> None:
    names: dict[str, object] = {}
    for block in blocks("docs/python.md"):
        exec(compile(block, "docs/python.md", "exec"), names)
    assert list((elsewhere / "runs").iterdir())


def test_the_models_and_metrics_of_the_readme_run(
    elsewhere: Path, module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert list(models.registry), list(
        evaluators.registry
    )  # find what there is before the registries are copied
    monkeypatch.setattr(models.registry, "_classes", dict(models.registry._classes))
    monkeypatch.setattr(evaluators.registry, "_classes", dict(evaluators.registry._classes))
    for block in blocks("README.md"):
        exec(compile(block, "README.md", "exec"), vars(module))
    rows = bench.run(
        "brighter",
        settings={"num_frames": 3},
        limit=2,
        metrics=["brightness"],
        view="native",
        show_progress=False,
    )
    (series,) = rows[rows["case"] == "cat"]["series"]
    assert series[1] - series[0] == pytest.approx(1.0, abs=0.05)  # a few pixels are white already


DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document: str) -> None:
    text = (ROOT / document).read_text()
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        if not target.startswith("http"):
            assert ((ROOT / document).parent / target).exists(), target


def test_the_readme_names_every_evaluator() -> None:
    text = (ROOT / "README.md").read_text()
    assert all(f"| `{name}` |" in text for name in evaluators.registry)
