"""How values lie over cases, by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from bench.statistics import quantiles


def means(*rows: tuple[str, str, str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["run", "case", "metric", "metric_version", "value"])


def test_runs_from_best_to_worst_with_their_quantiles() -> None:
    rows = [("wide", f"c{n}", "a", "1", float(n)) for n in range(11)] + [("one", "c0", "a", "1", 5.5)]
    found = quantiles.by_run(means(*rows), +1).set_index("run")
    assert list(found.index) == ["one", "wide"]
    assert found.loc["wide"].to_dict() == pytest.approx(
        {"mean": 5, "q10": 1, "q25": 2.5, "q75": 7.5, "q90": 9, "cases": 11}
    )
    assert found.loc["one"].to_dict() == pytest.approx(
        {"mean": 5.5, "q10": 5.5, "q25": 5.5, "q75": 5.5, "q90": 5.5, "cases": 1}
    )
    assert list(quantiles.by_run(means(*rows), -1)["run"]) == ["wide", "one"]
    assert list(quantiles.by_run(means(*rows), 0)["run"]) == ["one", "wide"]
    assert quantiles.by_run(means(), 1).empty


def test_only_the_version_that_most_have() -> None:
    old, new = [("r", "c0", "a", "1", 0.0)], [("s", f"c{n}", "a", "2", 1.0) for n in range(2)]
    other = [("r", "c0", "b", "1", 0.0)]
    rows = means(*old, *new, *other)
    light = rows.astype(dict.fromkeys(["run", "case", "metric", "metric_version"], "category"))
    for frame in (rows, light):
        kept = quantiles.of_usual_versions(frame)
        assert sorted(zip(kept["metric"], kept["metric_version"], strict=True)) == [("a", "2")] * 2 + [
            ("b", "1")
        ]
    alone = means(*new)
    assert quantiles.of_usual_versions(alone) is alone
