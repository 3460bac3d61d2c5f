"""Diffusers pipelines: a checkpoint becomes one that is ready on its device, or an error that says what is wrong."""

from __future__ import annotations

import importlib
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import checkpoints, weights
from bench.errors import Unavailable, UsageError
from bench.types import Checkpoint, Runtime

HALF = ("float16", "bfloat16")
PACKAGES = ("accelerate", "transformers", "diffusers")
INSTALL = 'pip install "i2v-bench[models]"'


def load(
    checkpoint: Checkpoint, class_name: str, runtime: Runtime, part_classes: Mapping[str, str] | None = None
) -> tuple[Any, str | None]:
    """The checkpoint's pipeline, ready on its device, and the variant of its files that was read ('fp16' or None).

    Args:
        checkpoint: with the parts and LoRAs that go on top.
        class_name: of the pipeline in diffusers.
        runtime: where.
        part_classes: part of the pipeline -> 'library.Class', for parts that come from elsewhere and whose class the
            checkpoint's model_index.json does not say.

    Raises:
        UsageError: the checkpoint is of another class.
        Unavailable: a package, a file or the device is missing, or the weights are broken or incomplete.
    """
    cls = _pipeline_class(class_name)
    _check_device(runtime.device)
    _check_class(checkpoint, class_name)
    folder = _folder(checkpoint, cls, runtime.dtype)
    _check_files(folder)
    variant = _variant(folder, runtime.dtype)
    return _place(_read(cls, folder, variant, runtime.dtype), runtime), variant


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


def _check_class(checkpoint: Checkpoint, expected: str) -> None:
    path = checkpoints.file(checkpoint, checkpoints.PIPELINE_INDEX)
    try:
        found = json.loads(path.read_text(encoding="utf-8")).get("_class_name")
    except (ValueError, AttributeError) as error:
        raise Unavailable(
            f"checkpoint {checkpoint.source} has a broken {path.name}: {error}", "copy it again"
        ) from None
    if found != expected:
        raise UsageError(
            f"checkpoint {checkpoint.source} is a {found}, expected a {expected}; choose the model for it"
        )


def _folder(checkpoint: Checkpoint, cls: Any, dtype: str) -> Path:
    """Where the weights lie; a hub checkpoint's are fetched, in half precision if that is wanted and offered."""
    if checkpoints.is_folder(checkpoint):
        return Path(checkpoint.source)
    is_offline = weights.is_offline()
    fetch = {"revision": checkpoint.revision, "use_safetensors": True, "local_files_only": is_offline}
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


def _read(cls: Any, folder: Path, variant: str | None, dtype: str) -> Any:
    import torch
    from safetensors import SafetensorError

    try:
        with _no_bars(), _all_weights_found():
            return cls.from_pretrained(
                str(folder),
                dtype=getattr(torch, dtype),
                variant=variant,
                use_safetensors=True,
                local_files_only=True,
            )
    except (OSError, ValueError, TypeError, KeyError, RuntimeError, SafetensorError) as error:
        first_line = (str(error).splitlines() or [""])[0]
        raise Unavailable(
            f"checkpoint {folder} does not load as {cls.__name__}: {first_line}",
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
        raise Unavailable(
            f"the model does not fit into the memory of {runtime.device}",
            "try --memory model, or --memory sequential",
        ) from None
    return pipeline


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
