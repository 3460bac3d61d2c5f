"""Text as people's programs save it: UTF-8, with or without a byte order mark, or UTF-16 (Excel's "Unicode text")."""

from __future__ import annotations

import codecs
from pathlib import Path

from bench.base import files
from bench.errors import UsageError

REMEDY = "save it as UTF-8 (Excel: 'CSV UTF-8')"


def text(path: Path, expected: str) -> str:
    """What a file says; line ends of Windows become Unix's, so that a prompt is the same on every system.

    Raises:
        UsageError: it cannot be read, or is not the text that was expected.
    """
    try:
        content = files.content(path)
        return decoded(content).replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = line_of(content, error.start)
        raise UsageError(f"{path}:{line}: not UTF-8 text; {expected} was expected: {REMEDY}") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {files.why(error)}") from None


def decoded(content: bytes) -> str:
    """The text of a file's bytes, without byte order marks.

    Raises:
        UnicodeDecodeError: it is neither UTF-8 nor UTF-16. Other encodings cannot be told apart, and are not guessed.
    """
    return content.decode(_encoding(content)).lstrip("\ufeff")


def line_of(content: bytes, place: int) -> int:
    """The line that a byte is in, counted from 1."""
    return content[:place].count(b"\n") + 1


def _encoding(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # without a mark, every other byte of UTF-16 is 0 where most letters are Latin; text holds no other zeros
    for name, upper in (("utf-16-le", content[1::2]), ("utf-16-be", content[::2])):
        if len(content) % 2 == 0 and upper.count(0) > len(upper) / 2:
            return name
    return "utf-8"
