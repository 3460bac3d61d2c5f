"""Parts of a pipeline, and LoRAs, that come from elsewhere than its checkpoint."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.base.wording import first_line
from bench.errors import Unavailable, UnknownName, UsageError
from bench.models import checkpoints, hub, json_files, other_forms
from bench.models.diffusers import library_output, weight_sets
from bench.types import Checkpoint

if TYPE_CHECKING:
    from bench.models.diffusers.loading import LoadingPlan

LIBRARIES = ("diffusers", "transformers")
"""Where classes of parts are looked up."""


def check(checkpoint: Checkpoint, index: Mapping[str, Any], plan: LoadingPlan) -> None:
    """Refuses a base whose parts are of other libraries, or that lacks those that make it this pipeline.

    Some pipelines fill the gap with random numbers; and a library is imported, which runs it.

    Args:
        checkpoint: with the parts that were chosen.
        index: the content of its model_index.json.
        plan: what it is loaded as.

    Raises:
        UsageError: a part is missing, or is of a library that is not diffusers' own or transformers.
    """
    for name, (library, _) in json_files.entries(index).items():
        if not _is_of_diffusers(library):
            raise _of_another_library(name, library)
    if index.get("_class_name") == plan.pipeline:
        return
    present = {name for name, _ in checkpoint.parts}
    missing = [
        name
        for name, class_path in plan.part_classes.items()
        if name not in present and ".".join(map(str, index.get(name) or ())) != class_path
    ]
    if missing:
        raise UsageError(
            f"checkpoint {checkpoint.source} is a {index['_class_name']}, which lacks {', '.join(missing)} of a"
            f" {plan.pipeline}; add --component {missing[0]}=…"
        )


def loaded(checkpoint: Checkpoint, index: Mapping[str, Any], plan: LoadingPlan, dtype: str) -> dict[str, Any]:
    """The parts of a checkpoint that come from elsewhere, by name, without those that `prepare` adds.

    Args:
        checkpoint: with the parts that were chosen.
        index: the content of its model_index.json.
        plan: what it is loaded as.
        dtype: the precision of every part that is not plan.full_precision.

    Raises:
        UnknownName: the pipeline has no such part.
        UsageError: a part is another network.
        Unavailable: its weights cannot be read.
    """
    return {
        name: _loaded(name, part, *_class_of_part(name, index, plan), plan.dtype_of(name, dtype))
        for name, part in checkpoint.parts
        if name not in plan.extra_parts
    }


def _loaded(name: str, part: Checkpoint, library: str, class_name: str, dtype: str) -> Any:
    import torch

    cls = getattr(importlib.import_module(library), class_name)
    repository, subfolder = checkpoints.place(part)
    arguments: dict[str, Any] = {"subfolder": subfolder} if subfolder else {}
    if hasattr(cls, "parameters"):  # a network, not a tokenizer or an image processor
        _check_class(name, part, class_name)
        arguments["dtype" if library == "transformers" else "torch_dtype"] = getattr(torch, dtype)
        if checkpoints.is_folder(part):
            files = list(Path(part.source).glob("*.safetensors"))
            weight_sets.check(files)
            arguments["variant"] = weight_sets.variant(files, "float32")
    try:
        with _hub_errors(part, repository), library_output.no_bars(), library_output.all_weights_found():
            return cls.from_pretrained(
                repository, revision=part.revision, local_files_only=hub.is_silent(), **arguments
            )
    except (OSError, ValueError, TypeError, KeyError, RuntimeError) as error:
        raise Unavailable(
            f"{part.source} does not load as {name}, a {class_name}: {first_line(error)}",
            "give the folder that save_pretrained wrote of this part alone",
        ) from error


def _check_class(name: str, part: Checkpoint, class_name: str) -> None:
    """Refuses another network before it is loaded: sizes that its configuration lacks would be the published ones."""
    config = checkpoints.content(part, other_forms.PART_CONFIG)
    found = config.get("_class_name", class_name)  # diffusers states it; transformers refuses by itself
    if found != class_name:
        raise UsageError(f"{part.source} is a {found}, and {name} is a {class_name}")


def _class_of_part(name: str, index: Mapping[str, Any], plan: LoadingPlan) -> tuple[str, str]:
    """Library and class of a part."""
    if name in plan.part_classes:
        library, _, class_name = plan.part_classes[name].rpartition(".")
        return library, class_name
    known = json_files.entries(index)
    if name not in known:
        raise UnknownName(f"part of a {plan.pipeline}", name, known)
    library, class_name = known[name]
    if library not in LIBRARIES:  # the file is anybody's, and importing a module runs it
        raise _of_another_library(name, library)
    return library, class_name


def _is_of_diffusers(library: str) -> bool:
    """Whether classes are looked up in there without an import; some are of the module of one pipeline."""
    return library in LIBRARIES or library in dir(importlib.import_module("diffusers.pipelines"))


def _of_another_library(name: str, library: str) -> UsageError:
    return UsageError(
        f"part {name} is of '{library}' by its index, and only parts of diffusers and transformers load"
    )


def _hub_errors(part: Checkpoint, repository: str) -> AbstractContextManager[None]:
    return nullcontext() if checkpoints.is_folder(part) else hub.explained_errors(repository)


def add_loras(pipeline: Any, checkpoint: Checkpoint) -> None:
    """Adds the checkpoint's LoRAs, each at its scale.

    Raises:
        Unavailable: one is of another model, or cannot be read.
        UsageError: the pipeline takes none.
    """
    if not checkpoint.loras:
        return
    if not hasattr(pipeline, "load_lora_weights"):
        raise UsageError(f"a {type(pipeline).__name__} takes no LoRA")
    names = [f"lora{number}" for number in range(len(checkpoint.loras))]
    for name, (lora, _) in zip(names, checkpoint.loras, strict=True):
        _add_lora(pipeline, name, lora)
    pipeline.set_adapters(names, [scale for _, scale in checkpoint.loras])


def _add_lora(pipeline: Any, name: str, lora: Checkpoint) -> None:
    path = Path(lora.source)
    if not path.is_file():
        path = checkpoints.file(lora, other_forms.LORA)
    weight_sets.check([path])
    try:
        with library_output.all_weights_found(), warnings.catch_warnings():
            # peft warns that there are several, which is what was asked for
            warnings.filterwarnings("ignore", message="Already found a `peft_config`", category=UserWarning)
            pipeline.load_lora_weights(str(path.parent), weight_name=path.name, adapter_name=name)
        fits = any(name in found for found in pipeline.get_list_adapters().values())
    except (OSError, ValueError, TypeError, KeyError, RuntimeError, IndexError) as error:
        raise _other_lora(lora, pipeline, first_line(error)) from error
    if not fits:
        raise _other_lora(lora, pipeline, "none of its layers is in the model")


def _other_lora(lora: Checkpoint, pipeline: Any, why: str) -> Unavailable:
    return Unavailable(
        f"LoRA {lora.source} does not fit a {type(pipeline).__name__}: {why}",
        "choose one that was trained on this model",
    )
