"""Which run is it: identities of runs, from models with their settings, and from clips that were made elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from bench.base import files
from bench.errors import BadClip
from bench.media import digests
from bench.models import Model, checkpoints
from bench.suites.own_clips import FoundClip
from bench.types import Checkpoint, ClipRecord, Run, Suite

INDECISIVE = ("id", "label", "checkpoint", "weights")
"""Fields of a run that do not decide its clips, or that its digests tell better."""


def run_of(model: Model, suite: Suite) -> Run:
    """The run that a model makes of a suite: everything that decides its clips goes into the id, and nothing else."""
    checkpoint = model.checkpoint
    run = Run(
        id="",
        label=model.label,
        model=model.card.name,
        checkpoint=_public_name(checkpoint),
        checkpoint_digest=checkpoint.digest if checkpoint else "",
        adapter_version=model.card.version,
        settings=model.decisive_settings(),
        dtype=model.runtime.dtype if model.card.weights is not None else "",
        suite=suite.name,
        suite_version=suite.version,
        reads_text=model.card.reads_text,
    )
    decisive = {key: value for key, value in asdict(run).items() if key not in INDECISIVE}
    named = run_id(_label_in_ids(model), suite.name, decisive)
    return replace(run, id=named, weights=checkpoints.sources(checkpoint) if checkpoint else ())


def _label_in_ids(model: Model) -> str:
    """The label, as it was when ids of runs were first made of it."""
    checkpoint = model.checkpoint
    if checkpoint is None or not checkpoint.name_in_ids:
        return model.label
    return model.label.replace(checkpoint.name, checkpoint.name_in_ids, 1)


def external_run(label: str, suite: Suite) -> Run:
    """The run of clips that were made elsewhere: its identity is their label and the suite."""
    identity = {"clips": label, "suite": suite.name, "suite_version": suite.version}
    return Run(
        id=run_id(label, suite.name, identity),
        label=label,
        model="clips",
        checkpoint="",
        checkpoint_digest="",
        adapter_version=0,
        settings={},
        dtype="",
        suite=suite.name,
        suite_version=suite.version,
        reads_text=None,
    )


def external_record(clip: FoundClip) -> ClipRecord:
    """The record of a clip that was made elsewhere, not yet looked at; for a file that is no clip, a failure."""
    path = clip.path.absolute()
    try:
        digest, why = digests.clip_digest(path), ""
    except BadClip as error:
        digest, why = "", str(error)
    return ClipRecord(
        clip.case, clip.seed, str(path), digest, fps=clip.fps, error=why, prompt_sent=clip.prompt_sent
    )


def _public_name(checkpoint: Checkpoint | None) -> str:
    """The hub id, or only the name of a folder: its path is private, and its digest identifies it."""
    if checkpoint is None:
        return ""
    return Path(checkpoint.source).name if checkpoints.is_folder(checkpoint) else checkpoint.source


def run_id(label: str, suite: str, identity: Mapping[str, Any]) -> str:
    """Readable, and the same for the same identity: 'svd-step-2000-demo-1f2e3d4c5b'.

    Args:
        label: of the model, or of clips that were made elsewhere.
        suite: its name, without the version.
        identity: all that tells the run from others; JSON-like, in any order.
    """
    readable = "".join(letter if letter.isalnum() or letter in "._" else "-" for letter in f"{label}-{suite}")
    return f"{readable[:80]}-{files.digest(identity)[:10]}"
