"""The house: few modules in the root, each room says what it holds, and the contract between rooms is short."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1]
ROOMS = sorted((HERE / "bench").rglob("__init__.py"))
MOST_IN_ROOT = 8
MOST_LAYERS = 12


def test_the_root_has_few_modules() -> None:
    assert len(list((HERE / "bench").glob("*.py"))) <= MOST_IN_ROOT


@pytest.mark.parametrize("room", ROOMS, ids=lambda path: path.parent.name)
def test_a_room_says_what_it_holds_what_is_imported_and_whom_it_knows(room: Path) -> None:
    text = room.read_text(encoding="utf-8")
    begin = " ".join(text.splitlines()[:10])
    assert ast.get_docstring(ast.parse(text))
    assert "import" in begin.lower()
    assert "know" in begin.lower()


def test_the_contract_of_layers_is_short_and_complete() -> None:
    about = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = about["tool"]["importlinter"]["contracts"]
    (layers,) = (each["layers"] for each in contracts if each["type"] == "layers")
    assert len(layers) <= MOST_LAYERS
    assert not [layer for layer in layers if layer.startswith("(")], "an optional layer guards nothing"
    named = {name for layer in layers for name in layer.replace("|", ":").split(":")}
    rooms = {path.parent.name for path in ROOMS if path.parent.parent == HERE / "bench"}
    assert rooms <= {name.strip().removeprefix("bench.") for name in named}


def test_public_functions_say_what_they_take() -> None:
    """Those of three and more parameters; commands do it in their options, and overrides in what they override."""
    modules = [path for root in ("bench", "leaderboard") for path in (HERE / root).rglob("*.py")]
    told = [path for path in modules if path.parent.name != "commands"]
    missing = [
        f"{path.relative_to(HERE)}: {function.name}"
        for path in told
        for function in _public(ast.parse(path.read_text(encoding="utf-8")).body)
        if _parameters(function) >= 3 and "Args:" not in (ast.get_docstring(function) or "")
    ]
    assert missing == []


def _public(body: list[ast.stmt]) -> Iterator[ast.FunctionDef]:
    """Functions and methods without an underscore, but for overrides: methods of a subclass without a docstring."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            own = _public(node.body)
            yield from (method for method in own if ast.get_docstring(method) or not node.bases)
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def _parameters(function: ast.FunctionDef) -> int:
    every = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    return len([each for each in every if each.arg not in ("self", "cls")])
