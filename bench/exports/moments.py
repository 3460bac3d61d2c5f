"""When rows were made, as far as they say so: the column `created` comes from strangers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime


def newest(texts: Iterable[object]) -> str:
    """The last of ISO 8601 moments, as it was written; '' where none is one."""
    written = sorted({text for text in texts if isinstance(text, str)}, reverse=True)
    return next((text for text in written if moment(text)), "")


def moment(text: str) -> datetime | None:
    """A moment since 1970, in UTC where no zone is named; None for any other text."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found if found.year > 1970 else None
