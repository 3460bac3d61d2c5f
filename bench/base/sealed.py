"""JSON files that end with their own digest: a byte that changed is noticed when the file is read.

    {
     "case": "duck",
     "file_sha256": "9f86d0…"       sha256 of all bytes before this line and the comma in front of it
    }

A file without one is of an earlier version, or was written by hand; it is read as it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

FIELD = "file_sha256"

ZEROS = b"0" * 64

END = b',\n "%s": "%s"\n}\n' % (FIELD.encode(), ZEROS)
"""How such a file ends, but for the digest."""


def text(content: Mapping[str, Any]) -> str:
    """Content as JSON with its digest at the end; it has at least one field."""
    body = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)[: -len("\n}")].encode()
    return (body + _end(body)).decode()


def check(content: bytes) -> None:
    """Refuses a file that is not as it was written; one without a digest passes.

    Args:
        content: of the file.

    Raises:
        ValueError: a byte has changed, or content was changed and its digest was not.
    """
    end = content[-len(END) :]
    if not _is_about(END, end):
        return
    body = content[: -len(END)]
    if end != _end(body):
        raise ValueError(
            f"it is not as it was written: its {FIELD} is another (who edits it, removes that line)"
        )


def _end(body: bytes) -> bytes:
    return END.replace(ZEROS, hashlib.sha256(body).hexdigest().encode())


def _is_about(expected: bytes, found: bytes) -> bool:
    """Whether these are the bytes before the digest, a few of them changed, or the name of its field."""
    start = expected.index(ZEROS)
    alike = sum(one == other for one, other in zip(expected[:start], found, strict=False))
    return alike > start // 2 or FIELD.encode() in found
