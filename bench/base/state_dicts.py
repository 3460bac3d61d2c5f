"""Tensors from files of weights, read without running code that the files may hold.

A pickle may call whatever it names while it is read, and TorchScript is a program that runs as soon as it is opened.
Here pickles go through torch's `weights_only`, which makes tensors and plain containers and refuses everything else;
safetensors holds nothing but tensors; TorchScript is refused. A network that was published as TorchScript is opened
only where its digest is declared, by the module that declares it.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from bench.base import files
from bench.errors import Unavailable


def read(file: Path, device: str = "cpu") -> dict[str, Any]:
    """The content of a checkpoint: names and tensors, or containers of them.

    Args:
        file: safetensors, or what torch.save wrote; told apart by content.
        device: where the tensors lie.

    Returns:
        What the file holds, as its maker named it.

    Raises:
        Unavailable: it is TorchScript.
        ValueError: it is no checkpoint, or only code could read it; one line that does not name the file.
    """
    import torch
    from safetensors.torch import load_file

    refuse_torchscript(file)
    try:
        if _is_safetensors(file):
            return dict(load_file(file, device=device))
        found = torch.load(file, map_location=device, weights_only=True)
    except Exception as error:  # torch, pickle and safetensors raise seven kinds for files of another kind
        raise ValueError(_why(error)) from None
    if not isinstance(found, Mapping):
        raise ValueError(f"it holds a {type(found).__name__}, not tensors by name")
    return dict(found)


def refuse_torchscript(file: Path, declared: Collection[str] = ()) -> None:
    """Refuses a program in the place of weights.

    Args:
        file: any file.
        declared: sha256 of those that are opened nevertheless.

    Raises:
        Unavailable: it is TorchScript, and none of those.
    """
    if is_torchscript(file) and files.sha256_once(file) not in declared:
        raise Unavailable(
            f"{file} is TorchScript, a program that runs as soon as it is opened, and not one whose digest is declared",
            "if you trust its maker, save its tensors: torch.save(torch.jit.load(file).state_dict(), other_file)",
        )


def is_torchscript(file: Path) -> bool:
    """Whether torch would run the file rather than read it: a zip archive with a table of constants."""
    try:
        with zipfile.ZipFile(file) as archive:
            return any(name.rpartition("/")[2] == "constants.pkl" for name in archive.namelist())
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        return False


def _is_safetensors(file: Path) -> bool:
    """Whether it begins as one: eight bytes of length, then a JSON object."""
    with file.open("rb") as opened:
        return opened.read(9)[8:] == b"{"


def _why(error: Exception) -> str:
    """One line; for a pickle, what it would call, in place of torch's advice on how to let it."""
    called = re.search(r"GLOBAL ([\w.]+)", str(error))
    if called:
        return f"reading it would call {called[1]}, which is no tensor"
    first = (str(error).strip().splitlines() or [""])[0]
    is_advice = not first or first.startswith("Weights only load failed")
    return "it is of another kind, or damaged" if is_advice else first
