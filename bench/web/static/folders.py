"""The folder of a site: file names that are safe everywhere, and a swap that leaves the old site or the new one.

A site is told by its `site.json`; no other folder is ever written over.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.base import documents, files, temporaries
from bench.errors import UsageError

MARK = "site.json"
"""The file that says that a folder is a site of ours, and may be replaced."""

GENERATOR = "i2v-bench"
SCHEMA = 1


def slug(text: str) -> str:
    """A file name for any text: itself where it is harmless, else with the beginning of its digest.

    Capitals count as harm: some file systems do not tell them apart.
    """
    safe = re.sub(r"[^a-z0-9._-]", "-", text.lower())[:80].lstrip(".-")
    return safe if safe and safe == text else f"{safe or 'x'}-{files.digest(text)[:8]}"


@contextmanager
def replacing(destination: Path) -> Iterator[Path]:
    """A folder to fill beside destination; it takes destination's place when the block ends well, and is gone if not.

    What exports that were killed left there is swept once the new site is in its place: it may be the only whole one.

    Raises:
        UsageError: destination is something else than a site of ours or an empty folder.
        StorageFailed: the disk is full, or does not take it.
    """
    check(destination)
    target = destination.absolute()
    with files.storing(target), temporaries.folder(target) as filled:
        yield filled
        (filled / MARK).write_text(json.dumps({"generator": GENERATOR, "schema": SCHEMA}) + "\n")
        _swap(filled, target)
        temporaries.sweep(temporaries.left_beside(target))


def check(destination: Path) -> None:
    """Refuses what is not ours to replace.

    Raises:
        UsageError: destination is a file, a link, or a folder with something else in it.
    """
    if destination.is_symlink() or (destination.exists() and not destination.is_dir()):
        raise UsageError(
            f"{destination} is a file or a link: name a folder for the site itself, which may be new"
        )
    if destination.is_dir() and any(destination.iterdir()) and not is_site(destination):
        raise UsageError(
            f"{destination} holds something else than a site of bench export: name a new or an empty folder"
        )


def is_site(folder: Path) -> bool:
    """Whether bench export made it."""
    try:
        content = documents.json_value((folder / MARK).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and content.get("generator") == GENERATOR


def _swap(filled: Path, target: Path) -> None:
    """Two renames: after a kill between them, the old site is beside its place, and the new one is whole."""
    old = target.with_name(f"{filled.name}-old")
    if target.exists():
        target.rename(old)
    filled.rename(target)
    shutil.rmtree(old, ignore_errors=True)
