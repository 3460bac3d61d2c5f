"""Rank correlations, against SciPy and by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st
from scipy import stats

from bench.statistics import correlations


def means(*rows: tuple[str, str, str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["run", "case", "metric", "metric_version", "value"])


def table(cases: int = 10, **metrics: np.ndarray) -> pd.DataFrame:
    lines = [
        (f"r{n % 2}", f"c{n}", name, "1", float(values[n]))
        for name, values in metrics.items()
        for n in range(cases)
        if np.isfinite(values[n])
    ]
    return correlations.table(means(*lines))


def test_the_strongest_come_first_whichever_way() -> None:
    n = np.arange(10.0)
    shuffled = np.array([3.0, 0, 1, 5, 2, 9, 4, 6, 8, 7])
    found = correlations.strongest(table(a=n, against=-(n**3), near=shuffled, level=np.ones(10)), "a")
    assert [each.metric for each in found] == ["against", "near"]  # one that never varies has no correlation
    assert found[0].spearman == pytest.approx(-1)
    assert found[1].spearman == pytest.approx(stats.spearmanr(n, shuffled).statistic)
    assert [each.pairs for each in found] == [10, 10]


def test_only_cases_that_have_both_count_and_few_of_them_nothing() -> None:
    n = np.arange(10.0)
    some, few = n.copy(), n.copy()
    some[0] = np.nan
    few[:3] = np.nan
    found = correlations.strongest(table(a=n, some=some, few=few), "a")
    assert [(each.metric, each.pairs) for each in found] == [("some", 9)]


def test_as_many_as_asked_for() -> None:
    n = np.arange(10.0)
    values = table(**{f"m{k}": n for k in range(9)})
    assert [each.metric for each in correlations.strongest(values, "m0", count=3)] == ["m1", "m2", "m3"]


def test_a_metric_that_nobody_measured() -> None:
    assert correlations.strongest(table(a=np.arange(10.0)), "b") == []


def test_versions_are_never_mixed() -> None:
    rows = [("r", f"c{n}", "a", "2", float(n)) for n in range(3)] + [("s", "c0", "a", "1", 9.0)]
    light = means(*rows).astype(dict.fromkeys(["run", "case", "metric", "metric_version"], "category"))
    for frame in (means(*rows), light):
        found = correlations.table(frame)
        assert found["a"].dropna().tolist() == [0, 1, 2]


def test_no_values() -> None:
    assert correlations.table(means()).empty


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=30))
def test_as_scipy_with_ties(pairs: list[tuple[int, int]]) -> None:
    a, b = np.array(pairs, dtype=float).T
    found = correlations.spearman(a, b)
    if len(set(a)) == 1 or len(set(b)) == 1:
        assert found is None
    else:
        assert found == pytest.approx(stats.spearmanr(a, b).statistic)
