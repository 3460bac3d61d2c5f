"""What a run will need and take, before any weight is fetched or loaded: `bench run --dry-run`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench import runs
from bench.base import provenance
from bench.doctor import machine, model_checkups
from bench.engine import fetching, resolve_models
from bench.engine.fetching import Fetch
from bench.engine.requests import ModelRequest, RunConfig
from bench.errors import BenchError
from bench.models import Model
from bench.types import ClipRecord


@dataclass(frozen=True)
class Outlook:
    """What the clips of one model will need and take.

    Attributes:
        label: what tables call the model.
        fetches: what would be fetched first.
        memory: bytes that it takes at least, as a stored run did, or as its weights do; None if unknown.
        memory_here: bytes that the device has; None if unknown.
        seconds: per clip, as in a stored run on this device; None if there is none.
        like: id of that run, of the same settings if there is one; '' if there is none.
        is_alike: whether its settings are the same.
    """

    label: str
    fetches: tuple[Fetch, ...]
    memory: float | None
    memory_here: float | None
    seconds: float | None
    like: str
    is_alike: bool


def outlooks(request: ModelRequest, config: RunConfig) -> list[Outlook]:
    """What each model will need and take.

    Args:
        request: which models.
        config: where and how they would compute, and where runs are stored.
    """
    return [_outlook(model, config) for model in resolve_models.sketched(request, config.runtime)]


def _outlook(model: Model, config: RunConfig) -> Outlook:
    like, is_alike, records = _like(model, config.out)
    seconds = [each.seconds for each in records if each.seconds is not None]
    return Outlook(
        model.label,
        tuple(fetching.of_model(model)),
        _memory(model, records if is_alike else ()),
        machine.memory(model.runtime.device) if model.card.weights is not None else None,
        median(seconds) if seconds else None,
        like,
        is_alike,
    )


def _like(model: Model, out: Path) -> tuple[str, bool, list[ClipRecord]]:
    """The stored run of this model, on this device, from which most can be told; '' if there is none."""
    found: list[tuple[bool, int, str, list[ClipRecord]]] = []
    for folder in runs.find(out):
        try:
            run = folder.run
            if run.model != model.card.name:
                continue
            made = [each for each in folder.records() if each.seconds is not None and _is_here(each, model)]
        except BenchError:
            continue
        if made:
            is_alike = run.settings == model.decisive_settings() and run.dtype in ("", model.runtime.dtype)
            found.append((is_alike, len(made), run.id, made))
    if not found:
        return "", False, []
    is_alike, _, name, made = max(found, key=lambda each: each[:3])
    return name, is_alike, made


def _is_here(record: ClipRecord, model: Model) -> bool:
    """Whether a clip was made on a device such as the one that would be used."""
    if model.is_remote:
        return True
    device = model.runtime.device
    hardware = record.made_with.get("hardware")
    return record.device == device and hardware in (None, provenance.hardware(device))


def _memory(model: Model, records: Sequence[ClipRecord]) -> float | None:
    if model.card.weights is None:
        return None
    if peaks := [each.peak_memory for each in records if each.peak_memory]:
        return float(max(peaks))
    if model.runtime.memory == "sequential":  # layer by layer: next to nothing of the weights
        return None
    try:
        here = model_checkups.sizes([path for need in model.needs() for path in need.files], model)
    except BenchError:
        here = {}
    if here:
        return sum(here.values()) if model.runtime.memory == "full" else max(here.values())
    number = model_checkups.HALF_BYTES if model.runtime.is_half else model_checkups.FULL_BYTES
    return model.card.parameters * 1e9 * number if model.card.parameters else None
