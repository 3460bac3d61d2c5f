"""JSON and TOML that Python's readers let pass are refused by name, in one line."""

from __future__ import annotations

import pytest

from bench.base import documents

JSON = [
    ('{"a": NaN}', "NaN is no number"),
    ("[1, -Infinity]", "-Infinity is no number"),
    ('{"a": 1e999}', "1e999 is no number"),
    ('{"a": 1, "b": {"c": 1, "c": 2}}', "'c' stands there twice"),
    ("[" * 200_000, "nested too deeply"),
    ('{"a":' * 200_000, "nested too deeply"),
    ('{"a": "\\ud800"}', "half of a surrogate pair"),
    ("[1" + "0" * 5_000 + "]", "digits"),
    ("", "Expecting value"),
    ("{} {}", "Extra data"),
]

TOML = [
    ("a = nan", "nan is no number"),
    ("a = [1.0, -inf]", "-inf is no number"),
    ("a = 1e999", "1e999 is no number"),
    ("a = 1\na = 2", "Cannot overwrite a value"),
    ("[a]\n[a]", "Cannot declare"),
    ("a = " + "[" * 200_000, "nested too deeply"),
    ("a = 1" + "0" * 5_000, "digits"),
]


@pytest.mark.parametrize(("text", "message"), JSON, ids=range(len(JSON)))
def test_json_that_cannot_be_computed_with_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as raised:
        documents.json_value(text)
    assert len(str(raised.value).splitlines()) == 1
    assert len(str(raised.value)) < 200
    with pytest.raises(ValueError, match=message):
        documents.json_value(text.encode())


@pytest.mark.parametrize(("text", "message"), TOML, ids=range(len(TOML)))
def test_toml_that_cannot_be_computed_with_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as raised:
        documents.toml_table(text)
    assert len(str(raised.value).splitlines()) == 1


def test_what_is_sound_is_read() -> None:
    text = '{"a": [1, 2.5, -0.0, 18446744073709551615, null, true], "b": {"a": "\\ud83d\\ude00 ü"}}'
    assert documents.json_value(text) == {
        "a": [1, 2.5, -0.0, 18446744073709551615, None, True],
        "b": {"a": "😀 ü"},
    }
    assert documents.toml_table("a = 1.5\n[b]\na = 'x'") == {"a": 1.5, "b": {"a": "x"}}
