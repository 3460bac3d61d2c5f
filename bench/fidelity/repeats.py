"""The clips that a comparison of two runs is held against: the baseline made again, and under other seeds.

They are runs in folders of their own, below <out>/fidelity: they have the baseline's id, and neither its scores nor its
folder must know of them. Clips of other seeds that the baseline has anyway are used first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, get_args

from bench.base import reading
from bench.base.progress import Progress
from bench.engine import jobs, repeating
from bench.engine.requests import ModelRequest, RunConfig, Selection
from bench.errors import BenchError, UsageError
from bench.fidelity.stored import FOLDER
from bench.runs import RunFolder
from bench.types import LARGEST_SEED, ClipRecord

Mode: TypeAlias = Literal["run", "reuse", "none"]
"""'run': clips that are missing are made, and kept for the next time; 'reuse': only what is there; 'none': nothing."""

AGAIN, SEEDS = "again", "seeds"
"""Names of the folders, and of the comparisons of their clips with the baseline's."""

Located: TypeAlias = tuple[RunFolder, ClipRecord]
"""A clip, and the run that it lies in."""


@dataclass(frozen=True)
class Repeats:
    """Clips of the baseline beside its own.

    Attributes:
        pairs: a clip of the baseline, and the one that it is held against.
        why: why there are none, or fewer than clips; '' if there is nothing to say.
    """

    pairs: tuple[tuple[ClipRecord, Located], ...] = ()
    why: str = ""


def mode(words: str, option: str) -> Mode:
    """The mode that a word means.

    Raises:
        UsageError: it is none.
    """
    for known in get_args(Mode):
        if words.casefold() == known:
            return known  # type: ignore[no-any-return]
    raise UsageError(f"{option} is run, reuse or none, not '{words}'")


def floor(
    base: RunFolder, clips: Sequence[ClipRecord], asked: Mode, config: RunConfig, progress: Progress
) -> Repeats:
    """The baseline made again: the same cases and seeds.

    Args:
        base: the run.
        clips: of it, all without an error.
        asked: whether missing ones are made.
        config: where runs are, and where models compute.
        progress: is told about clips.
    """
    if asked == "none":
        return Repeats(why="not asked for")
    place = _place(base, AGAIN)
    missing = [(each.case, each.seed) for each in clips if not _has(place, each.case, each.seed)]
    why = _make(base, AGAIN, missing, config, progress) if missing and asked == "run" else ""
    return _paired(place, [(each, each.seed) for each in clips], why)


def ceiling(
    base: RunFolder, clips: Sequence[ClipRecord], asked: Mode, config: RunConfig, progress: Progress
) -> Repeats:
    """The baseline under other seeds: the next one that it has of the case, else the number after its own.

    Args:
        base, clips, asked, config, progress: as for floor.
    """
    if asked == "none":
        return Repeats(why="not asked for")
    own = {(each.case, each.seed): each for each in base.records() if not each.error}
    found, others = [], []
    for each in clips:
        seeds = sorted(seed for case, seed in own if case == each.case)
        if len(seeds) > 1:
            found.append((each, (base, own[each.case, seeds[(seeds.index(each.seed) + 1) % len(seeds)]])))
        else:
            others.append((each, each.seed + 1 if each.seed < LARGEST_SEED else 0))
    place = _place(base, SEEDS)
    missing = [(each.case, seed) for each, seed in others if not _has(place, each.case, seed)]
    why = _make(base, SEEDS, missing, config, progress) if missing and asked == "run" else ""
    more = _paired(place, others, why)
    return Repeats((*found, *more.pairs), more.why)


def _place(base: RunFolder, name: str) -> RunFolder:
    return RunFolder(base.path.parent / FOLDER / name / base.path.name)


def _has(place: RunFolder, case: str, seed: int) -> bool:
    record = place.record(case, seed)
    return record is not None and not record.error and not place.is_changed(record)


def _paired(place: RunFolder, wanted: Iterable[tuple[ClipRecord, int]], why: str) -> Repeats:
    """The clips with those at a place, where they are; what is missing is said."""
    pairs, gone = [], 0
    for clip, seed in wanted:
        record = place.record(clip.case, seed)
        if record is None or record.error:
            gone += 1
        else:
            pairs.append((clip, (place, record)))
    if gone and not why:
        why = (
            f"{gone} clips are not there" if pairs else "no clip is there; it is made by run instead of reuse"
        )
    return Repeats(tuple(pairs), why)


def _make(
    base: RunFolder,
    name: str,
    samples: Sequence[tuple[str, int]],
    config: RunConfig,
    progress: Progress,
) -> str:
    """Makes the cases under the seeds; why that cannot be done, or ''."""
    try:
        model, suite = repeating.again(base, config.runtime.device)
        what = "made again" if name == AGAIN else "made under other seeds"
        progress.say(
            f"{len(samples)} clips of {model.label} are {what}, and kept in {_place(base, name).path}"
        )
        cases, seeds = (tuple(dict.fromkeys(each)) for each in zip(*samples, strict=True))
        selection = Selection(str(suite.folder or suite.name), cases, seeds=seeds)
        out = _place(base, name).path.parent
        jobs.run(
            ModelRequest(at_hand=model), selection, None, replace(config, out=out, download="no"), progress
        )
    except BenchError as error:
        reading.refuse(error)
        return f"cannot be made here: {error}"
    return ""
