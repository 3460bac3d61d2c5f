"""VBVR-Bench: 100 tasks of visual reasoning, five samples each, with the clip that solves the task.

<split>/<task>/<number>/ holds first_frame.png, prompt.txt and ground_truth.mp4. final_frame.png, the solution, is not
shown to models: no case has it.
"""

from __future__ import annotations

import re
from pathlib import Path

from bench.errors import UsageError
from bench.suites import text_files
from bench.suites.importing import owners_files
from bench.suites.importing.drafts import Draft, Importer, Options, Picture

SPLITS = {"In-Domain_50": "in domain", "Out-of-Domain_50": "out of domain"}
"""Folder -> category of its cases."""


def drafts(folder: Path, options: Options) -> list[Draft]:
    """The cases of the folder, by split, task and number.

    Raises:
        UsageError: the files are laid out otherwise, missing or broken.
    """
    samples = [
        (category, place)
        for split, category in SPLITS.items()
        for place in sorted((folder / split).glob("*/*"))
        if place.is_dir() and re.fullmatch(r"\d{1,9}", place.name)
    ]
    if not samples:
        raise UsageError(
            f"{folder} has no sample, as {next(iter(SPLITS))}/<task>/00000/: give the folder that"
            " Video-Reason/VBVR-Bench-Data was downloaded to"
        )
    needed = ("first_frame.png", "prompt.txt", "ground_truth.mp4")
    owners_files.check_present(
        [place / name for _, place in samples for name in needed], "files of VBVR-Bench"
    )
    return [_draft(category, place) for category, place in samples]


def _draft(category: str, place: Path) -> Draft:
    text = {"prompt": text_files.text(place / "prompt.txt", "a prompt")}
    return Draft(
        name=f"{_task(place.parent.name)}-{place.name}",
        picture=Picture(place / "first_frame.png"),
        prompt=owners_files.text_in(text, "prompt", str(place / "prompt.txt")),
        category=category,
        reference=place / "ground_truth.mp4",
    )


def _task(folder: str) -> str:
    """'G-131_select_next_figure' of 'G-131_select_next_figure_data-generator'."""
    return folder.removesuffix("_data-generator")


IMPORTER = Importer(
    name="vbvr",
    title="VBVR-Bench: visual reasoning, 100 tasks of five samples",
    files=" and ".join(SPLITS),
    licence="Apache-2.0",
    source="Video-Reason/VBVR-Bench-Data on the Hugging Face Hub; Wang et al. 2026 (arXiv 2602.20159)",
    drafts=drafts,
    reference_note="the solutions, as VBVR rendered them; its own score is by rules per task, which are not here",
)
