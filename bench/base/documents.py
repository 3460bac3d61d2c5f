"""JSON and TOML of any origin, read strictly: some of what Python's readers let pass is refused.

That is NaN and Infinity, also as a number beyond floats; one name twice in an object, of which the last would silently
win; half of a surrogate pair, which cannot be printed; and brackets nested by the ten thousand, which end in a
RecursionError. Each is a ValueError of one line that names it.
"""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Callable, Sequence
from typing import Any, NoReturn


def json_value(text: str | bytes) -> Any:
    """What a JSON text says.

    Raises:
        ValueError: it is not JSON, or holds what is named above.
    """
    text = text.decode() if isinstance(text, bytes) else text
    found = _read(
        lambda: json.loads(
            text, parse_float=_finite, parse_constant=_refuse_constant, object_pairs_hook=_each_once
        )
    )
    if "\\u" in text:
        _refuse_surrogates(found)
    return found


def toml_table(text: str) -> dict[str, Any]:
    """What a TOML text says; names that stand there twice are no TOML.

    Raises:
        ValueError: it is not TOML (then a TOMLDecodeError, whose message has the line), or holds what is named above.
    """
    found: dict[str, Any] = _read(lambda: tomllib.loads(text, parse_float=_finite))
    return found


def line_of(key: str, text: str) -> int:
    """The line of a TOML text on which a key, or a table of its name, begins; 1 if none does."""
    found = (
        re.search(rf"^[ \t]*\[*[\"']?{re.escape(key)}[\"']?\s*[=.\]]", text, re.MULTILINE) if key else None
    )
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _read(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except RecursionError:
        raise ValueError("its brackets are nested too deeply") from None


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} is no number: every number is finite")
    return number


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number: every number is finite")


def _each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"'{twice[:40]}' stands there twice")
    return found


def _refuse_surrogates(content: Any) -> None:
    try:
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError("a text in it holds half of a surrogate pair") from None
