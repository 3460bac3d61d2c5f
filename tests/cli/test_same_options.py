"""`bench.run` and `bench.evaluate` take what the commands take: an option of one is a parameter of the other."""

from __future__ import annotations

import inspect

import pytest

import bench
from bench.cli.commands import running

OTHER_NAMES = {"named": "model"}
"""Arguments of commands -> the parameter that takes the same."""

OF_A_TERMINAL = {"as_json", "quiet", "verbose", "config", "context"}
"""What a call from Python says otherwise: it returns rows, and is written down as it is."""

ASKED = {"download"}
"""What a terminal is asked where the command does not say it; a call from Python is not."""

OF_PYTHON = {
    "run": {"name", "revision", "layout", "show_progress"},
    "evaluate": {"frames", "images", "prompts", "layout", "show_progress"},
}
"""What only Python has: models and frames in memory."""


@pytest.mark.parametrize("name", OF_PYTHON)
def test_an_option_of_the_command_is_a_parameter_of_the_function_and_the_other_way_round(name: str) -> None:
    options = {OTHER_NAMES.get(each, each) for each in inspect.signature(getattr(running, name)).parameters}
    parameters = set(inspect.signature(getattr(bench, name)).parameters)
    assert options - OF_A_TERMINAL == parameters - OF_PYTHON[name]


@pytest.mark.parametrize("name", OF_PYTHON)
def test_defaults_are_the_same(name: str) -> None:
    """Of what both write alike; several names are a text of the command and a list of Python."""
    options = inspect.signature(getattr(running, name)).parameters
    for word, parameter in inspect.signature(getattr(bench, name)).parameters.items():
        if word in options and word not in ASKED and isinstance(parameter.default, (bool, int, float)):
            assert options[word].default == parameter.default, word
