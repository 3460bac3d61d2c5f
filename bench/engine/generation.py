"""Model × cases × seeds -> clips on disk, only what is missing."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bench.base import credentials, files, packages, provenance, reading
from bench.base.progress import Bar, Progress
from bench.engine import first_frames
from bench.errors import BadClip, BadImage, BenchError, Cancelled, UsageError, no_exit, reason
from bench.media import pictures, video
from bench.models import Model
from bench.runs import RunFolder
from bench.types import Case, Clip, ClipRecord, Fit, Receipt


@dataclass(frozen=True)
class Generated:
    """What a call of generate did.

    Attributes:
        made: clips that are new.
        kept: clips that were there, or whose failure was already on record.
        failed: how many of the new ones have a failure instead of a clip.
        unpaid: clips that were not begun, since they would have exceeded the limit of cost.
        spent: US dollars that the run has cost up to now, in this call and before; 0 if nothing is paid.
    """

    made: int = 0
    kept: int = 0
    failed: int = 0
    unpaid: int = 0
    spent: float = 0.0


def generate(
    model: Model,
    samples: Sequence[tuple[Case, int]],
    folder: RunFolder,
    progress: Progress,
    retry_failed: bool = False,
    max_cost: float | None = None,
) -> Generated:
    """Makes the clips that the folder lacks, one at a time, each stored before the next begins.

    A clip that cannot be made is a record with the reason; the model is loaded afresh after an error inside it, since
    a pipeline may be left in any state.

    Args:
        model: not yet loaded; it is loaded if something is missing.
        samples: cases and seeds.
        folder: of the run; no other process works in it.
        progress: is told about clips and steps within one.
        retry_failed: tries again what failed before.
        max_cost: US dollars for this run, including what it has cost before: it stops before the first clip whose
            estimate exceeds them. None for no limit.

    Returns:
        What was made, and what it has cost.

    Raises:
        UsageError: there is a limit, and the model's price is unknown.
        Unavailable: the model cannot be loaded; StorageFailed, which is one of these, if the disk failed.
        Cancelled: the generation was asked to stop; finished clips stay.
    """
    missing = list(_missing(samples, folder, progress, retry_failed))
    kept = len(samples) - len(missing)
    if not missing:
        return Generated(kept=kept, spent=folder.spent())
    model.ledger = folder.ledger
    with no_exit(f"model '{model.label}'"), packages.explained():
        model.load()
    made: list[ClipRecord] = []
    try:
        model.expect(missing)
        with progress.bar(f"generate {model.label}", len(missing)) as bar:
            for case, seed in missing:
                if max_cost is not None and (objection := _objection(model, case, seed, folder, max_cost)):
                    progress.say(f"{objection}; {len(missing) - len(made)} clips are not made")
                    break
                record, error = _make(model, case, seed, folder, bar)
                folder.write_record(record)
                made.append(record)
                if error is not None:
                    progress.say(f"{case.id}, seed {seed}: {record.error}")
                    model.recover(error)
                bar.advance()
    finally:
        model.unload()
    for line in first_frames.remarks(made):
        progress.say(line)
    failed = sum(bool(record.error) for record in made)
    return Generated(len(made), kept, failed, unpaid=len(missing) - len(made), spent=folder.spent())


def lacks_clips(folder: RunFolder, samples: Sequence[tuple[Case, int]], retry_failed: bool) -> bool:
    """Whether generate would have something to make, as far as the records of a run tell.

    Args:
        folder: of the run; it need not exist.
        samples: cases and seeds.
        retry_failed: whether what failed before is tried again.
    """
    records = (folder.record(case.id, seed) for case, seed in samples)
    return any(record is None or (retry_failed and record.error) for record in records)


def _missing(
    samples: Sequence[tuple[Case, int]], folder: RunFolder, progress: Progress, retry_failed: bool
) -> Iterator[tuple[Case, int]]:
    """The samples without a clip, those whose file is no longer the one that was made, and failures to be retried."""
    for case, seed in samples:
        record = folder.record(case.id, seed)
        is_changed = record is not None and folder.is_changed(record)
        if is_changed:
            progress.say(f"{case.id}, seed {seed}: the clip is not the one that was made, and is made anew")
        if record is None or is_changed or (retry_failed and record.error):
            yield case, seed


def _objection(model: Model, case: Case, seed: int, folder: RunFolder, max_cost: float) -> str:
    """Why a clip is not paid for; '' if it may be made."""
    if folder.ledger.pending(case.id, seed):
        return ""  # its cost is among the sum already
    cost, spent = _estimate(model, case), folder.spent()
    if spent + cost <= max_cost + 1e-9:
        return ""
    return (
        f"stopped before case {case.id}, seed {seed}: it is estimated at ${cost:.2f}, and ${spent:.2f} of"
        f" ${max_cost:.2f} are spent"
    )


def _estimate(model: Model, case: Case) -> float:
    try:
        cost = model.plan(case).cost
    except BenchError:
        return 0.0  # generate raises the same, before any request
    if cost is None and model.is_paid:
        raise UsageError(
            f"the price of model '{model.card.name}' with these settings is unknown, so that no limit of cost can"
            " be kept; name a file with its price in BENCH_PRICES, or leave --max-cost out"
        )
    return cost or 0.0


def _make(
    model: Model, case: Case, seed: int, folder: RunFolder, bar: Bar
) -> tuple[ClipRecord, Exception | None]:
    """The clip's record, and the error that the clip failed with."""
    started = time.perf_counter()
    model.receipt, model.prompt_sent = None, ""
    try:
        with no_exit(f"model '{model.label}'"):
            clip = model.generate(case, seed, bar.step)
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
