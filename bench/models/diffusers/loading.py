"""Diffusers pipelines: a checkpoint becomes one that is ready on its device, or an error that says what is wrong."""

from __future__ import annotations

import importlib
import json
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.base import weights
from bench.errors import OutOfMemory, Unavailable, UnknownName, UsageError
from bench.models import checkpoints
from bench.types import Checkpoint, Runtime

HALF = ("float16", "bfloat16")
PACKAGES = ("accelerate", "transformers", "diffusers")
INSTALL = 'pip install "i2v-bench[models]"'


def as_it_is(pipeline: Any) -> None:
    """For a pipeline that needs nothing more."""


@dataclass(frozen=True)
class Recipe:
    """What a checkpoint is loaded as.

    Attributes:
        pipeline: class in diffusers.
        bases: classes of checkpoints that become this one, once the parts that they lack come from elsewhere.
        part_classes: part -> 'library.Class', for parts that such a checkpoint lacks.
        full_precision: parts that stay float32, whatever the rest computes in.
        beside: parts that prepare adds, since the pipeline's class does not know them.
        prepare: changes the pipeline before it goes to its device, where offloading hooks on to what is there.
    """

    pipeline: str
    bases: tuple[str, ...] = ()
    part_classes: Mapping[str, str] = field(default_factory=dict)
    full_precision: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    prepare: Callable[[Any], None] = as_it_is

    def dtype_of(self, part: str, dtype: str) -> str:
        """The precision of a part, in a pipeline of this one."""
        return "float32" if part in self.full_precision else dtype


def load(checkpoint: Checkpoint, recipe: Recipe, runtime: Runtime) -> tuple[Any, str | None]:
    """The checkpoint's pipeline, ready on its device, and the variant of its files that was read ('fp16' or None).

    Args:
        checkpoint: with the parts and LoRAs that go on top.
        recipe: what it becomes.
        runtime: where.

    Raises:
        UsageError: the checkpoint is of another class.
        Unavailable: a package, a file or the device is missing, or the weights are broken or incomplete.
    """
    cls = _pipeline_class(recipe.pipeline)
    with _no_chatter():
        return _loaded(cls, checkpoint, recipe, runtime)


def _loaded(cls: Any, checkpoint: Checkpoint, recipe: Recipe, runtime: Runtime) -> tuple[Any, str | None]:
    _check_device(runtime.device)
    index = _index(checkpoint)
    _check_class(checkpoint, index, recipe)
    _check_parts(checkpoint, index, recipe)
    folder = _folder(checkpoint, cls, runtime.dtype, recipe)
    _check_files(folder)
    variant = _variant(folder, runtime.dtype)
    parts = {
        name: _part(name, part, index, recipe, recipe.dtype_of(name, runtime.dtype))
        for name, part in checkpoint.parts
        if name not in recipe.beside
    }
    dtypes = {name: recipe.dtype_of(name, runtime.dtype) for name in ("default", *recipe.full_precision)}
    pipeline = _read(cls, folder, variant, dtypes, parts)
    _add_loras(pipeline, checkpoint)
    recipe.prepare(pipeline)
    return _place(pipeline, runtime), variant


def named_class(checkpoint: Checkpoint) -> tuple[str, str, Any]:
    """The checkpoint's source, and name and class of its index's pipeline; None for a class that diffusers has not.

    Raises:
        Unavailable: a package is missing, or the index cannot be read.
    """
    base = _pipeline_class("DiffusionPipeline")
    name = str(_index(checkpoint).get("_class_name"))
    found = getattr(importlib.import_module("diffusers"), name, None)
    is_pipeline = isinstance(found, type) and issubclass(found, base)
    return checkpoint.source, name, found if is_pipeline else None


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an allocator gave up; each has its own words, and only CUDA's its own type."""
    words = str(error).lower()
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and ("out of memory" in words or "can't allocate memory" in words)
    )


def _pipeline_class(name: str) -> Any:
    try:
        for package in PACKAGES:
            importlib.import_module(package)
    except ImportError as error:
        raise Unavailable(f"package {error.name} is not installed", INSTALL) from error
    return getattr(importlib.import_module("diffusers"), name)


def _check_device(device: str) -> None:
    import torch

    if device.startswith("cuda") and not torch.cuda.is_available():
        raise Unavailable(f"device {device} is not here: torch finds no GPU", "try --device cpu")


def _index(checkpoint: Checkpoint) -> dict[str, Any]:
    """What model_index.json says: the class of the pipeline, and library and class of each part."""
    path = checkpoints.file(checkpoint, checkpoints.PIPELINE_INDEX)
    try:
        index = json.loads(path.read_text(encoding="utf-8"))
        return {**index}
    except (ValueError, TypeError) as error:
        raise Unavailable(
            f"checkpoint {checkpoint.source} has a broken {path.name}: {error}", "copy it again"
        ) from None


def _check_class(checkpoint: Checkpoint, index: Mapping[str, Any], recipe: Recipe) -> None:
    found, expected = index.get("_class_name"), recipe.pipeline
    if found not in (expected, *recipe.bases):
        raise UsageError(
            f"checkpoint {checkpoint.source} is a {found}, expected a {expected}; choose the model for it"
        )


def _check_parts(checkpoint: Checkpoint, index: Mapping[str, Any], recipe: Recipe) -> None:
    """Refuses a base without what makes it this pipeline: some pipelines fill the hole with random numbers."""
    if index.get("_class_name") == recipe.pipeline:
        return
    there = {name for name, _ in checkpoint.parts}
    missing = [
        name
        for name, class_path in recipe.part_classes.items()
        if name not in there and ".".join(map(str, index.get(name) or ())) != class_path
    ]
    if missing:
        raise UsageError(
            f"checkpoint {checkpoint.source} is a {index['_class_name']}, which lacks {', '.join(missing)} of a"
            f" {recipe.pipeline}; add --component {missing[0]}=…"
        )


def _part(name: str, part: Checkpoint, index: Mapping[str, Any], recipe: Recipe, dtype: str) -> Any:
    """A part of a pipeline that comes from elsewhere."""
    import torch

    library, class_name = _class_of_part(name, index, recipe)
    cls = getattr(importlib.import_module(library), class_name)
    repository, subfolder = checkpoints.place(part)
    arguments: dict[str, Any] = {"subfolder": subfolder} if subfolder else {}
    if hasattr(cls, "parameters"):  # a network, not a tokenizer or an image processor
        _check_part(name, part, class_name)
        arguments["dtype" if library == "transformers" else "torch_dtype"] = getattr(torch, dtype)
    try:
        with _hub_errors(part, repository), _no_bars(), _all_weights_found():
            return cls.from_pretrained(
                repository, revision=part.revision, local_files_only=weights.is_offline(), **arguments
            )
    except (OSError, ValueError, TypeError, KeyError, RuntimeError) as error:
        raise Unavailable(
            f"{part.source} does not load as {name}, a {class_name}: {_first_line(error)}",
            "give the folder that save_pretrained wrote of this part alone",
        ) from error


def _check_part(name: str, part: Checkpoint, class_name: str) -> None:
    """Refuses another network before it is loaded: what its configuration lacks would be made as large as published."""
    config = json.loads(checkpoints.file(part, checkpoints.PART_CONFIG).read_text(encoding="utf-8"))
    found = config.get("_class_name", class_name)  # diffusers says it; transformers refuses by itself
    if found != class_name:
        raise UsageError(f"{part.source} is a {found}, and {name} is a {class_name}")


def _class_of_part(name: str, index: Mapping[str, Any], recipe: Recipe) -> tuple[str, str]:
    if name in recipe.part_classes:
        library, _, class_name = recipe.part_classes[name].rpartition(".")
        return library, class_name
    known = {part: entry for part, entry in index.items() if isinstance(entry, list) and None not in entry}
    if name not in known:
        raise UnknownName(f"part of a {recipe.pipeline}", name, known)
    library, class_name = known[name]
    return library, class_name


def _hub_errors(part: Checkpoint, repository: str) -> AbstractContextManager[None]:
    return nullcontext() if checkpoints.is_folder(part) else checkpoints.hub_errors(repository)


def _add_loras(pipeline: Any, checkpoint: Checkpoint) -> None:
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
        path = checkpoints.file(lora, checkpoints.LORA)
    try:
        with _all_weights_found(), warnings.catch_warnings():
            # peft's word that there are several: that is what was asked for
            warnings.filterwarnings("ignore", message="Already found a `peft_config`", category=UserWarning)
            pipeline.load_lora_weights(str(path.parent), weight_name=path.name, adapter_name=name)
        fits = any(name in found for found in pipeline.get_list_adapters().values())
    except (OSError, ValueError, TypeError, KeyError, RuntimeError, IndexError) as error:
        raise _other_lora(lora, pipeline, _first_line(error)) from error
    if not fits:
        raise _other_lora(lora, pipeline, "none of its layers is in the model")


def _other_lora(lora: Checkpoint, pipeline: Any, why: str) -> Unavailable:
    return Unavailable(
        f"LoRA {lora.source} does not fit a {type(pipeline).__name__}: {why}",
        "choose one that was trained on this model",
    )


def _first_line(error: Exception) -> str:
    """Of torch's reports the first finding, too: their first line ends with a colon."""
    said = [line.strip() for line in str(error).splitlines() if line.strip()]
    first, *others = said or [type(error).__name__]
    return f"{first} {others[0]}" if first.endswith(":") and others else first


def _folder(checkpoint: Checkpoint, cls: Any, dtype: str, recipe: Recipe) -> Path:
    """Where the weights lie; a hub checkpoint's are fetched, in half precision if that is wanted and offered.

    Parts that come from elsewhere are not fetched: a base's own transformer may be 25 GB.
    """
    if checkpoints.is_folder(checkpoint):
        return Path(checkpoint.source)
    is_offline = weights.is_offline()
    fetch: dict[str, Any] = {
        "revision": checkpoint.revision, "use_safetensors": True, "local_files_only": is_offline,
        **{name: part.source for name, part in checkpoint.parts if name not in recipe.beside},
    }  # fmt: skip
    with checkpoints.hub_errors(checkpoint.source):
        if dtype in HALF:
            try:
                return Path(cls.download(checkpoint.source, variant="fp16", **fetch))
            except FileNotFoundError:  # offline, and only the full precision is cached
                pass
        return Path(cls.download(checkpoint.source, **fetch))


def _check_files(folder: Path) -> None:
    """Reads every header: a file that was cut short is named, before minutes of loading."""
    from safetensors import SafetensorError, safe_open

    for path in sorted(folder.glob("*/*.safetensors")):
        try:
            with safe_open(path, framework="numpy"):
                pass
        except (SafetensorError, OSError) as error:
            raise Unavailable(
                f"weights {path} are cut short or damaged ({error})", "fetch or copy them again"
            ) from error


def _variant(folder: Path, dtype: str) -> str | None:
    names = [path.name for path in folder.glob("*/*.safetensors")]
    has_half = any(".fp16." in name or ".fp16-" in name for name in names)
    has_full = any(".fp16" not in name for name in names)
    return "fp16" if has_half and (dtype in HALF or not has_full) else None


def _read(
    cls: Any, folder: Path, variant: str | None, dtypes: Mapping[str, str], parts: Mapping[str, Any]
) -> Any:
    import torch
    from safetensors import SafetensorError

    try:
        with _no_bars(), _all_weights_found():
            return cls.from_pretrained(
                str(folder),
                dtype={part: getattr(torch, dtype) for part, dtype in dtypes.items()},
                variant=variant,
                use_safetensors=True,
                local_files_only=True,
                **parts,
            )
    except (OSError, ValueError, TypeError, KeyError, RuntimeError, SafetensorError) as error:
        raise Unavailable(
            f"checkpoint {folder} does not load as {cls.__name__}: {_first_line(error)}",
            "fetch or save it again, whole, as safetensors",
        ) from error


def _place(pipeline: Any, runtime: Runtime) -> Any:
    try:
        match runtime.memory:
            case "full":
                pipeline.to(runtime.device)
            case "model":
                pipeline.enable_model_cpu_offload(device=runtime.device)
            case "sequential":
                pipeline.enable_sequential_cpu_offload(device=runtime.device)
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        raise OutOfMemory(
            f"the model does not fit into the memory of {runtime.device}",
            "try --memory model, or --memory sequential",
        ) from None
    return pipeline


@contextmanager
def _no_chatter() -> Iterator[None]:
    """Keeps what the libraries print, deprecations above all, out of sight; our own handlers still hear it."""
    loggers = [logging.getLogger(name) for name in ("diffusers", "transformers")]
    printers = [list(logger.handlers) for logger in loggers]
    for logger in loggers:
        logger.handlers = [logging.NullHandler()]  # with none at all, Python itself prints
    try:
        yield
    finally:
        for logger, handlers in zip(loggers, printers, strict=True):
            logger.handlers = handlers


@contextmanager
def _no_bars() -> Iterator[None]:
    """Loading takes seconds and has its own bars, one a part; ours stand there already."""
    from diffusers.utils import logging as diffusers_logging
    from transformers.utils import logging as transformers_logging

    switched = [one for one in (diffusers_logging, transformers_logging) if one.is_progress_bar_enabled()]
    for one in switched:
        one.disable_progress_bar()
    try:
        yield
    finally:
        for one in switched:
            one.enable_progress_bar()


@contextmanager
def _all_weights_found() -> Iterator[None]:
    """Refuses weights that lack a layer: diffusers and transformers fill it with random numbers and merely log it.

    Raises:
        ValueError: the report of what is missing.
    """
    said: list[str] = []
    ear = logging.Handler(logging.WARNING)
    ear.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    loggers = [logging.getLogger(name) for name in ("diffusers", "transformers")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(ear)
        logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.removeHandler(ear)
            logger.setLevel(level)
    for message in said:
        if "newly initialized" in message:
            raise ValueError("weights are missing: " + " ".join(message.split()))
        if "LoRA" in message and "unexpected keys" in message:
            raise ValueError(" ".join(message.split())[:200])
