"""`.eval_results/*.yaml`: scores that the Hugging Face Hub shows on a model's page, for its owner to commit there.

    <folder>/<run>/.eval_results/i2v-bench-<suite>.yaml

The Hub takes them for benchmarks that are registered as a dataset, which the user has to name.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.base import files
from bench.base.wording import number
from bench.errors import UsageError
from bench.exports import moments, names
from bench.types import SuiteId

if TYPE_CHECKING:
    from bench.exports.gathering import Gathered

DATASET = re.compile(r"([A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+)(?:@([A-Za-z0-9_.-]+))?")
"""ORG/NAME, with the commit of its repository if that is known."""


def write(folder: Path, gathered: Gathered, dataset: str) -> list[Path]:
    """Writes one file per run; metrics without a value have no entry.

    Args:
        folder: that the runs' folders are made in.
        gathered: the runs.
        dataset: ORG/NAME[@REVISION] of the benchmark on the Hub.

    Returns:
        The files that were written; a run without any value has none.

    Raises:
        UsageError: dataset is not ORG/NAME, or folder is a file.
    """
    import yaml

    name, revision = _dataset(dataset)
    if folder.is_file():
        raise UsageError(f"{folder} is a file: eval-results needs a folder")
    written = []
    for run in gathered.paths:
        found = _entries(gathered, run, name, revision)
        suite = str(gathered.scores.loc[gathered.scores["run"] == run, "suite"].iloc[0])
        path = folder / names.safe(run) / ".eval_results" / f"i2v-bench-{names.safe(suite)}.yaml"
        if found:
            files.write_text(path, yaml.safe_dump(found, sort_keys=False, allow_unicode=True, width=120))
            written.append(path)
    return written


def _entries(gathered: Gathered, run: str, dataset: str, revision: str | None) -> list[dict[str, Any]]:
    """The content of one run's file: one entry per metric, whose name is the id of the Hub's task."""
    from huggingface_hub import EvalResultEntry, eval_result_entries_to_yaml

    date = moments.newest(gathered.rows.loc[gathered.rows["run"] == run, "created"].unique())
    found = [
        EvalResultEntry(
            dataset_id=dataset,
            task_id=score["metric"],
            value=score["mean"],
            dataset_revision=revision,
            date=date or None,
            notes=_notes(score),
        )
        for score in gathered.measured(run)
    ]
    return eval_result_entries_to_yaml(found)


def _notes(score: dict[str, Any]) -> str:
    """What the number is based on, for readers there."""
    counted = score["clips"] - score["failed"]
    parts = [
        f"{score['label']} on {SuiteId(score['suite'], score['suite_version'])}",
        f"mean of {score['cases']} cases, {counted} of {score['clips']} clips",
    ]
    if score["low"] is not None:
        parts.append(f"95 % interval {number(score['low'])} to {number(score['high'])}")
    return ", ".join([*parts, f"metric version {score['metric_version']}"])


def _dataset(words: str) -> tuple[str, str | None]:
    found = DATASET.fullmatch(words)
    if not found:
        raise UsageError(
            "--format eval-results needs --dataset ORG/NAME[@REVISION], the benchmark's dataset on the Hub"
            + (f", not '{words}'" if words else "")
        )
    return found[1], found[2]
