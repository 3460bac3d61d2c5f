"""Numbers and lists as text: the same digits and words in the terminal, on the board, on the site and in reports."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Sequence

LEAST = 1e-9
"""Numbers below it are only the rounding of float64, and read 0."""


def number(value: float) -> str:
    """Four significant digits; '–' for none; '0' below LEAST."""
    if not math.isfinite(value):
        return "–"
    if abs(value) < LEAST:
        return "0"
    return f"{value:.0f}" if 10_000 <= abs(value) < 1e15 else f"{value:.4g}"


def with_interval(mean: float, low: float, high: float) -> str:
    """'0.93 ± 0.02', or '12 (9 … 18)' where the interval is lopsided, or the mean alone where there is none.

    Args:
        mean: NaN for none, which is '–'.
        low, high: of the interval, in the mean's unit; NaN for none.
    """
    return f"{number(mean)} {half(mean, low, high)}".rstrip()


def half(mean: float, low: float, high: float) -> str:
    """'± 0.02', or '(9 … 18)' where the interval is lopsided; '' where there is none.

    Two significant digits: more would claim to know the interval itself that well.

    Args:
        mean, low, high: as with_interval takes them.
    """
    below, above = mean - low, high - mean
    if not math.isfinite(below + above):
        return ""
    if math.isclose(below, above, rel_tol=1e-6, abs_tol=1e-9):
        return f"± {number(float(f'{above:.2g}'))}"
    return f"({number(low)} … {number(high)})"


def minus(text: str) -> str:
    """Text with a minus sign for every hyphen, as numbers have it."""
    return text.replace("-", "−")


def signed(value: float) -> str:
    """'+0.2', '−0.2' or '0': a difference, with four significant digits."""
    shown = number(value)
    return minus(f"+{shown}" if value > 0 and shown != "0" else shown)


def some(names: Sequence[str], most: int) -> str:
    """The first names of a list, and how many more there are.

    >>> some(["a", "b", "c"], most=3), some(["a", "b", "c", "d", "e"], most=3)
    ('a, b, c', 'a, b, c and 2 more')
    """
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def duration(seconds: float) -> str:
    """'40 s', '3 min 20 s' or '2 h 5 min'.

    >>> duration(200.4)
    '3 min 20 s'
    """
    whole = round(seconds)
    if whole >= 3600:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 60} min {whole % 60} s" if whole >= 60 else f"{whole} s"


def size(count: float | None) -> str:
    """A number of bytes as '3.42 GB' or '354 MB'; None is 'size unknown'.

    >>> size(3_420_000_000), size(353_976_522), size(12), size(None)
    ('3.42 GB', '354 MB', '12 bytes', 'size unknown')
    """
    if count is None:
        return "size unknown"
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= factor:
            return f"{count / factor:.3g} {unit}"
    return f"{count:.0f} bytes"


def first_line(error: Exception) -> str:
    r"""The first line of an error's text; of torch's reports, whose first line ends with a colon, the next one, too.

    >>> first_line(
    ...     RuntimeError(
    ...         "Error(s) in loading state_dict for Net:\n\tMissing key(s): a\n\tUnexpected key(s): b"
    ...     )
    ... )
    'Error(s) in loading state_dict for Net: Missing key(s): a'
    """
    said = [line.strip() for line in str(error).splitlines() if line.strip()]
    first, *others = said or [type(error).__name__]
    return f"{first} {others[0]}" if first.endswith(":") and others else first


def one_line(words: str) -> str:
    """Words in one line, without the characters that control a terminal or break a document."""
    return "".join(letter if letter.isprintable() else "�" for letter in " ".join(words.split()))


CONTROLS = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of characters that move a cursor, change colours, turn the direction of writing, or break a line."""

HARMLESS = frozenset("\n\t\u200c\u200d")
"""Controls that stay: line ends, tabs, and what joins the parts of letters and of emoji."""


def printable(text: str) -> str:
    """A text whose characters do nothing to a terminal but appear on it; line ends stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join("�" if _is_control(letter) else letter for letter in text)


def printable_json(text: str) -> str:
    """JSON of the same content, in which the characters that would act on a terminal are written as escapes."""
    if text.isascii() and "\x7f" not in text:
        return text
    return "".join(json.dumps(letter)[1:-1] if _is_control(letter) else letter for letter in text)


def _is_control(letter: str) -> bool:
    return unicodedata.category(letter) in CONTROLS and letter not in HARMLESS
