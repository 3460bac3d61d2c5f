"""The weights that are on this machine: in a folder, or in the hub's cache; what is missing is never fetched here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from bench.base import wording
from bench.models import checkpoints, hub, json_files, other_forms
from bench.models.other_forms import is_pointer, lfs_pull
from bench.models.requirements import Need
from bench.types import Checkpoint, ModelCard

WEIGHT_FILE = ".safetensors"
VARIANTS = ("fp16", "bf16")
"""What files in half precision have in their names."""

WEIGHT_SUFFIXES = (WEIGHT_FILE, ".bin", ".ckpt", ".pt", ".pth")


def needs(card: ModelCard, checkpoint: Checkpoint | None, is_half: bool = False) -> Iterator[Need]:
    """A need for a model's weights, and one for each part that comes from elsewhere.

    Args:
        card: names the default weights; '' if there must be a checkpoint, None for a model without weights.
        checkpoint: the user's choice, whose digest is not read; None for the card's weights.
        is_half: whether files in half precision are preferred.
    """
    if card.weights is None:
        return
    if checkpoint is None and not card.weights:
        remedy = "--checkpoint FOLDER, or --checkpoint organisation/name"
        yield Need("checkpoint", "", False, "it has no weights of its own", remedy)
        return
    source, revision = (checkpoint.source, checkpoint.revision) if checkpoint else (card.weights, None)
    parts: Mapping[str, str] = card.parts
    if checkpoint is not None:
        parts = {name: part.source for name, part in checkpoint.parts}
    yield _pipeline(source, revision, set(parts), is_half)
    for name, place in parts.items():
        yield _part(name, place, is_half)


def _pipeline(source: str, revision: str | None, elsewhere: set[str], is_half: bool) -> Need:
    """The weights of a whole pipeline: a folder, or a hub id in the cache."""
    folder = Path(source) if Path(source).is_dir() else hub.cached(source, revision)
    if folder is None:
        return _absent(source, source, "not cached", elsewhere)
    index = folder / checkpoints.PIPELINE_INDEX
    if not index.is_file():  # not a pipeline of diffusers: all that can be checked is that there are weights
        pattern = "*" if Path(source).is_dir() else "**/*"  # a folder of checkpoints is not one
        files = [path for path in sorted(folder.glob(pattern)) if path.suffix in WEIGHT_SUFFIXES]
        if not files:
            return _absent(source, source, "incomplete: it holds no weights")
        return _present(source, {"": files})
    found: dict[str, list[Path]] = {}
    for name in _parts(index):
        if name not in elsewhere:
            here = _files(folder / name, is_half)
            if here is None:
                return _absent(source, source, f"incomplete: {name} is not all here", elsewhere)
            found[name] = here
    return _present(source, found)


def _part(name: str, place: str, is_half: bool) -> Need:
    """A part that comes from elsewhere, 'organisation/name' or with a subfolder behind it."""
    if Path(place).is_dir():
        folder: Path | None = Path(place)
    else:
        repository, subfolder = checkpoints.place(Checkpoint(place, None, "", ""))
        snapshot = hub.cached(repository)
        folder = snapshot / subfolder if snapshot is not None else None
    label, needed = f"{name} of {place}", checkpoints.PART_FILES.get(name, other_forms.PART_CONFIG)
    if folder is None or not (folder / needed).is_file():
        return _absent(label, place, "not cached" if folder is None else f"incomplete: {needed} is not here")
    files = [folder / needed] if needed.endswith(WEIGHT_FILE) else _files(folder, is_half)
    if files is None:
        return _absent(label, place, "incomplete: its weights are not all here")
    return _present(label, {name: files})


def _absent(name: str, source: str, found: str, elsewhere: Iterable[str] = ()) -> Need:
    """Weights that are missing; the remedy leaves out parts that come from elsewhere, which can be 25 GB."""
    if Path(source).is_dir():
        return Need("weights", name, False, found, "copy or save it again, whole")
    repository, subfolder = checkpoints.place(Checkpoint(source, None, "", ""))
    only = f" --include '{subfolder}/*'" if subfolder else ""
    without = tuple(sorted(elsewhere))
    remedy = f"hf download {repository}{only}" + "".join(f" --exclude '{part}/*'" for part in without)
    return Need("weights", name, False, found, remedy, repository, only=subfolder, without=without)


def size_to_fetch(need: Need, sizes: Mapping[str, int], is_half: bool = False) -> int:
    """About how many bytes of weights a first run fetches.

    Args:
        need: of weights that are not here.
        sizes: the files of its repository, by their names there, in bytes.
        is_half: whether files in half precision are preferred.
    """
    folders: dict[str, dict[bool, int]] = {}
    for name, size in sizes.items():
        folder, _, file = name.rpartition("/")
        if file.endswith(WEIGHT_FILE) and _is_of(need, folder):
            in_half = any(f".{each}" in file for each in VARIANTS)
            folders.setdefault(folder, {True: 0, False: 0})[in_half] += size
    if len(folders) > 1:
        folders.pop("", None)  # all parts in one file, beside their folders
    return sum(found[is_half] or found[not is_half] for found in folders.values())


def _is_of(need: Need, folder: str) -> bool:
    is_inside = not need.only or f"{folder}/".startswith(f"{need.only}/")
    return is_inside and folder.partition("/")[0] not in need.without


def _present(name: str, parts: Mapping[str, list[Path]]) -> Need:
    pointers = [path for files in parts.values() for path in files if is_pointer(path)]
    if pointers:
        found = f"{pointers[0].name} is a pointer of Git LFS, not the file"
        return Need("weights", name, False, found, lfs_pull(pointers[0]))
    sizes = {part: sum(path.stat().st_size for path in files) for part, files in parts.items() if files}
    words = [f"{part} {wording.size(size)}".strip() for part, size in sizes.items()]
    every = tuple(path for files in parts.values() for path in files)
    return Need("weights", name, True, ", ".join(words) or "here", files=every)


def _parts(index: Path) -> list[str]:
    """The parts of a pipeline, by its index; empty for a broken index, which loading reports."""
    try:
        return list(json_files.entries(json_files.content(index)))
    except ValueError:
        return []


def _files(folder: Path, is_half: bool) -> list[Path] | None:
    """The weights in a part's folder that would be read; empty for a part without any, None if some are missing."""
    if not folder.is_dir():
        return None
    for variant in (*VARIANTS, "") if is_half else ("", *VARIANTS):
        try:
            files = _of_variant(folder, variant)
        except ValueError:  # of a broken index
            return None
        if files:
            return files if all(path.is_file() for path in files) else None
    # a network's configuration without weights beside it
    return None if (folder / other_forms.PART_CONFIG).is_file() else []


def _of_variant(folder: Path, variant: str) -> list[Path]:
    """The weights of a variant: one file, or those that an index names."""
    end = f".{variant}" if variant else ""
    for index in sorted(folder.glob(f"*{WEIGHT_FILE}.index{end}.json")):
        return json_files.shards(index)
    singles = [path for path in sorted(folder.glob(f"*{end}{WEIGHT_FILE}")) if "-of-" not in path.name]
    return [path for path in singles if variant or not any(f".{each}." in path.name for each in VARIANTS)]
