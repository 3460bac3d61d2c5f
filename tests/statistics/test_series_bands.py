"""Bands over clips, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from bench.statistics import series_bands


def test_clips_of_one_length_are_taken_point_by_point() -> None:
    found = series_bands.band({f"c{n}": [(float(n), 10.0)] for n in range(11)})
    assert found
    assert found.places_P.tolist() == [0, 1]
    assert found.mean_P.tolist() == [5, 10]
    assert found.low_P.tolist() == pytest.approx([1, 10])  # the 10 % quantile of 0 … 10
    assert found.high_P.tolist() == pytest.approx([9, 10])
    assert (found.cases, found.is_by_share) == (11, False)


def test_seeds_of_a_case_count_once() -> None:
    found = series_bands.band({"a": [(0.0,), (2.0,), (4.0,)], "b": [(8.0,)]})
    assert found
    assert found.mean_P.tolist() == [5]  # of 2 and 8; of four clips it would be 3.5
    assert found.cases == 2


def test_of_one_case_the_band_is_its_series() -> None:
    found = series_bands.band({"a": [(1.0, 3.0, 2.0)]})
    assert found
    assert found.low_P.tolist() == found.high_P.tolist() == found.mean_P.tolist() == [1, 3, 2]


def test_clips_of_different_lengths_share_their_beginning_and_end() -> None:
    found = series_bands.band({"short": [(0.0, 2.0)], "long": [(0.0, 0.0, 2.0)]})
    assert found
    assert found.places_P.tolist() == [0, 50, 100]
    assert found.mean_P.tolist() == [0, 0.5, 2]
    assert found.is_by_share


def test_a_long_series_gives_the_means_of_stretches() -> None:
    ramp = np.arange(960.0)
    found = series_bands.band({"a": [tuple(ramp)]})
    assert found
    assert len(found.mean_P) == series_bands.MAX_POINTS
    assert found.mean_P.tolist() == pytest.approx(ramp.reshape(240, 4).mean(axis=1).tolist())
    assert found.is_by_share


def test_without_a_series_there_is_no_band() -> None:
    assert series_bands.band({}) is None
    assert series_bands.band({"a": [()], "b": []}) is None


def test_a_series_of_one_value_is_level() -> None:
    assert series_bands.resampled((3.0,), 4).tolist() == [3, 3, 3, 3]


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=50), st.integers(1, 50))
def test_resampling_keeps_the_range_and_averaging_the_mean(values: list[float], points: int) -> None:
    found = series_bands.resampled(values, points)
    assert len(found) == points
    assert found.min() >= min(values) - 1e-9
    assert found.max() <= max(values) + 1e-9
    if points <= len(values):
        assert found.mean() == pytest.approx(np.mean(values), abs=1e-6)
