"""Several sets of weights for one part of a folder: which one is read, and which lie beside it, perhaps newer.

A training that saved shards before and one file now, a full file beside an old half-precision one, pickles beside
safetensors: diffusers and transformers each take one of them, by rules of their own, and say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.errors import Unavailable
from bench.models import json_files
from bench.models.other_forms import is_pointer, lfs_pull
from bench.models.stored_weights import VARIANTS, WEIGHT_FILE, WEIGHT_SUFFIXES

HALF = ("float16", "bfloat16")


def check(paths: Iterable[Path]) -> None:
    """Reads every header, so that a file that was cut short is named before minutes of loading.

    Raises:
        Unavailable: a file is damaged, or git left a pointer in its place.
    """
    from safetensors import SafetensorError, safe_open

    for path in sorted(paths):
        if is_pointer(path):
            raise Unavailable(f"weights {path} are a pointer of Git LFS, not the file", lfs_pull(path))
        try:
            with safe_open(path, framework="numpy"):
                pass
        except (SafetensorError, OSError) as error:
            raise Unavailable(
                f"weights {path} are cut short or damaged ({error})", "fetch or copy them again"
            ) from error


def variant(paths: Iterable[Path], dtype: str) -> str | None:
    """The variant to ask for: files of it are read of each part that has some, and the plain ones of the others.

    Files in half precision are read where that is wanted, and where a part has no others.
    """
    parts: dict[Path, set[str]] = {}
    for path in paths:
        own = next((each for each in VARIANTS if re.search(rf"\.{each}[.-]", path.name)), "")
        parts.setdefault(path.parent, set()).add(own)
    for each in VARIANTS:
        owners = [found for found in parts.values() if each in found]
        is_wanted = each == "fp16" and dtype in HALF
        if owners and (is_wanted or any("" not in found for found in owners)):
            return each
    return None


def notices(folder: Path, index: Mapping[str, Any], variant: str | None) -> Iterator[str]:
    """A sentence for each part that has more than one set of weights.

    Args:
        folder: of a pipeline.
        index: the content of its model_index.json.
        variant: that is asked for: 'fp16', or None.
    """
    for part, (library, _) in json_files.entries(index).items():
        yield from notice(folder / part, library, variant)


def notice(part: Path, library: str, variant: str | None = None) -> Iterator[str]:
    """A sentence, if a part's folder has more than one set of weights.

    Args:
        part: its folder.
        library: that reads it; all but transformers use the names of diffusers.
        variant: that is asked for; a part without files of it is read without.
    """
    sets = _sets(part)
    name = next((each for each in _preferred(library, _offered(part, variant)) if each in sets), None)
    if name is None or len(sets) < 2:
        return
    read = _changed(sets[name])
    newer = [other for other in sorted(sets) if other != name and _changed(sets[other]) > read]
    older = [other for other in sorted(sets) if other != name and other not in newer]
    beside = [*(f"{other}, which is newer" for other in newer), *older]
    yield f"{part} has several sets of weights: {name} is read; not read: {', '.join(beside)}"


def _sets(part: Path) -> dict[str, Sequence[Path]]:
    """Name of a file of weights, or of the index of several -> the files."""
    indices = {path.name: _shards(path) for path in part.glob("*.index*.json")}
    in_indices = {path for shards in indices.values() for path in shards}
    singles = [path for path in part.glob("*") if path.suffix in WEIGHT_SUFFIXES and path not in in_indices]
    return {**indices, **{path.name: [path] for path in singles}}


def _shards(index: Path) -> list[Path]:
    try:
        return [path for path in json_files.shards(index) if path.is_file()]
    except ValueError:
        return []  # loading reports it


def _offered(part: Path, variant: str | None) -> str | None:
    """The variant, if the part has a file of it."""
    return variant if variant and any(f".{variant}" in path.name for path in part.glob("*")) else None


def _preferred(library: str, variant: str | None) -> list[str]:
    """Names in the order in which a library looks for them: diffusers takes shards first, transformers one file."""
    words = f".{variant}" if variant else ""
    stem = "model" if library == "transformers" else "diffusion_pytorch_model"
    single, index = f"{stem}{words}{WEIGHT_FILE}", f"{stem}{WEIGHT_FILE}.index{words}.json"
    if library == "transformers":
        return [single, index, f"pytorch_model{words}.bin"]
    return [index, single, f"{stem}{words}.bin"]


def _changed(paths: Sequence[Path]) -> int:
    return max((path.stat().st_mtime_ns for path in paths), default=0)
