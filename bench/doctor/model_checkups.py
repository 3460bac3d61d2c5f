"""What a model lacks on this machine, and the lines that fix it: `bench doctor`. Nothing is loaded or downloaded.

bench.models.requirements checks what is here; this goes further: it queries the hub (size and licence of what is
missing), servers (whether they listen) and the headers of weights (whether they are whole, how much memory they take).
"""

from __future__ import annotations

import math
import socket
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from bench.base import devices, network, wording
from bench.doctor import machine
from bench.doctor.findings import Checkup, Finding
from bench.doctor.hub_client import HubClient
from bench.engine import resolve_models
from bench.engine.requests import ModelRequest
from bench.errors import Unavailable, UsageError
from bench.models import Model, hub
from bench.models.processing.processed_model import Processed
from bench.models.requirements import Need
from bench.types import Checkpoint, Runtime

SERVER_SECONDS = 3.0
"""How long a server may take to answer."""

HALF_BYTES, FULL_BYTES = 2, 4
"""Bytes of a number in float16 or bfloat16, and in float32."""

AUTOMATIC = Runtime("auto", "auto")


def checkups(
    names: Sequence[str], settings: Sequence[str] = (), checkpoint: str = "", where: Runtime = AUTOMATIC
) -> list[Checkup]:
    """What each model lacks.

    Args:
        names: also with treatments, 'svd+realesrgan@2x'.
        settings: as 'name=value', of each model.
        checkpoint: a folder or hub id in place of each model's own weights; '' for those.
        where: device, dtype and memory mode as on the command line, 'auto' included.

    Returns:
        One checkup per name.

    Raises:
        UsageError: an unknown name, or a setting out of range.
    """
    try:
        runtime = devices.resolve(where.device, where.dtype, where.memory)
        device = Finding("device", "ok", _device(runtime))
    except Unavailable as error:
        runtime = Runtime()
        device = Finding("device", "missing", error.reason, error.remedy)
    client = HubClient()
    return [_checkup(name, settings, checkpoint, runtime, device, client) for name in names]


def _checkup(
    name: str, settings: Sequence[str], checkpoint: str, runtime: Runtime, device: Finding, client: HubClient
) -> Checkup:
    try:
        (model,) = resolve_models.unloaded(ModelRequest((name,), settings=tuple(settings)), runtime)
    except Unavailable as error:
        return Checkup(name, (Finding("model", "missing", error.reason, error.remedy),))
    if checkpoint:
        _adopt(model, checkpoint)
    found = [need if need.is_met else _asked(need, client, runtime.is_half) for need in model.needs()]
    findings = [_finding(need) for need in found]
    if model.card.weights is not None:
        findings.append(device)
        findings += _memory(model, [path for need in found for path in need.files])
    if model.card.lifecycle == "legacy":
        findings.append(
            Finding("lifecycle", "note", f"legacy, as of {model.card.as_of}: there is something newer")
        )
    if model.card.note:
        findings.append(Finding("note", "note", model.card.note))
    return Checkup(name, tuple(findings))


def _adopt(model: Model, words: str) -> None:
    """Gives a model a checkpoint to look for, without its digest, which would read every byte."""
    if model.card.weights is None:
        raise UsageError(f"model '{model.card.name}' has no weights, so --checkpoint means nothing to it")
    folder = Path(words).expanduser()
    source, _, revision = (str(folder.resolve()), "", "") if folder.exists() else words.partition("@")
    if not folder.exists() and not hub.HUB_ID.fullmatch(source):
        raise UsageError(f"checkpoint '{words}' is neither a folder nor organisation/name on the hub")
    _base(model).checkpoint = Checkpoint(source, revision or None, Path(source).name, "")


def _base(model: Model) -> Model:
    return model.base if isinstance(model, Processed) else model


def _asked(need: Need, client: HubClient, is_half: bool) -> Need:
    """An unmet need, with what the hub or the server says about it."""
    if need.kind == "server" and need.address and not network.is_offline():
        return _listening(need)
    if need.kind == "weights" and need.address:
        told = client.words(need, is_half)
        return replace(need, found=f"{need.found}; {told}" if told else need.found)
    return need


def _listening(need: Need) -> Need:
    """Whether a server accepts connections; it is sent no request."""
    parts = urlsplit(need.address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname or "", port), timeout=SERVER_SECONDS).close()
    except OSError as error:
        return replace(need, found=f"does not answer: {error}")
    return replace(need, is_met=True, found="accepts connections", remedy="")


def _finding(need: Need) -> Finding:
    return Finding(
        f"{need.kind} {need.name}".strip(), "ok" if need.is_met else "missing", need.found, need.remedy
    )


def _memory(model: Model, paths: Sequence[Path]) -> Iterator[Finding]:
    """Whether the weights are whole, and fit; nothing if they are not here."""
    try:
        known = sizes(paths, model)
    except Unavailable as error:
        yield Finding("weights", "missing", str(error), "fetch or copy them again")
        return
    if not known:
        return
    total, largest = sum(known.values()), max(known.values())
    runtime = model.runtime
    needed = {"full": total, "model": largest, "sequential": 0}[runtime.memory]
    present = machine.memory(runtime.device)
    found = f"{wording.size(total)} of weights in {runtime.dtype}, the largest part {wording.size(largest)}"
    if present is None or needed < present:
        yield Finding("memory", "ok", found)
        return
    lower = "--memory model" if runtime.memory == "full" and largest < present else "--memory sequential"
    remedy = lower if runtime.device != "cpu" else "a machine with more memory"
    yield Finding("memory", "missing", f"{found}; {runtime.device} has {wording.size(present)}", remedy)


def sizes(paths: Sequence[Path], model: Model) -> dict[str, float]:
    """Part -> bytes in memory, by the headers of its files.

    Raises:
        Unavailable: a file is cut short or damaged.
    """
    full = getattr(_base(model), "full_precision", ())
    found: dict[str, float] = {}
    for path in paths:
        part = path.parent.name
        is_half = model.runtime.is_half and part not in full
        found[part] = found.get(part, 0) + _numbers(path) * (HALF_BYTES if is_half else FULL_BYTES)
    return found


def _numbers(path: Path) -> int:
    """How many numbers a file of weights holds."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as opened:
            return sum(math.prod(opened.get_slice(name).get_shape()) for name in opened.keys())  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise Unavailable(f"{path} is cut short or damaged ({error})") from None


def _device(runtime: Runtime) -> str:
    present = machine.memory(runtime.device)
    words = f"{runtime.device}, {wording.size(present)} of memory" if present else runtime.device
    slow = ": a clip takes minutes to hours" if runtime.device == "cpu" else ""
    return f"{words}, {runtime.dtype}{slow}"
