"""What makes one clip, in this process or another: calls the model, stores the clip and then its record."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bench.base import credentials, files, locks, packages, provenance, reading
from bench.engine import first_frames
from bench.errors import BadClip, BadImage, Cancelled, no_exit, reason
from bench.media import pictures, video
from bench.models import Model, Step, ignore_steps
from bench.runs import RunFolder
from bench.types import Case, Clip, ClipRecord, Fit, Receipt


@dataclass(frozen=True)
class ClipMaker:
    """Makes clips of a run.

    Attributes:
        model: loaded before the first clip.
        folder: of the run.
    """

    model: Model
    folder: RunFolder

    def load(self) -> ClipMaker:
        """Loads the model; gives this.

        Raises:
            Unavailable: it cannot be loaded.
        """
        with no_exit(f"model '{self.model.label}'"), packages.explained():
            self.model.load()
        return self

    def fail(self, case: Case, seed: int, error: Exception) -> ClipRecord:
        """The record of the failure to make a clip, which is now stored; the model need not be loaded.

        Args:
            case, seed: of the clip.
            error: why there is none.
        """
        record = _failed(self.model, case, seed, error)
        self.folder.write_record(record)
        return record

    def make(self, case: Case, seed: int, step: Step = ignore_steps) -> ClipRecord:
        """The record of a clip that is now stored, or of the failure to make it; the record is stored, too.

        The model is loaded afresh after an error inside it, since a pipeline may be left in any state.

        Args:
            case: what to animate.
            seed: of every random number.
            step: is told about steps; may raise Cancelled.

        Raises:
            Unavailable: the model cannot be loaded again; StorageFailed, which is one of these, if the disk failed.
            Cancelled: the generation was asked to stop.
        """
        record, error = _made(self.model, case, seed, self.folder, step)
        record = replace(record, made_at=provenance.now(), made_by=locks.own_name())
        self.folder.write_record(record)
        if error is not None:
            self.model.recover(error)
        return record


def _made(
    model: Model, case: Case, seed: int, folder: RunFolder, step: Step
) -> tuple[ClipRecord, Exception | None]:
    """The clip's record, and the error that the clip failed with."""
    started = time.perf_counter()
    model.receipt, model.prompt_sent = None, ""
    try:
        with no_exit(f"model '{model.label}'"):
            clip = model.generate(case, seed, step)
        if not isinstance(clip, Clip):  # of a plug-in
            raise BadClip(f"generate returns a Clip, not {clip!r:.80}")
    except Cancelled:
        raise
    except Exception as error:  # of an adapter or a pipeline: the failure becomes a record, the run goes on
        reading.refuse(error)
        return _failed(model, case, seed, error), error
    seconds = time.perf_counter() - started
    try:
        return _store(model, case, seed, clip, seconds, folder), None
    except BadClip as error:  # of a size or rate that no file holds
        return _failed(model, case, seed, error), error


def _failed(model: Model, case: Case, seed: int, error: Exception) -> ClipRecord:
    why = credentials.redacted(reason(error), model.secrets())
    sent, used = _prompt_sent(model, case), model.effective_settings()
    failure = ClipRecord(case.id, seed, None, "", settings=used, error=why, prompt_sent=sent)
    return _billed(failure, model.receipt)


def _store(model: Model, case: Case, seed: int, clip: Clip, seconds: float, folder: RunFolder) -> ClipRecord:
    path = folder.clip_path(case.id, seed)
    video.write_clip(path, clip)
    record = ClipRecord(
        case=case.id,
        seed=seed,
        path=path.relative_to(folder.path).as_posix(),
        sha256=files.sha256(path),
        size=path.stat().st_size,
        settings=model.effective_settings(),
        fit=model.card.fit,
        seen=_seen(case, clip, model.card.fit),
        seconds=seconds,
        peak_memory=None if model.receipt else _peak_memory(model.runtime.device),
        device=model.runtime.device,
        made_with=_made_with(model),
        prompt_sent=_prompt_sent(model, case),
    )
    return _billed(record, model.receipt)


def _prompt_sent(model: Model, case: Case) -> str:
    """The prompt that the model was given, where it is not the case's."""
    return (
        "" if model.prompt_sent == case.prompt else credentials.redacted(model.prompt_sent, model.secrets())
    )


def _seen(case: Case, clip: Clip, fit: Fit) -> Mapping[str, str]:
    """What the clip's first frame says of its input image, where that is not what the model's card says."""
    try:
        return first_frames.disagreement(pictures.read(case.image), clip.frames[0], fit)
    except BadImage as error:
        reading.refuse(error)
        return {}


def _billed(record: ClipRecord, receipt: Receipt | None) -> ClipRecord:
    """The record with the receipt of another machine, if one made the clip."""
    if receipt is None:
        return record
    return replace(
        record,
        seconds=record.seconds if receipt.seconds is None else receipt.seconds,
        peak_memory=receipt.peak_memory,
        device=receipt.device,
        made_with={},
        cost=receipt.cost,
        cost_basis=receipt.cost_basis,
    )


def _made_with(model: Model) -> Mapping[str, str]:
    """Hardware and libraries of this machine; a program has libraries of its own."""
    libraries = () if model.card.access == "program" else provenance.MAKING
    return {"hardware": provenance.hardware(model.runtime.device), **provenance.versions(libraries)}


def _peak_memory(device: str) -> int:
    if device.startswith("cuda"):
        import torch

        peak = torch.cuda.max_memory_allocated(device)
        torch.cuda.reset_peak_memory_stats(device)
        return peak
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
