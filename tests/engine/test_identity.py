"""Which run is it."""

from __future__ import annotations

from bench.engine.identity import run_id


def test_the_id_depends_on_identity_alone() -> None:
    one = run_id("svd@step-2", "demo", {"a": 1, "b": None})
    assert one == run_id("svd@step-2", "demo", {"b": None, "a": 1})
    assert one != run_id("svd@step-2", "demo", {"a": 2, "b": None})
    assert one.startswith("svd-step-2-demo-")
