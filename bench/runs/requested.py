"""Which clips a run was asked for: without that, nobody could say how many are missing.

<run>/requests/<digest>.json      cases and seeds of one request, written once; a run is asked for all of them
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.base import documents, files, reading, sealed
from bench.errors import BadResults

Clips = frozenset[tuple[str, int]]
"""Cases and seeds."""


def note(run: Path, cases: Sequence[str], seeds: Sequence[int]) -> None:
    """Notes that a run was asked for every one of these cases with every one of these seeds.

    Args:
        run: its folder.
        cases: ids.
        seeds: of each.
    """
    content = {"cases": list(cases), "seeds": list(seeds)}
    path = run / "requests" / f"{files.digest(content)[:16]}.json"
    if not path.exists():
        files.write_text(path, sealed.text(content))


def clips(run: Path) -> Clips:
    """All clips that a run was asked for; none is known of runs of earlier versions, and of clips from elsewhere.

    Raises:
        BadResults: a file is broken.
        StorageFailed: it cannot be read now.
    """
    with reading.of(run):
        paths = sorted((run / "requests").glob("*.json"))
    return frozenset(clip for path in paths for clip in _in(path))


def _in(path: Path) -> Clips:
    try:
        stored = reading.content(path)
        sealed.check(stored)
        content = documents.json_value(stored)
        return frozenset((str(case), int(seed)) for case in content["cases"] for seed in content["seeds"])
    except (*reading.ABSENT, ValueError, TypeError, KeyError) as error:
        raise BadResults(
            f"{path} cannot be read: {error}; delete it, the next bench run notes it again"
        ) from error
