"""Which weights a model runs: words become a folder or a hub commit, with a digest that changes when a weight does."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.base import files, reading, verified
from bench.errors import Unavailable, UsageError
from bench.models import hub, json_files, other_forms
from bench.models.other_forms import LORA, PART_CONFIG
from bench.types import Checkpoint, ModelCard, WeightSource

PIPELINE_INDEX = "model_index.json"
"""The file that makes a folder a diffusers pipeline."""

IMAGE_ADAPTER = "ip-adapter_sd15.safetensors"
"""The file that a folder or hub repository of an IP-Adapter must hold."""

PART_FILES: Mapping[str, str] = {
    "feature_extractor": "preprocessor_config.json",
    "image_processor": "preprocessor_config.json",
    "tokenizer": "tokenizer_config.json",
    "tokenizer_2": "tokenizer_config.json",
    "scheduler": "scheduler_config.json",
    "ip_adapter": IMAGE_ADAPTER,
}
"""Part -> the file that its folder must hold, if that is not PART_CONFIG."""


def resolve(
    words: str, is_default: bool = False, needs: str = PIPELINE_INDEX, is_sketch: bool = False
) -> Checkpoint:
    """The checkpoint that words name: a folder that exists, else a hub id 'organisation/name', also with '@revision'.

    A folder's digest covers every file in it, links followed; it is cached until a file's stamp changes. A hub
    revision is pinned to its commit: as the hub says, or the cached one when the hub cannot be asked.

    Args:
        words: a folder or a hub id.
        is_default: these are the model's own weights, which need no name in a label.
        needs: the file that a checkpoint must hold.
        is_sketch: without a digest, which reads every byte, and without asking the hub: enough to plan.

    Raises:
        UsageError: a folder that does not exist or lacks what is needed, or words that are neither.
        Unavailable: a hub id that is not cached and cannot be asked for, does not exist, or is gated.
    """
    folder = Path(words).expanduser()
    if words and folder.exists():  # '' would be the current folder
        return _of_folder(folder.resolve(), is_default, needs, is_sketch)
    repository, at, revision = words.partition("@")
    if not hub.HUB_ID.fullmatch(repository) or bool(at) != bool(revision):
        raise UsageError(
            f"checkpoint '{words}' does not exist as a folder; from the hub it is written organisation/name"
            " or organisation/name@revision; a folder of it, as --component PART=organisation/name/folder"
        )
    return _of_hub(repository, revision or None, is_default, needs, is_sketch)


def of_card(
    card: ModelCard,
    words: str | None = None,
    components: Sequence[str] = (),
    loras: Sequence[str] = (),
    is_sketch: bool = False,
) -> Checkpoint:
    """The checkpoint that a model runs.

    Args:
        card: names the default weights, and parts that come from elsewhere.
        words: another checkpoint, whole; None for the card's. A folder of one part, or of a training that holds some,
            is the card's with these parts replaced.
        components: parts to replace, as 'transformer=path'.
        loras: to add, as 'path' or 'path:scale'.
        is_sketch: as in resolve.

    Raises:
        UsageError, Unavailable: as resolve.
    """
    if not (words or card.weights):
        raise UsageError(f"model '{card.name}' has no weights of its own: give it a --checkpoint")
    tuned = bool(words and card.weights and other_forms.holds_parts(_path(words), PIPELINE_INDEX))
    base = resolve(
        (None if tuned else words) or card.weights or "", tuned or words is None, is_sketch=is_sketch
    )
    can_tell = not is_sketch or is_folder(base) or hub.cached_commit(base.source, None, PIPELINE_INDEX)
    chosen = _parts_of(base, _path(words or "")) if tuned and can_tell else {}
    chosen |= dict(_assignment(component) for component in components)
    from_elsewhere = ({} if words and not tuned else dict(card.parts)) | chosen
    parts = {
        name: resolve_part(place, PART_FILES.get(name, PART_CONFIG), is_sketch)
        for name, place in from_elsewhere.items()
    }
    return on_top(base, parts, [resolve_lora(lora, is_sketch) for lora in loras], list(chosen))


def _parts_of(base: Checkpoint, folder: Path) -> dict[str, str]:
    """Part -> its folder, of a folder of parts of a pipeline."""
    found = other_forms.parts(folder, content(base, PIPELINE_INDEX))
    return {name: str(place) for name, place in found.items()}


def _path(words: str) -> Path:
    return Path(words).expanduser().resolve()


def _assignment(component: str) -> tuple[str, str]:
    name, equals, place = (part.strip() for part in component.partition("="))
    if not (name and equals and place):
        raise UsageError(f"a component is part=path, as in transformer=./step-2000, not '{component}'")
    return name, place


def resolve_part(words: str, needs: str = PART_CONFIG, is_sketch: bool = False) -> Checkpoint:
    """A part of a pipeline: a folder that save_pretrained wrote, or a hub id, also 'organisation/name/subfolder'.

    Args:
        words, needs, is_sketch: as in resolve.

    Raises:
        UsageError, Unavailable: as resolve.
    """
    pieces = words.split("/")
    if Path(words).expanduser().exists() or len(pieces) < 3:
        return resolve(words, needs=needs, is_sketch=is_sketch)
    subfolder = "/".join(pieces[2:])
    found = resolve("/".join(pieces[:2]), needs=f"{subfolder}/{needs}", is_sketch=is_sketch)
    return replace(found, source=f"{found.source}/{subfolder}", digest=f"{found.digest}/{subfolder}")


def resolve_lora(words: str, is_sketch: bool = False) -> tuple[Checkpoint, float]:
    """A LoRA and its scale, from 'path', 'path:0.8', or a hub id likewise; a path is a .safetensors file or a folder.

    Raises:
        UsageError: it is neither, or the scale is not a number.
        Unavailable: as resolve, or git left a pointer in place of the file.
    """
    place, colon, scale = words.rpartition(":")
    if not colon or Path(words).expanduser().exists():
        place, scale = words, "1"
    try:
        number = float(scale)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise UsageError(f"a LoRA is path or path:scale, and '{scale}' in '{words}' is not a number")
    path = Path(place).expanduser()
    if path.is_file():
        if path.suffix != ".safetensors":
            raise UsageError(
                f"LoRA {path} is not a .safetensors file; others may run code when they are opened"
            )
        if other_forms.is_pointer(path):
            raise Unavailable(
                f"LoRA {path} is a pointer of Git LFS, not the file", other_forms.lfs_pull(path)
            )
        return Checkpoint(
            str(path.resolve()), None, path.stem, "" if is_sketch else files.sha256(path)
        ), number
    return resolve(place, needs=LORA, is_sketch=is_sketch), number


def on_top(
    base: Checkpoint,
    parts: Mapping[str, Checkpoint],
    loras: Sequence[tuple[Checkpoint, float]],
    named: Sequence[str],
) -> Checkpoint:
    """The checkpoint with parts replaced and LoRAs added; both are in its name and digest.

    Args:
        base: the whole pipeline.
        parts: part -> where it comes from.
        loras: in the order in which they are added, with their scales.
        named: the parts that the user chose, which a label therefore names.
    """
    if not parts and not loras:
        return base
    inside = tuple(sorted(parts.items()))
    return replace(
        base,
        name="+".join(_words(base, {name: _called(name, parts[name]) for name in named}, loras)),
        name_in_ids="+".join(_words(base, {name: parts[name].name for name in named}, loras)),
        digest=_combined(base.digest, inside, loras),
        parts=inside,
        loras=tuple(loras),
    )


def _words(
    base: Checkpoint, named: Mapping[str, str], loras: Sequence[tuple[Checkpoint, float]]
) -> Iterator[str]:
    yield from [base.name] if base.name else []
    yield from (f"{part}-{name}" for part, name in named.items())
    yield from (lora.name + ("" if scale == 1 else f"-{scale:g}") for lora, scale in loras)


def _called(name: str, part: Checkpoint) -> str:
    """A part by its folder's name; by the name of the folder around it where the part's own says nothing: a/unet."""
    return Path(part.source).parent.name or part.name if is_folder(part) and part.name == name else part.name


def _combined(
    base: str, parts: Sequence[tuple[str, Checkpoint]], loras: Sequence[tuple[Checkpoint, float]]
) -> str:
    """The digest of a checkpoint with parts and LoRAs on top; the base's own if there are none."""
    if not parts and not loras:
        return base
    inside = [[name, part.digest] for name, part in parts]
    return files.digest([base, inside, [[lora.digest, scale] for lora, scale in loras]])


def sources(checkpoint: Checkpoint) -> tuple[WeightSource, ...]:
    """Where its weights are from: the pipeline, whose digest covers all that is on top, each part, each LoRA."""
    return (
        WeightSource("", checkpoint.source, checkpoint.revision, checkpoint.digest),
        *(WeightSource(name, part.source, part.revision, part.digest) for name, part in checkpoint.parts),
        *(
            WeightSource("lora", lora.source, lora.revision, lora.digest, scale)
            for lora, scale in checkpoint.loras
        ),
    )


def file(checkpoint: Checkpoint, name: str) -> Path:
    """A file of a checkpoint, or of a part of one, on this machine; fetched from the hub if it is not here.

    Raises:
        Unavailable: it does not exist, or cannot be fetched.
    """
    if is_folder(checkpoint):
        path = Path(checkpoint.source) / name
        if not path.is_file():
            raise Unavailable(
                f"checkpoint {checkpoint.source} holds no {name}", "copy or save it again, whole"
            )
        return path
    repository, subfolder = place(checkpoint)
    return hub.file(repository, name, subfolder, checkpoint.revision)


def content(checkpoint: Checkpoint, name: str) -> dict[str, Any]:
    """The object in a JSON file of a checkpoint, or of a part of one.

    Raises:
        Unavailable: as file, or it is broken.
    """
    try:
        return json_files.content(file(checkpoint, name))
    except ValueError as error:
        raise Unavailable(
            f"checkpoint {checkpoint.source} has a broken {name}: {error}", "copy it again"
        ) from None


def place(checkpoint: Checkpoint) -> tuple[str, str]:
    """The folder or hub id, and the subfolder of a part in a hub repository; '' for none."""
    if is_folder(checkpoint):
        return checkpoint.source, ""
    pieces = checkpoint.source.split("/")
    return "/".join(pieces[:2]), "/".join(pieces[2:])


def is_folder(checkpoint: Checkpoint) -> bool:
    """Whether the checkpoint is a folder of this machine rather than a repository of the hub."""
    return Path(checkpoint.source).is_dir()


def _of_folder(folder: Path, is_default: bool, needs: str, is_sketch: bool) -> Checkpoint:
    if not (folder / needs).is_file():
        raise UsageError(other_forms.explained(folder, needs))
    digest = "" if is_sketch else _folder_digest(folder)
    return Checkpoint(str(folder), None, "" if is_default else folder.name, digest)


def _folder_digest(folder: Path) -> str:
    """sha256 of the folder's files; cached until something in it looks changed, since 10 GB take a minute."""
    stamp = _stamp(folder)
    kept = files.cache() / "digests" / f"{stamp}.txt"
    if verified.is_sound(kept, _holds_digest):
        return reading.content(kept).decode()
    digest = files.sha256(folder)
    if _stamp(folder) != stamp:
        raise _changed(str(folder))
    files.write_text(kept, digest)
    verified.write_digest(kept)
    return digest


def _holds_digest(kept: Path) -> bool:
    return re.fullmatch(rb"[0-9a-f]{64}", reading.content(kept)) is not None


def _stamp(folder: Path) -> str:
    facts = [
        [path.relative_to(folder).as_posix(), *files.stamp(path)] for path in sorted(files.below(folder))
    ]
    return files.digest([str(folder), facts])


def check_unchanged(checkpoint: Checkpoint) -> None:
    """Refuses what was just loaded if it is no longer what the digest is of: a training may write on meanwhile.

    Raises:
        UsageError: a file of the checkpoint, of a part or of a LoRA was changed.
    """
    for each in (*(part for _, part in checkpoint.parts), *(lora for lora, _ in checkpoint.loras)):
        if each.digest != _digest_now(each):
            raise _changed(each.source)
    if checkpoint.digest != _combined(_digest_now(checkpoint), checkpoint.parts, checkpoint.loras):
        raise _changed(checkpoint.source)


def _digest_now(checkpoint: Checkpoint) -> str:
    """The digest of what lies there now, without parts and LoRAs on top; a commit of the hub does not change."""
    place = Path(checkpoint.source)
    if place.exists():
        return _folder_digest(place) if place.is_dir() else files.sha256(place)
    has_more = checkpoint.parts or checkpoint.loras
    return f"hub:{checkpoint.source}@{checkpoint.revision}" if has_more else checkpoint.digest


def _changed(place: str) -> UsageError:
    return UsageError(
        f"checkpoint {place} changed while it was read; wait until it is written, then try again"
    )


def _of_hub(
    repository: str, revision: str | None, is_default: bool, needs: str, is_sketch: bool
) -> Checkpoint:
    known = hub.cached_commit if is_sketch else hub.commit
    commit = known(repository, revision, needs) or revision
    short = repository.split("/")[1] + (f"-{revision.replace('/', '-')}" if revision else "")
    return Checkpoint(repository, commit, "" if is_default else short, f"hub:{repository}@{commit}")
