"""`bench.run` and `bench.evaluate` take what the commands take: an option of one is a parameter of the other."""

from __future__ import annotations

import inspect

import pytest

import bench
from bench.cli.commands import running

OTHER_NAMES = {"named": "model"}
"""Argument of a command -> the parameter that takes the same."""

ONLY_COMMANDS = {"as_json", "quiet", "verbose", "config", "context"}
"""Options that a call from Python does not need: it returns rows, and is itself the file of its options."""

ASKED = {"download"}
"""Options that the command asks for on a terminal where they are not given, so that defaults differ."""

ONLY_PYTHON = {
    "run": {"name", "revision", "layout", "show_progress"},
    "evaluate": {"frames", "images", "prompts", "layout", "show_progress"},
}
"""Parameters that only Python has: for models and frames in memory."""


@pytest.mark.parametrize("name", ONLY_PYTHON)
def test_an_option_of_the_command_is_a_parameter_of_the_function_and_the_other_way_round(name: str) -> None:
    options = {OTHER_NAMES.get(each, each) for each in inspect.signature(getattr(running, name)).parameters}
    parameters = set(inspect.signature(getattr(bench, name)).parameters)
    assert options - ONLY_COMMANDS == parameters - ONLY_PYTHON[name]


@pytest.mark.parametrize("name", ONLY_PYTHON)
def test_defaults_are_the_same(name: str) -> None:
    """Switches and numbers; lists of names are left out, as the command has them as one text."""
    options = inspect.signature(getattr(running, name)).parameters
    for word, parameter in inspect.signature(getattr(bench, name)).parameters.items():
        if word in options and word not in ASKED and isinstance(parameter.default, (bool, int, float)):
            assert options[word].default == parameter.default, word
