"""What may be imported from outside the package is declared, documented, and all that the documents import."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

PUBLIC = (
    "bench", "bench.models", "bench.models.plans", "bench.models.diffusers", "bench.models.hosted.polling",
    "bench.models.processing", "bench.evaluators", "bench.evaluators.frechet", "bench.types",
    "bench.errors", "bench.media.pictures", "bench.media.video", "bench.suites", "bench.suites.scenes",
    "bench.scoring.recipes",
)  # fmt: skip

DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]


def documented() -> dict[str, list[str]]:
    """Module -> names, by the table in docs/python.md."""
    text = (ROOT / "docs" / "python.md").read_text()
    lines = re.findall(
        r"^\| `([\w.]+)` \|.*\| ([^|]+) \|$", text.partition("## The public face")[2], re.MULTILINE
    )
    return {module: re.findall(r"`(\w+)`", names) for module, names in lines}


@pytest.mark.parametrize("module", PUBLIC)
def test_a_public_module_declares_its_names_and_the_page_lists_them(module: str) -> None:
    listed, found = documented()[module], importlib.import_module(module)
    assert all(hasattr(found, name) for name in listed)
    assert set(listed) == {name for name in found.__all__ if not name.startswith("__")}


def test_the_page_lists_no_other_module() -> None:
    assert list(documented()) == list(PUBLIC)


def imports(document: Path) -> Iterator[tuple[str, str]]:
    """Module and name of each `from bench… import …` in a document's Python."""
    for block in re.findall(r"```python\n(.*?)```", document.read_text(), flags=re.DOTALL):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "bench":
                yield from ((str(node.module), each.name) for each in node.names)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_documents_import_public_names_only(document: Path) -> None:
    names = documented()
    for module, name in imports(document):
        assert f"{module}.{name}" in PUBLIC or name in names[module], f"from {module} import {name}"
