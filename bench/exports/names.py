"""Safe names of files and folders, from names of any origin."""

from __future__ import annotations

import re

from bench.base import files


def safe(text: str) -> str:
    """One safe name for any text: the text itself if it is safe, else one with the beginning of its digest.

    So no path leads out of its folder, and no two texts get one name.
    """
    plain = re.sub(r"[^A-Za-z0-9._-]", "-", text)[:80].lstrip(".-")
    return plain if plain and plain == text else f"{plain or 'x'}-{files.digest(text)[:8]}"
