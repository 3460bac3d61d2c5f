"""WBench: 289 cases of an interactive world; of each the first turn, since a clip here is one turn.

cases/case_<id>.json names the picture (settings.initial_image, relative to the data folder), who looks
(settings.perspective) and the turns. The prompt is the one that WBench gives to models that read text: scene, subject,
perspective, then what the turn asks for, keys of navigation put into words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bench.base import files
from bench.errors import UsageError
from bench.suites.importing import owners_files
from bench.suites.importing.drafts import Draft, Importer, Options, Picture
from bench.suites.importing.wbench_turns import sentence
from bench.suites.scenes import Camera

PANS: Mapping[str, Camera] = MappingProxyType(
    {"left": "pan_left", "right": "pan_right", "up": "tilt_up", "down": "tilt_down"}
)
"""Keys that turn a camera in its place, left and right as the viewer has them; the others move it."""


def drafts(folder: Path, options: Options) -> list[Draft]:
    """The first turn of each case, by the numbers in the names of their files.

    Raises:
        UsageError: the files are laid out otherwise, missing or broken.
    """
    data = folder if (folder / "cases").is_dir() else folder / "data"
    paths = sorted((data / "cases").glob("case_*.json"), key=_order)
    if not paths:
        raise UsageError(
            f"{folder} has no cases/case_1.json: give the folder that meituan-longcat/WBench was downloaded to"
        )
    found = [_draft(data, path, entry) for path in paths for entry in owners_files.entries(path)]
    owners_files.check_present([draft.picture.path for draft in found], "pictures of WBench")
    return found


def _order(path: Path) -> tuple[str, int]:
    """case_2 before case_10, and case_e_1 after both."""
    found = re.fullmatch(r"case_(.*?)(\d{1,9})", path.stem)
    return (found[1], int(found[2])) if found else (path.stem, 0)


def _draft(data: Path, path: Path, case: Mapping[str, Any]) -> Draft:
    settings, turns = case.get("settings"), case.get("interactions")
    if not isinstance(settings, Mapping):
        raise UsageError(f"{path}: 'settings' is an object, not {files.short(repr(settings))}")
    if not isinstance(turns, list) or not turns or not isinstance(turns[0], Mapping):
        raise UsageError(f"{path}: 'interactions' is a list of turns, not {files.short(repr(turns))}")
    where = str(path)
    kind, action = (owners_files.text_in(turns[0], key, where) for key in ("type", "action"))
    perspective = owners_files.text_in(settings, "perspective", where, needed=False)
    scene = [
        owners_files.text_in(case, f"{part}_prompt", where, needed=False)
        for part in ("environment", "character", "perspective")
    ]
    is_turning = kind == "navigation" and perspective != "third_person"
    image = owners_files.text_in(settings, "initial_image", where)
    return Draft(
        name=f"case_{_id(case, path)}",
        picture=Picture(owners_files.file_in(data, image, where)),
        prompt=" ".join(filter(None, [*scene, sentence(kind, action, perspective)])),
        category=kind.replace("_", " "),
        camera=PANS.get(action) if is_turning else None,
    )


def _id(case: Mapping[str, Any], path: Path) -> str:
    found = case.get("id")
    if not isinstance(found, (int, str)) or isinstance(found, bool) or not str(found).strip():
        raise UsageError(f"{path}: 'id' is a number or a name, not {files.short(repr(found))}")
    return str(found).strip()


IMPORTER = Importer(
    name="wbench",
    title="WBench, first turns: navigation, events, actions and changes of perspective",
    files="cases/ and images/",
    licence="MIT",
    source="meituan-longcat/WBench on the Hugging Face Hub; Ying et al. 2026 (arXiv 2605.25874)",
    drafts=drafts,
)
