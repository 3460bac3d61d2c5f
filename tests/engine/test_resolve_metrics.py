"""Which metrics a request is for: all that need not be named, and those that cases of the suite name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench import evaluators
from bench.engine import resolve_metrics
from bench.engine.requests import MetricRequest
from bench.evaluators.lite0 import Lite0
from tests.made import suite


@pytest.fixture(autouse=True)
def on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Lite0, "opt_in", True)


def _names(*named: str, dimensions: tuple[str, ...] = (), folder: Path) -> set[str]:
    made = suite(folder, cases=2)
    cases = (replace(made.cases[0], dimensions=dimensions), made.cases[1])
    found, _ = resolve_metrics.resolve(MetricRequest(named), "cpu", [replace(made, cases=cases)])
    return {each.name for each in found}


def test_what_must_be_named_is_left_out_unless_it_is(tmp_path: Path) -> None:
    usual = _names(folder=tmp_path)
    assert usual == {name for name in evaluators.registry if not evaluators.registry[name].opt_in}
    assert "lite0" not in usual and "flicker" in usual
    assert _names("lite0_to_input", folder=tmp_path) == {"lite0"}


def test_a_case_may_name_it(tmp_path: Path) -> None:
    with_it = _names(dimensions=("lite0_consistency", "vbench_of_nobody"), folder=tmp_path)
    assert with_it == _names(folder=tmp_path) | {"lite0"}
    assert _names("flicker", dimensions=("lite0_consistency",), folder=tmp_path) == {"flicker"}
