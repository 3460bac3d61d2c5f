"""Model × cases × seeds -> clips on disk, only what is missing."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench import files, video
from bench.errors import BadImage, Cancelled, reason
from bench.models import Model
from bench.progress import Bar, Progress
from bench.runs import RunFolder
from bench.types import Case, Clip, ClipRecord


@dataclass(frozen=True)
class Generated:
    """What a call of generate did.

    Attributes:
        made: clips that are new.
        kept: clips that were there, or whose failure was already on record.
        failed: of made, how many have a failure instead of a clip.
    """

    made: int = 0
    kept: int = 0
    failed: int = 0


def generate(
    model: Model,
    samples: Sequence[tuple[Case, int]],
    folder: RunFolder,
    progress: Progress,
    retry_failed: bool = False,
) -> Generated:
    """Makes the clips that the folder has not, one at a time, each stored before the next begins.

    A clip that cannot be made is a record with the reason; the model is loaded afresh after an error inside it, since
    a pipeline may be left in any state.

    Args:
        model: not yet loaded; it is loaded if something is missing.
        samples: cases and seeds.
        folder: of the run, in the hands of this process.
        progress: hears of clips and of steps within one.
        retry_failed: tries again what failed before.

    Raises:
        Unavailable: the model cannot be loaded.
        Cancelled: somebody asked to stop; what is finished stays.
    """
    missing = [sample for sample in samples if _is_missing(folder, *sample, retry_failed)]
    kept = len(samples) - len(missing)
    if not missing:
        return Generated(kept=kept)
    model.load()
    failed = 0
    try:
        with progress.bar(f"generate {model.card.name}", len(missing)) as bar:
            for case, seed in missing:
                record = _make(model, case, seed, folder, bar)
                folder.write_record(record)
                if record.error:
                    failed += 1
                    progress.say(f"{case.id}, seed {seed}: {record.error}")
                bar.advance()
    finally:
        model.unload()
    return Generated(made=len(missing), kept=kept, failed=failed)


def _is_missing(folder: RunFolder, case: Case, seed: int, retry_failed: bool) -> bool:
    record = folder.record(case.id, seed)
    return record is None or (retry_failed and bool(record.error))


def _make(model: Model, case: Case, seed: int, folder: RunFolder, bar: Bar) -> ClipRecord:
    started = time.perf_counter()
    try:
        clip = model.generate(case, seed, bar.step)
    except Cancelled:
        raise
    except Exception as error:  # an adapter's or a pipeline's: the failure becomes a record, the run goes on
        if not isinstance(error, BadImage):  # that one comes before the model is touched
            model.unload()
            model.load()
        return ClipRecord(case.id, seed, None, "", settings=model.effective_settings(), error=reason(error))
    seconds = time.perf_counter() - started
    return _store(model, case, seed, clip, seconds, folder)


def _store(model: Model, case: Case, seed: int, clip: Clip, seconds: float, folder: RunFolder) -> ClipRecord:
    path = folder.clip_path(case.id, seed)
    video.write_clip(path, clip)
    return ClipRecord(
        case=case.id,
        seed=seed,
        path=path.relative_to(folder.path).as_posix(),
        sha256=files.sha256(path),
        size=path.stat().st_size,
        settings=model.effective_settings(),
        fit=model.card.fit,
        seconds=seconds,
        peak_memory=_peak_memory(model.runtime.device),
        device=model.runtime.device,
    )


def _peak_memory(device: str) -> int:
    if device.startswith("cuda"):
        import torch

        peak = torch.cuda.max_memory_allocated(device)
        torch.cuda.reset_peak_memory_stats(device)
        return peak
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
