"""Roots of buckets, and the folders of this machine that mirror them.

<cache>/buckets/<digest of the URL>/store.json      the URL, and whether the store honours put-if-absent
                                    <run id>/       as any run's folder
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from bench.base import documents, files, reading
from bench.base.progress import Progress
from bench.base.retries import Timing
from bench.errors import BadResults
from bench.stores import Store, is_url

STORE_FILE = "store.json"

TIMING = Timing()
"""Of all requests."""

SILENT = Progress()

COLLAPSED = re.compile(r"^([a-z][a-z0-9+.-]+):/(?!/)")
"""The beginning of a URL that was made a Path."""


def local_folder(out: str | Path, progress: Progress = SILENT) -> Path:
    """The folder of runs that a user means: a path as it is, or the mirror of a URL.

    Args:
        out: a path, file://… or the URL of a store; as a Path, which keeps one slash of two, too.
        progress: is told, once per root, if the store does not honour put-if-absent.

    Raises:
        UsageError: the URL is no store's.
        Unavailable: a package is missing, or access is refused; StorageFailed, which is one of these, if it is down.
    """
    text = COLLAPSED.sub(r"\1://", str(out))
    if text.startswith("file:"):
        return Path("/", text.removeprefix("file:").lstrip("/"))
    if not is_url(text):
        return Path(out)
    store = Store(text, timing=TIMING)
    folder = files.cache() / "buckets" / files.digest(store.url)[:16]
    if not is_mirror(folder):
        is_conditional = store.honours_condition()
        if not is_conditional:
            progress.say(
                f"{store} does not honour put-if-absent: of two machines that make a clip at the same moment, the later"
                " one's record stands; clips and rows are named by their content, and none is lost"
            )
        files.write_json(folder / STORE_FILE, {"url": store.url, "is_conditional": is_conditional})
    return folder


def is_mirror(out: Path) -> bool:
    """Whether a folder of runs mirrors a bucket."""
    return (out / STORE_FILE).is_file()


def named(out: Path) -> str:
    """What a user calls a folder of runs: the URL of the bucket that it mirrors, or its path."""
    return str(store_of(out) or out)


def store_of(out: Path) -> Store | None:
    """The store that a folder of runs mirrors; None if it mirrors none.

    Raises:
        BadResults: the file that says it is broken.
    """
    return _store(out / STORE_FILE) if is_mirror(out) else None


@lru_cache(maxsize=64)
def _store(path: Path) -> Store:
    try:
        found = documents.json_value(reading.content(path))
        return Store(str(found["url"]), bool(found["is_conditional"]), TIMING)
    except (ValueError, TypeError, KeyError) as error:
        raise BadResults(f"{path} cannot be read: {error}; delete it, it is made again") from error
