"""JSON files of checkpoints, which may be cut, mutated or somebody else's.

Numbers that are no finite ones are let pass: some published configurations hold Infinity.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def content(path: Path) -> dict[str, Any]:
    """The object in a file.

    Raises:
        OSError: it cannot be read.
        ValueError: it holds none.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except RecursionError:
        raise ValueError("its brackets are nested too deeply") from None
    if not isinstance(found, dict):
        raise ValueError("it is no JSON object")
    return found


def entries(index: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Part -> its library and class, of the parts that a pipeline has.

    Args:
        index: the content of its model_index.json, where other keys, and parts that are left out, stand beside them.
    """
    pairs = {part: entry for part, entry in index.items() if isinstance(entry, list) and len(entry) == 2}
    return {
        part: (library, cls)
        for part, (library, cls) in pairs.items()
        if isinstance(library, str) and isinstance(cls, str)
    }


def shards(index: Path) -> list[Path]:
    """The files of weights that an index names, sorted; whether they are there is not asked.

    Raises:
        OSError: it cannot be read.
        ValueError: it names none.
    """
    names = content(index).get("weight_map")
    if not (isinstance(names, dict) and names and all(isinstance(name, str) for name in names.values())):
        raise ValueError("it has no weight_map of names of files")
    return [index.parent / name for name in sorted(set(names.values()))]
