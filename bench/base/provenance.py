"""Where a number came from: facts that are the same in every row of one session."""

from __future__ import annotations

import functools
import json
import platform
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

MEASURING = (
    "torch", "torchvision", "numpy", "scipy", "opencv-python-headless", "av", "pillow", "timm", "open-clip-torch",
)  # fmt: skip
"""Libraries that touch pixels or weights between a clip and a number."""

MAKING = (
    "torch", "diffusers", "transformers", "accelerate", "peft", "numpy", "opencv-python-headless", "av", "pillow",
)  # fmt: skip
"""Libraries that touch pixels or weights between a case and its clip."""

CPU_FACTS = Path("/proc/cpuinfo")


@functools.cache
def bench_version() -> str:
    """The version of this package as installed; '0' if it is not installed."""
    try:
        return version("i2v-bench")
    except PackageNotFoundError:
        return "0"


def now() -> str:
    """The time, ISO 8601, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@functools.cache
def software() -> str:
    """Versions of the libraries that measure, as JSON."""
    return json.dumps(versions(MEASURING))


def versions(libraries: Iterable[str]) -> dict[str, str]:
    """Versions of those that are installed; reads metadata, imports nothing."""
    found = {}
    for library in libraries:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


@functools.cache
def hardware(device: str) -> str:
    """What computes under a device's name ('cpu', 'cuda:0', 'mps') on this machine, as its maker calls it."""
    if device.startswith("cuda"):
        import torch

        return torch.cuda.get_device_name(device)
    lines = CPU_FACTS.read_text(encoding="utf-8").splitlines() if CPU_FACTS.is_file() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()


@functools.cache
def commit() -> str:
    """The git commit of this package, with '+' if files differ from it; '' outside a checkout."""
    checkout = Path(__file__).parents[2]
    if not (checkout / ".git").exists():
        return ""
    head = _git(checkout, "rev-parse", "--short=12", "HEAD")
    return head + ("+" if head and _git(checkout, "status", "--porcelain", "--untracked-files=no") else "")


def _git(checkout: Path, *words: str) -> str:
    try:
        answer = subprocess.run(
            ["git", "-C", str(checkout), *words], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip()
