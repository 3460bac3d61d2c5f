"""What a model needs of this machine, and whether it is here: packages, weights, keys, programs, servers.

Looked for and never fetched, loaded or asked over a network: `bench ls models` asks every model. Who has time asks on
(bench.doctor.models): the hub at Need.address, a server there, the headers of Need.files.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Literal, TypeAlias

from bench.errors import Unavailable
from bench.models import checkpoints
from bench.types import Checkpoint, ModelCard

Kind: TypeAlias = Literal["package", "weights", "checkpoint", "key", "program", "server", "maker"]
"""'checkpoint' is the user's choice of weights, 'server' one that may run, 'maker' whoever no longer runs a model."""

WEIGHT_FILE = ".safetensors"
WEIGHT_SUFFIXES = (WEIGHT_FILE, ".bin", ".ckpt", ".pt", ".pth")
MAIN = "main"
"""The hub's revision where nobody names one."""


@dataclass(frozen=True)
class Need:
    """One thing that a model cannot do without.

    Attributes:
        kind: what sort of thing.
        name: a package's, a hub id's, a variable's.
        is_met: whether it is here, as far as this machine alone can tell.
        found: what is here: a version, parts and sizes; or what is wrong.
        remedy: the line that mends it; '' where it is met.
        address: where it would come from: a hub id, a server's address; '' for neither.
        files: weights that would be read, where all are here.
    """

    kind: Kind
    name: str
    is_met: bool
    found: str = ""
    remedy: str = ""
    address: str = ""
    files: tuple[Path, ...] = ()


def package(name: str, install: str) -> Need:
    """An installed package, as new as this one's own metadata asks for.

    Args:
        name: as on the package index.
        install: the line that brings it.
    """
    from packaging.specifiers import SpecifierSet  # every huggingface_hub brings it

    found = _installed(name)
    if found is None:
        return Need("package", name, False, "not installed", install)
    wanted = _wanted_versions().get(_canonical(name), "")
    if not SpecifierSet(wanted).contains(found, prereleases=True):
        return Need("package", name, False, f"{found}, and {wanted} is needed", f"{install} --upgrade")
    return Need("package", name, True, found)


def key(*names: str) -> Need:
    """A secret in the environment, under any one of these names; its value is looked at by nobody."""
    present = [name for name in names if os.environ.get(name, "").strip()]
    if present:
        return Need("key", " or ".join(names), True, f"{present[0]} is set")
    return Need("key", " or ".join(names), False, "not set", f"export {names[0]}=…")


def tried(kind: Kind, name: str, look: Callable[[], object]) -> Need:
    """What look finds, or the reason and the remedy of the Unavailable that it raises."""
    try:
        look()
    except Unavailable as error:
        return Need(kind, name, False, error.reason, error.remedy)
    return Need(kind, name, True)


def weights(card: ModelCard, checkpoint: Checkpoint | None, is_half: bool = False) -> Iterator[Need]:
    """A model's weights, and each part of it that comes from elsewhere.

    Args:
        card: names them where there is no checkpoint; its weights are '' where there must be one.
        checkpoint: another choice; its digest is not looked at.
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


def cached(repository: str, revision: str | None = None) -> Path | None:
    """The folder where the hub's cache holds a repository, whole or not; None where it has nothing of it."""
    from huggingface_hub import constants  # its own functions for this take half a second to import

    folder = Path(constants.HF_HUB_CACHE) / f"models--{repository.replace('/', '--')}"
    reference = folder / "refs" / (revision or MAIN)
    commit = reference.read_text(encoding="utf-8").strip() if reference.is_file() else revision
    snapshot = folder / "snapshots" / commit if commit else None
    return snapshot if snapshot is not None and snapshot.is_dir() else None


def _pipeline(source: str, revision: str | None, elsewhere: set[str], is_half: bool) -> Need:
    """The weights of a whole pipeline: a folder, or a hub id in the cache."""
    folder = Path(source) if Path(source).is_dir() else cached(source, revision)
    if folder is None:
        return _absent(source, source, "not cached", elsewhere)
    index = folder / checkpoints.PIPELINE_INDEX
    if (
        not index.is_file()
    ):  # no pipeline of diffusers, of which no more can be said than that there is something
        pattern = "*" if Path(source).is_dir() else "**/*"  # a folder of checkpoints is none
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
        snapshot = cached(repository)
        folder = snapshot / subfolder if snapshot is not None else None
    label, needed = f"{name} of {place}", checkpoints.PART_FILES.get(name, checkpoints.PART_CONFIG)
    if folder is None or not (folder / needed).is_file():
        return _absent(label, place, "not cached" if folder is None else f"incomplete: {needed} is not here")
    files = [folder / needed] if needed.endswith(WEIGHT_FILE) else _files(folder, is_half)
    if files is None:
        return _absent(label, place, "incomplete: its weights are not all here")
    return _present(label, {name: files})


def _absent(name: str, source: str, found: str, elsewhere: Iterable[str] = ()) -> Need:
    """Weights that are not here; what comes from elsewhere need not be fetched: 25 GB, of some."""
    if Path(source).is_dir():
        return Need("weights", name, False, found, "copy or save it again, whole")
    repository, subfolder = checkpoints.place(Checkpoint(source, None, "", ""))
    only = f" --include '{subfolder}/*'" if subfolder else ""
    without = "".join(f" --exclude '{part}/*'" for part in sorted(elsewhere))
    return Need("weights", name, False, found, f"hf download {repository}{only}{without}", repository)


def _present(name: str, parts: Mapping[str, list[Path]]) -> Need:
    sizes = {part: sum(path.stat().st_size for path in files) for part, files in parts.items() if files}
    words = [f"{part} {in_words(size)}".strip() for part, size in sizes.items()]
    every = tuple(path for files in parts.values() for path in files)
    return Need("weights", name, True, ", ".join(words) or "here", files=every)


def _parts(index: Path) -> list[str]:
    """The parts of a pipeline, by its index; empty for an index that is broken, which loading then says."""
    try:
        content = json.loads(index.read_text(encoding="utf-8"))
    except ValueError:
        return []
    return [
        name for name, entry in content.items() if isinstance(entry, list) and entry and None not in entry
    ]


def _files(folder: Path, is_half: bool) -> list[Path] | None:
    """The weights in a part's folder that would be read; none for a part without any, None where something lacks."""
    if not folder.is_dir():
        return None
    for variant in ("fp16", "") if is_half else ("", "fp16"):
        files = _of_variant(folder, variant)
        if files:
            return files if all(path.is_file() for path in files) else None
    # a network's configuration with no weights beside it
    return None if (folder / checkpoints.PART_CONFIG).is_file() else []


def _of_variant(folder: Path, variant: str) -> list[Path]:
    """The weights of a variant: one file, or those that an index names."""
    end = f".{variant}" if variant else ""
    for index in sorted(folder.glob(f"*{WEIGHT_FILE}.index{end}.json")):
        shards = json.loads(index.read_text(encoding="utf-8")).get("weight_map", {}).values()
        return [folder / name for name in sorted(set(shards))]
    singles = [path for path in sorted(folder.glob(f"*{end}{WEIGHT_FILE}")) if "-of-" not in path.name]
    return [path for path in singles if variant or ".fp16." not in path.name]


def in_words(size: float) -> str:
    """Bytes for people."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.3g} {unit}"
    return f"{size:.0f} bytes"


@cache
def _installed(name: str) -> str | None:
    """A package's version; its metadata takes milliseconds to read, and thirty models ask for the same three."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


@cache
def _wanted_versions() -> dict[str, str]:
    """Package -> versions that this one can work with, extras included; empty where it is not installed itself."""
    return {name: wanted for names in requirements().values() for name, wanted in names.items()}


@cache
def requirements() -> dict[str, dict[str, str]]:
    """Extra, '' for what is always needed -> package -> versions; as this package's own metadata has it."""
    from packaging.requirements import Requirement

    found: dict[str, dict[str, str]] = {"": {}}
    try:
        lines = requires("i2v-bench") or []
    except PackageNotFoundError:
        return found
    for line in lines:
        requirement = Requirement(line)
        extra = re.search(r"extra == ['\"]([\w-]+)", str(requirement.marker or ""))
        names = found.setdefault(extra[1] if extra else "", {})
        names[_canonical(requirement.name)] = str(requirement.specifier)
    return found


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
