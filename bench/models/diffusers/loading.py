"""Loads a diffusers pipeline from a checkpoint onto its device, or says what is wrong with the checkpoint."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.base import devices, packages
from bench.base.wording import first_line
from bench.errors import OutOfMemory, Unavailable, UsageError
from bench.models import checkpoints, hub, json_files
from bench.models.diffusers import library_output, parts, weight_sets
from bench.types import Checkpoint, Runtime

PACKAGES = ("accelerate", "transformers", "diffusers")


@dataclass(frozen=True)
class LoadingPlan:
    """What a checkpoint is loaded as; the attributes of DiffusersModel explain the fields.

    Attributes:
        pipeline: class in diffusers.
        bases: classes of checkpoints that become this one once the parts that they lack come from elsewhere.
        part_classes: part -> 'library.Class', for parts that such a checkpoint lacks.
        full_precision: parts that stay float32, whatever the rest computes in.
        extra_parts: parts that prepare adds, since the pipeline's class does not know them.
        prepare: changes the pipeline before it goes to its device, where offloading attaches its hooks.
    """

    pipeline: str
    bases: tuple[str, ...]
    part_classes: Mapping[str, str]
    full_precision: tuple[str, ...]
    extra_parts: tuple[str, ...]
    prepare: Callable[[Any], None]

    def dtype_of(self, part: str, dtype: str) -> str:
        """The precision of a part in a pipeline of that precision."""
        return "float32" if part in self.full_precision else dtype


def load(checkpoint: Checkpoint, plan: LoadingPlan, runtime: Runtime) -> tuple[Any, str | None]:
    """The checkpoint's pipeline, ready on its device.

    Args:
        checkpoint: with the parts and LoRAs that go on top.
        plan: what it becomes.
        runtime: where.

    Returns:
        The pipeline, and the variant of its files that was read: 'fp16' or None.

    Raises:
        UsageError: the checkpoint is of another class.
        Unavailable: a package, a file or the device is missing, or the weights are broken or incomplete.
    """
    cls = _pipeline_class(plan.pipeline)
    with library_output.no_messages():
        return _loaded(cls, checkpoint, plan, runtime)


def fetch(checkpoint: Checkpoint, plan: LoadingPlan, dtype: str) -> None:
    """Brings the weights to this machine, but for those of parts that come from elsewhere.

    Args:
        checkpoint: whose.
        plan: which pipeline, and which parts come from elsewhere.
        dtype: of the weights, which may be stored in several.

    Raises:
        Unavailable: a package is missing, or the hub does not give them.
    """
    with library_output.no_messages():
        _folder(checkpoint, _pipeline_class(plan.pipeline), dtype, plan)


def _loaded(cls: Any, checkpoint: Checkpoint, plan: LoadingPlan, runtime: Runtime) -> tuple[Any, str | None]:
    _check_device(runtime.device)
    index = checkpoints.content(checkpoint, checkpoints.PIPELINE_INDEX)
    _check_class(checkpoint, index, plan)
    parts.check(checkpoint, index, plan)
    folder = _folder(checkpoint, cls, runtime.dtype, plan)
    weight_sets.check(folder.glob("*/*.safetensors"))
    variant = weight_sets.variant(folder.glob("*/*.safetensors"), runtime.dtype)
    _say_what_is_read(checkpoint, index, folder, variant)
    others = parts.loaded(checkpoint, index, plan, runtime.dtype)
    dtypes = {name: plan.dtype_of(name, runtime.dtype) for name in ("default", *plan.full_precision)}
    pipeline = _read(cls, folder, variant, dtypes, others)
    parts.add_loras(pipeline, checkpoint)
    plan.prepare(pipeline)
    return _on_device(pipeline, runtime), variant


def named_class(checkpoint: Checkpoint) -> tuple[str, str, Any]:
    """A checkpoint's source, and name and class of its index's pipeline; None for a class that diffusers lacks.

    Raises:
        Unavailable: a package is missing, or the index cannot be read.
    """
    base = _pipeline_class("DiffusionPipeline")
    name = str(checkpoints.content(checkpoint, checkpoints.PIPELINE_INDEX).get("_class_name"))
    found = getattr(importlib.import_module("diffusers"), name, None)
    is_pipeline = isinstance(found, type) and issubclass(found, base)
    return checkpoint.source, name, found if is_pipeline else None


def _pipeline_class(name: str) -> Any:
    packages.check(*PACKAGES)
    return getattr(importlib.import_module("diffusers"), name)


def _check_device(device: str) -> None:
    import torch

    if device.startswith("cuda") and not torch.cuda.is_available():
        raise Unavailable(f"device {device} is not here: torch finds no GPU", "try --device cpu")


def _check_class(checkpoint: Checkpoint, index: Mapping[str, Any], plan: LoadingPlan) -> None:
    found, expected = index.get("_class_name"), plan.pipeline
    if found not in (expected, *plan.bases):
        raise UsageError(
            f"checkpoint {checkpoint.source} is a {found}, expected a {expected}; choose the model for it"
        )


def _folder(checkpoint: Checkpoint, cls: Any, dtype: str, plan: LoadingPlan) -> Path:
    """The folder of the weights; those of the hub are fetched, in half precision if that is wanted and offered.

    Parts that come from elsewhere are not fetched: a base's own transformer may be 25 GB.
    """
    if checkpoints.is_folder(checkpoint):
        return Path(checkpoint.source)
    is_offline = hub.is_silent()
    fetch: dict[str, Any] = {
        "revision": checkpoint.revision, "use_safetensors": True, "local_files_only": is_offline,
        **{name: part.source for name, part in checkpoint.parts if name not in plan.extra_parts},
    }  # fmt: skip
    with hub.explained_errors(checkpoint.source):
        if dtype in weight_sets.HALF:
            try:
                return Path(cls.download(checkpoint.source, variant="fp16", **fetch))
            except FileNotFoundError:  # offline, and only the full precision is cached
                pass
        return Path(cls.download(checkpoint.source, **fetch))


def _say_what_is_read(
    checkpoint: Checkpoint, index: Mapping[str, Any], folder: Path, variant: str | None
) -> None:
    """Names the weights that are read where a user's own folder has several sets; those of the hub are one commit's."""
    own = {name: entry for name, entry in index.items() if name not in dict(checkpoint.parts)}
    said = list(weight_sets.notices(folder, own, variant)) if checkpoints.is_folder(checkpoint) else []
    for name, part in checkpoint.parts:
        if checkpoints.is_folder(part):
            library, _ = json_files.entries(index).get(name, ("diffusers", ""))
            said += weight_sets.notice(Path(part.source), library)
    for sentence in said:
        logging.getLogger(__name__).warning(sentence)


def _read(
    cls: Any, folder: Path, variant: str | None, dtypes: Mapping[str, str], others: Mapping[str, Any]
) -> Any:
    import torch
    from safetensors import SafetensorError

    try:
        with library_output.no_bars(), library_output.all_weights_found():
            return cls.from_pretrained(
                str(folder),
                dtype={part: getattr(torch, dtype) for part, dtype in dtypes.items()},
                variant=variant,
                use_safetensors=True,
                local_files_only=True,
                **others,
            )
    except (OSError, ValueError, TypeError, LookupError, RuntimeError, SafetensorError) as error:
        raise Unavailable(
            f"checkpoint {folder} does not load as {cls.__name__}: {first_line(error)}",
            "fetch or save it again, whole, as safetensors",
        ) from error


def _on_device(pipeline: Any, runtime: Runtime) -> Any:
    try:
        match runtime.memory:
            case "full":
                pipeline.to(runtime.device)
            case "model":
                pipeline.enable_model_cpu_offload(device=runtime.device)
            case "sequential":
                pipeline.enable_sequential_cpu_offload(device=runtime.device)
    except RuntimeError as error:
        if not devices.is_out_of_memory(error):
            raise
        raise OutOfMemory(
            f"the model does not fit into the memory of {runtime.device}",
            "try --memory model, or --memory sequential",
        ) from None
    return pipeline
