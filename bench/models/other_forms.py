"""What people have instead of a pipeline's folder: a part of one, a training's folder, one file. Read, or explained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from shlex import quote
from typing import Any

from bench.base import files
from bench.errors import UsageError
from bench.models import json_files

PART_CONFIG = "config.json"
"""The file that makes a folder a part of a pipeline: a transformer, a UNet, a VAE."""

LORA = "pytorch_lora_weights.safetensors"
"""The file that a folder or hub repository of a LoRA must hold."""

FROM_SINGLE_FILE = (
    "diffusers turns it into a folder: from_single_file of its network's class (WanTransformer3DModel, …), then"
    " save_pretrained(FOLDER); then --component PART=FOLDER"
)

FILES: Mapping[str, str] = {
    ".safetensors": FROM_SINGLE_FILE,
    ".gguf": "weights quantised as GGUF are not read: take those that they were made from",
    **dict.fromkeys(
        (".ckpt", ".pt", ".pth", ".bin"),
        "it may run code when it is opened, so it is not: save it as .safetensors where you trust it",
    ),
}
"""Suffix of a file that is given as a checkpoint -> what to do."""

LFS_POINTER = b"version https://git-lfs.github.com/spec/"
"""How the text begins that git leaves in place of a large file that was not fetched."""


def is_pointer(path: Path) -> bool:
    """Whether git left a pointer in place of a file."""
    with path.open("rb") as file:
        return file.read(len(LFS_POINTER)) == LFS_POINTER


def lfs_pull(path: Path) -> str:
    """The command that fetches the file in place of a pointer."""
    return f"git -C {quote(str(path.parent))} lfs pull"


def parts(folder: Path, index: Mapping[str, Any]) -> dict[str, Path]:
    """The parts of a pipeline that a folder is, or holds, as trainings save them.

    Args:
        folder: of one part, or of several beside each other.
        index: the content of the model_index.json of the pipeline that they are parts of.

    Raises:
        UsageError: a network is no part of the pipeline, or it cannot be told which.
    """
    found: dict[str, Path] = {}
    for place, network in _networks(folder):
        name = _part(place, network, index)
        if name in found:
            raise UsageError(
                f"checkpoint {folder} holds two {network}: choose --component {name}={found[name]} or"
                f" --component {name}={place}"
            )
        found[name] = place
    return found


def holds_parts(folder: Path, needs: str) -> bool:
    """Whether a folder is no pipeline, and is a part of one or holds some."""
    return folder.is_dir() and not (folder / needs).exists() and any(_networks(folder))


def _networks(folder: Path) -> Iterator[tuple[Path, str]]:
    """Folders of networks and the classes that these state: the folder itself, else those in it."""
    own = _network(folder)
    if own:
        yield folder, own
        return
    for inner in sorted(folder.iterdir()):
        if network := _network(inner):
            yield inner, network


def _network(folder: Path) -> str:
    """The class that a part's configuration states; '' for what is no part."""
    try:
        config = json_files.content(folder / PART_CONFIG)
        return str(config.get("_class_name") or next(iter(config.get("architectures") or ()), ""))
    except (OSError, ValueError, TypeError):
        return ""


def _part(place: Path, network: str, index: Mapping[str, Any]) -> str:
    classes = {part: cls for part, (_, cls) in json_files.entries(index).items()}
    names = [part for part, cls in classes.items() if cls == network]
    if place.name in names:
        return place.name
    if len(names) == 1:
        return names[0]
    if names:
        raise UsageError(
            f"checkpoint {place} is a {network}, which may be {' or '.join(names)}: say which, as --component"
            f" {names[0]}={place}"
        )
    known = ", ".join(f"{part} (a {cls})" for part, cls in classes.items())
    raise UsageError(f"checkpoint {place} is a {network}, and the pipeline has none; its parts are {known}")


def explained(path: Path, needs: str) -> str:
    """Why a path is no checkpoint, and what to do about it.

    Args:
        path: of a file, or of a folder without the file that is needed.
        needs: that file.
    """
    if not path.is_dir():
        return f"checkpoint {path} is a file; expected a folder that holds {needs}: {_of_file(path)}"
    return f"checkpoint {path} holds no {needs}{_of_folder(path, needs)}"


def _of_file(path: Path) -> str:
    if is_pointer(path):
        return f"it is a pointer of Git LFS: {lfs_pull(path)}"
    if path.suffix.lower() == ".safetensors" and _is_lora(path):
        return f"it is a LoRA, which is given as --lora {path}"
    return FILES.get(path.suffix.lower(), "give the folder that save_pretrained wrote")


def _is_lora(path: Path) -> bool:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as opened:
            return any("lora" in name for name in opened.keys())  # noqa: SIM118  # it is no dictionary
    except (SafetensorError, OSError):
        return False


def _of_folder(folder: Path, needs: str) -> str:
    inner = sorted(path.parent for path in (*folder.glob(f"*/{needs}"), *folder.glob(f"snapshots/*/{needs}")))
    if inner:
        names = [str(path.relative_to(folder)) for path in inner[:3]]
        return f"; did you mean its folder {' or '.join(names)}?"
    for told in (_lora, _deepspeed, _sharded, _state, _part_alone, _incomplete, _single_files):
        if words := told(folder):
            return words
    return ", which save_pretrained writes"


def _lora(folder: Path) -> str:
    return f": it holds a LoRA, which is given as --lora {folder}" if (folder / LORA).is_file() else ""


def _deepspeed(folder: Path) -> str:
    script = "zero_to_fp32.py"
    is_one = (folder / script).is_file() or _has(folder, ("*_model_states.pt", "*/*_model_states.pt"))
    remedy = f"python {quote(str(folder / script))} {quote(str(folder))} OUT --safe_serialization"
    return f": it holds DeepSpeed's shards; join them by `{remedy}`{_then('OUT')}" if is_one else ""


def _sharded(folder: Path) -> str:
    found = {path.parent for path in (*folder.glob("*.distcp"), *folder.glob("*/*.distcp"))}
    shards = sorted(place for place in found if not place.name.startswith("optimizer"))
    remedy = f"accelerate merge-weights {quote(str(shards[0]))} OUT" if shards else ""
    return f": it holds FSDP's shards; join them by `{remedy}`{_then('OUT')}" if shards else ""


def _state(folder: Path) -> str:
    is_one = _has(folder, ("optimizer*", "random_states_*.pkl", "trainer_state.json"))
    return f": it holds the state of a training{_then('its model.safetensors')}" if is_one else ""


def _then(weights: str) -> str:
    return (
        f"; load {weights} into the network that was trained, save_pretrained it into a FOLDER and give"
        " --component PART=FOLDER"
    )


def _part_alone(folder: Path) -> str:
    network = _network(folder)
    return f": it is a {network}, one part of a pipeline: --component PART={folder}" if network else ""


def _single_files(folder: Path) -> str:
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in FILES)
    return f", but {files.short(found[0].name)}: {FILES[found[0].suffix.lower()]}" if found else ""


def _incomplete(folder: Path) -> str:
    for index in sorted(folder.glob("*.index*.json")):
        with suppress(ValueError):
            gone = [path.name for path in json_files.shards(index) if not path.exists()]
            if gone:
                return f": it holds {index.name} and not {files.short(gone[0])}, which that names: copy all files"
    return ""


def _has(folder: Path, patterns: Sequence[str]) -> bool:
    return any(next(folder.glob(pattern), None) for pattern in patterns)
