"""Facts of a clip by its rows, of any origin."""

from __future__ import annotations

import json

import pytest

from bench.runs.row_facts import Decoded, decoded, json_object


def test_each_fact_by_the_first_row_that_says() -> None:
    texts = [
        None,
        "",
        '{"frames": 5, "fps": 7.5}',
        '{"frames": 9, "width": 64, "height": 48, "codec": "ffv1"}',
    ]
    assert decoded(texts) == Decoded(5, 7.5, 64, 48)
    assert decoded(texts).size == (64, 48)
    assert decoded([]) == Decoded()


@pytest.mark.parametrize(
    "value", [10**400, -5, 0, True, "8", None, [8], float("inf"), float("nan"), 1e308, 10**6, {"a": 1}]
)
def test_what_is_no_number_of_a_clip_is_unknown(value: object) -> None:
    text = json.dumps(dict.fromkeys(("frames", "fps", "width", "height"), value))
    assert decoded([text]) == Decoded()
    assert decoded([text]).size is None


@pytest.mark.parametrize("text", ["[" * 100_000, "{", "[1]", '"x"', "9" * 5000, 3, float("nan")])
def test_what_is_no_object_says_nothing(text: object) -> None:
    assert decoded([text, '{"fps": 8}']) == Decoded(fps=8.0)


def test_a_size_beyond_every_picture_is_none() -> None:
    """Two negative sides have a positive product; two large ones would fill the memory."""
    assert decoded(['{"width": -5, "height": -5}']).size is None
    assert decoded(['{"width": 900000, "height": 900000}']).size is None


@pytest.mark.parametrize("text", ["", "not JSON", "[1]", "3", '"x"', "{"])
def test_facts_of_nonsense_are_none(text: str) -> None:
    assert json_object(text) == {}


def test_facts() -> None:
    assert json_object('{"fps": 8.0}') == {"fps": 8.0}
