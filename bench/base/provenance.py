"""Where a number came from: facts that are the same in every row of one session."""

from __future__ import annotations

import functools
import json
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LIBRARIES = (
    "torch", "torchvision", "numpy", "scipy", "opencv-python-headless", "av", "pillow", "timm", "open-clip-torch",
    "diffusers", "transformers",
)  # fmt: skip
"""Libraries that touch pixels or weights between a case and a number."""


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
    """Versions of LIBRARIES that are installed, as JSON; reads metadata, imports nothing."""
    found = {}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return json.dumps(found)


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
