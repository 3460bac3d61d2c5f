"""`bench run` of a cheap model on a few small pictures, in a process of its own that is stopped as its files come."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from bench.base import temporaries
from bench.media import pictures
from bench.runs import parquet
from tests.made import photograph

Row: TypeAlias = dict[str, Any]
UNLIKE = {"created"}
"""Columns in which two runs that made the same differ."""


def written_suite(folder: Path, cases: int) -> Path:
    for number in range(cases):
        pictures.write(folder / f"{number}.png", photograph(120, 160, seed=number))
    lines = [
        json.dumps({"id": f"c{number}", "image": f"{number}.png", "prompt": "x", "category": "x"})
        for number in range(cases)
    ]
    (folder / "suite.toml").write_text('title = "A few small pictures"\n')
    (folder / "cases.jsonl").write_text("\n".join(lines) + "\n")
    return folder


def words(suite_folder: Path, out: Path) -> list[str]:
    """As somebody types them after `bench`."""
    return [
        "run",
        "-m",
        "noise",
        "--suite",
        str(suite_folder),
        "--metrics",
        "psnr,flicker",
        "--out",
        str(out),
    ]


def command(suite_folder: Path, out: Path) -> list[str]:
    """The same as a process of its own."""
    return [sys.executable, "-m", "bench", *words(suite_folder, out)]


def rows(out: Path) -> dict[tuple[object, ...], Row]:
    """All that the rows of the only run say, by their key; each is there exactly once."""
    (path,) = out.glob("*/results.parquet")
    found = [vars(row) for row in parquet.read(path)]
    by_key = {
        tuple(row[name] for name in ("case", "seed", "metric", "view")): {
            name: value for name, value in row.items() if name not in UNLIKE
        }
        for row in found
    }
    assert len(by_key) == len(found)
    return by_key


def records(out: Path) -> list[Path]:
    return list(out.glob("*/clips/c*.json"))


def half_clips(out: Path) -> list[Path]:
    return list(out.glob(f"*/clips/{temporaries.PREFIX}*"))


def parts(out: Path) -> list[Path]:
    return list(out.glob("*/measurements/part-*.parquet"))


def temporary(out: Path) -> list[Path]:
    return list(out.rglob(f"{temporaries.PREFIX}*"))


def finished(out: Path) -> set[str]:
    """Names of what is finished and stays so: records and parts of rows."""
    return {path.name for path in (*records(out), *parts(out))}


def begun(command: list[str], out: Path, is_time: Callable[[], bool]) -> subprocess.Popen[str]:
    """The command's process, once it is time or it ended."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while not (out.is_dir() and any(out.iterdir())) and process.poll() is None:
        time.sleep(0.02)  # looking more often than this takes half of its processor while it starts
    while not is_time() and process.poll() is None:
        time.sleep(0.0005)
    return process
