"""Names of files and folders, of what strangers named."""

from __future__ import annotations

import re

from bench.base import files


def safe(text: str) -> str:
    """One harmless name for any text: itself where it is one, else with the beginning of its digest.

    So neither a path leads out of its folder, nor do two texts meet in one name.
    """
    plain = re.sub(r"[^A-Za-z0-9._-]", "-", text)[:80].lstrip(".-")
    return plain if plain and plain == text else f"{plain or 'x'}-{files.digest(text)[:8]}"
