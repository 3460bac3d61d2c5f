"""What this machine has: packages, GPU, codecs, folders, the hub, weights of metrics. Nothing is downloaded."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from bench import evaluators
from bench.base import devices, files, weights
from bench.errors import Unavailable
from bench.media import video
from bench.models import hub, requirements, stored_weights
from bench.models.requirements import in_words
from bench.types import Clip

State: TypeAlias = Literal["ok", "missing", "note"]
"""'missing' stops something from running; a 'note' does not."""

MARKS = {"ok": "ok", "missing": "MISSING", "note": "note"}

HUB_SECONDS = 5.0
"""How long the hub may take to answer."""

LOW_DISK = 20e9
"""Bytes; the weights of one model of today."""

DRIVERS = (Path("/dev/nvidiactl"), Path("/dev/kfd"))
"""What Linux has where there is a GPU of NVIDIA or AMD."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        what: 'package diffusers', 'weights org/name'.
        state: see State.
        found: what is here, or what is wrong.
        remedy: the line that mends it; '' where nothing needs to be.
    """

    what: str
    state: State
    found: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class Checkup:
    """All that was looked at for a model, or for this machine."""

    subject: str
    findings: tuple[Finding, ...]

    @property
    def is_fit(self) -> bool:
        """Whether nothing is missing."""
        return all(finding.state != "missing" for finding in self.findings)

    def __str__(self) -> str:
        lines = [f"{self.subject}: {'ready' if self.is_fit else 'cannot run here yet'}"]
        width = max((len(finding.what) for finding in self.findings), default=0)
        for each in self.findings:
            lines.append(f"  {MARKS[each.state]:<8}{each.what:<{width}}  {each.found}".rstrip())
            if each.remedy:
                lines.append(f"          → {each.remedy}")
        return "\n".join(lines)


def checkup() -> Checkup:
    """What this machine has: packages, GPU, codecs, folders, the hub, weights of metrics."""
    findings = [
        Finding("Python", "ok", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    ]
    findings += _packages()
    findings += [_gpu(), _processor()]
    findings += [_codec("lossless", video.write_clip, ".mkv"), _codec("preview", video.write_preview, ".mp4")]
    findings += [
        *_folder("cache", files.cache(), "BENCH_CACHE"),
        *_folder("hub cache", _hub_cache(), "HF_HOME"),
    ]
    findings.append(Hub().finding())
    findings += _metric_weights()
    return Checkup("this machine", tuple(findings))


class Hub:
    """The hub, asked at most until it does not answer once; sizes and conditions only, never files."""

    def __init__(self) -> None:
        self.silence = "HF_HUB_OFFLINE forbids to ask the hub" if weights.is_offline() else ""

    def words(self, repository: str) -> str:
        """What the hub says of a repository: how much there is, and whether it is open; '' where it says nothing."""
        if self.silence:
            return ""
        from huggingface_hub import HfApi

        try:
            with hub.explained_errors(repository):
                told = HfApi().model_info(repository, files_metadata=True, timeout=HUB_SECONDS)
        except Unavailable as error:
            return self._heard(error)
        named = [each for each in told.siblings or [] if each.rfilename.endswith(stored_weights.WEIGHT_FILE)]
        words = f"up to {in_words(sum(each.size or 0 for each in named))} on the hub"
        if told.gated:
            return f"{words}, gated: accept its licence on its page, then set HF_TOKEN"
        return f"{words}, fetched by the first run"

    def finding(self) -> Finding:
        """Whether it can be asked at all."""
        if self.silence:
            return Finding("hub", "note", self.silence, "unset it to fetch weights")
        import httpx
        from huggingface_hub import constants, get_token

        try:
            httpx.head(constants.ENDPOINT, timeout=HUB_SECONDS)
        except httpx.HTTPError as error:
            return Finding(
                "hub", "note", f"{constants.ENDPOINT} does not answer ({type(error).__name__})",
                "only what is cached can run; HF_ENDPOINT names a mirror",
            )  # fmt: skip
        token = "a token is set" if get_token() else "no token is set, which gated weights need (HF_TOKEN)"
        return Finding("hub", "ok", f"{constants.ENDPOINT} answers; {token}")

    def _heard(self, error: Unavailable) -> str:
        from huggingface_hub import errors

        if isinstance(error.__cause__, errors.HfHubHTTPError):  # an answer: it is gated, or not there
            return error.reason
        self.silence = "the hub does not answer"
        return self.silence


def memory(device: str) -> float | None:
    """Bytes of a device's memory; None where nobody says."""
    if device.startswith("cuda"):
        import torch

        return float(torch.cuda.get_device_properties(device).total_memory)
    if device == "cpu" and hasattr(os, "sysconf"):
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    return None


def _packages() -> Iterator[Finding]:
    """One line for what is always needed, and one for each extra, which only some models need."""
    wanted = requirements.packages()
    if not wanted[""]:
        yield Finding("packages", "missing", "i2v-bench itself is not installed", "pip install -e .")
    for extra, names in wanted.items():
        if not names:
            continue
        install = f'pip install "i2v-bench[{extra}]"' if extra else "pip install --upgrade i2v-bench"
        looked = [requirements.package(name, install) for name in names]
        lacking = [need for need in looked if not need.is_met]
        words = ", ".join(f"{need.name} {need.found}" for need in lacking or looked)
        bad: State = "note" if extra else "missing"
        yield Finding(
            f"packages [{extra}]" if extra else "packages", bad if lacking else "ok", words,
            install if lacking else "",
        )  # fmt: skip


def _gpu() -> Finding:
    try:
        runtime = devices.resolve("auto", "auto")
    except Unavailable as error:
        return Finding("GPU", "note", error.reason, error.remedy)
    if runtime.device.startswith("cuda"):
        import torch

        found = [torch.cuda.get_device_properties(number) for number in range(torch.cuda.device_count())]
        words = ", ".join(f"{each.name} with {in_words(each.total_memory)}" for each in found)
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
    words = f", {in_words(present)} of memory" if present else ""
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
    except Exception as error:  # PyAV raises of many trees: one for each of libav's numbers
        return Finding(
            what, "missing", f"{type(error).__name__}: {error}", "pip install --force-reinstall av"
        )
    is_same = clip.frames.shape == frames.shape and (suffix != ".mkv" or np.array_equal(clip.frames, frames))
    if not is_same:
        return Finding(what, "missing", "another clip comes back", "pip install --force-reinstall av")
    return Finding(what, "ok", f"{clip.decoded.get('codec', '')}, {video.decoder()}")


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
    yield Finding(what, "note" if is_low else "ok", f"{folder}, {in_words(room)} free", remedy)


def _hub_cache() -> Path:
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE)


def _metric_weights() -> Iterator[Finding]:
    """One line for each file that a metric looks through."""
    wanted: dict[str, tuple[weights.Weights, list[str]]] = {}
    for name in evaluators.registry:
        for file in evaluators.registry[name]().weights():
            wanted.setdefault(file.name, (file, []))[1].append(name)
    for file, users in wanted.values():
        what = f"weights of {', '.join(users)}"
        found = f"{file.name}, {in_words(file.size)}"
        if weights.path(file) is not None:
            yield Finding(what, "ok", found)
        else:
            remedy = f"fetched when first asked for, or put {file.urls[0]} in {weights.folder()}"
            yield Finding(what, "note", f"{found}: not here", remedy if file.urls else "")
