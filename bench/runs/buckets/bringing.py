"""Clips and features that are in the bucket and not here: brought when somebody looks at them, and not before."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from bench.base import files
from bench.errors import BadClip, BadResults
from bench.runs import stored_values
from bench.runs.buckets import names, roots
from bench.types import ClipRecord


def bring_clip(path: Path, record: ClipRecord) -> None:
    """Brings the clip of a run in a bucket, unless it is here.

    Args:
        path: of its file, <out>/<run>/clips/<case>-<seed>.mkv.
        record: of the clip.

    Raises:
        BadClip: it is gone from the bucket, or not as it was made.
        StorageFailed: the store does not answer.
    """
    run = path.parents[1]
    store = None if path.exists() else roots.store_of(run.parent)
    if store is None:
        return
    suite = stored_values.read_run(run / "run.json").suite_id
    name = names.Names(run.name, str(suite)).clip(path.name, record.sha256)
    try:
        store.fetch(name, path, record.sha256)
    except FileNotFoundError as error:
        raise BadClip(f"clip {store}/{name} is gone") from error
    except BadResults as error:
        raise BadClip(str(error)) from error


def bring_features(vector: Path) -> None:
    """Brings the features of a clip, if they are in the bucket of the run and not here; asks once per process.

    Args:
        vector: of their file, <out>/<run>/features/<extractor>-<digest>/<clip sha256>.npy.

    Raises:
        StorageFailed: the store does not answer.
    """
    if not vector.exists():
        _bring_features(vector)


@lru_cache(maxsize=100_000)
def _bring_features(vector: Path) -> None:
    store = roots.store_of(vector.parents[3])
    if store is None:
        return
    try:
        content = store.read(names.features(vector))
    except FileNotFoundError:
        return
    files.write_bytes(vector, content)
