"""When rows were made, as far as the column `created` can be read: its texts may be of any origin."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime


def newest(texts: Iterable[object]) -> str:
    """The latest of ISO 8601 moments, as it was written; '' if none can be read."""
    written = sorted({text for text in texts if isinstance(text, str)}, reverse=True)
    return next((text for text in written if moment(text)), "")


def moment(text: str) -> datetime | None:
    """A moment since 1970, in UTC if no zone is named; None for any other text."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found if found.year > 1970 else None
