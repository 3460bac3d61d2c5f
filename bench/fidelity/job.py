"""Two runs -> their fidelity: what is missing is made and measured, what is stored is used as long as it holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench import runs
from bench.base import reading, workers
from bench.base.isolation import isolated
from bench.base.progress import Progress
from bench.engine.pull import Pool, pull
from bench.engine.requests import RunConfig
from bench.errors import BadClip, BenchError, UsageError, reason
from bench.fidelity import repeats
from bench.fidelity.findings import MARGIN, Fidelity, Share, Side, farthest
from bench.fidelity.pairs import Pair, PairWorker, measures_here
from bench.fidelity.pictures import DifferencePicture, difference_picture
from bench.fidelity.repeats import Located, Mode
from bench.fidelity.shares import shares, verdict
from bench.fidelity.stored import PairRecord, PairStore
from bench.runs import RunFolder, is_external, stored_values
from bench.types import Case, ClipRecord, Run


@dataclass(frozen=True)
class SameRequest:
    """Which runs, and how they are compared.

    Attributes:
        base, other: ids, their beginnings, or labels.
        floor, ceiling: whether the baseline is made again, and under other seeds.
        margin: the largest share of another seed's change that counts as the same.
        limit: only this many cases; None for all.

    Raises:
        UsageError: a margin that is not above 0, or a limit below 1.
    """

    base: str
    other: str
    floor: Mode = "run"
    ceiling: Mode = "run"
    margin: float = MARGIN
    limit: int | None = None

    def __post_init__(self) -> None:
        if not 0 < self.margin < 1:
            raise UsageError(f"margin is a share of a change of seed, above 0 and below 1, not {self.margin}")
        if self.limit is not None and self.limit < 1:
            raise UsageError(f"limit is at least 1, not {self.limit}")


@isolated()
def same(request: SameRequest, config: RunConfig, progress: Progress) -> Fidelity:
    """Compares the clips of two runs, case by case and seed by seed.

    Args:
        request: which, and how.
        config: where runs are, where networks and models compute, how many processes measure.
        progress: is told about clips.

    Raises:
        UsageError: the runs animate different suites, or have no clip of one case and seed in common.
        UnknownName: there is no such run.
    """
    base, other = (runs.named(config.out, words) for words in (request.base, request.other))
    clips = _common(base, other, request.limit)
    work = _Work(base, config, progress, _cases(base), tuple(measures_here()))
    found = work.compared(other.path.name, [(one, (other, two)) for one, two in clips])
    whole = [one for (one, _), record in zip(clips, found, strict=True) if not record.error]
    low = repeats.floor(base, whole, request.floor, config, progress)
    high = repeats.ceiling(base, whole, request.ceiling, config, progress)
    floor = _side(work.compared(repeats.AGAIN, low.pairs), low.why)
    ceiling = _side(work.compared(repeats.SEEDS, high.pairs), high.why)
    sound = tuple(each for each in found if not each.error)
    said = shares(sound, floor.records, ceiling.records, request.margin)
    names = _names(base.run, other.run)
    drawn = work.picture(other, clips, said)
    return Fidelity(
        *names,
        base.path.name,
        other.path.name,
        request.margin,
        sound,
        (*(each for each in found if each.error), *_lost(base, other, request.limit)),
        floor,
        ceiling,
        said,
        verdict(sound, said),
        tuple(_notes(clips, sound)),
        *((drawn.path, drawn.factor) if drawn else ()),
    )


def _names(base: Run, other: Run) -> tuple[str, str]:
    """Their labels, or their ids where the labels are the same."""
    return (base.id, other.id) if base.label == other.label else (base.label, other.label)


def _side(records: Sequence[PairRecord], why: str) -> Side:
    sound = tuple(each for each in records if not each.error)
    failed = [each for each in records if each.error]
    return Side(sound, why or (f"{failed[0].case}: {failed[0].error}" if failed else ""))


def _cases(folder: RunFolder) -> dict[str, Case]:
    return {case.id: case for case in folder.suite.cases}


def _common(base: RunFolder, other: RunFolder, limit: int | None) -> list[tuple[ClipRecord, ClipRecord]]:
    """The clips of the cases and seeds that both have, in the suite's order."""
    one, two = base.run, other.run
    if one.suite_id != two.suite_id:
        raise UsageError(
            f"{one.label} animates suite {one.suite_id}, {two.label} {two.suite_id}: clips of one suite can be compared"
        )
    records = [{(each.case, each.seed): each for each in folder.records()} for folder in (base, other)]
    both = [each for each in records[0] if each in records[1]]
    order = {case: place for place, case in enumerate(_cases(base))}
    chosen = sorted({case for case, _ in both if case in order}, key=order.__getitem__)[:limit]
    keys = sorted((key for key in both if key[0] in chosen), key=lambda key: (order[key[0]], key[1]))
    if not keys:
        raise UsageError(
            f"{one.label} and {two.label} have no clip of one case and seed in common: they have {_few(records[0])},"
            f" and {_few(records[1])}"
        )
    return [(records[0][key], records[1][key]) for key in keys]


def _few(records: dict[tuple[str, int], ClipRecord]) -> str:
    """The first clips of a run, for a message."""
    named = [f"{case}, seed {seed}" for case, seed in sorted(records)]
    return f"'{named[0]}' and {len(named) - 1} more" if named else "none"


def _lost(base: RunFolder, other: RunFolder, limit: int | None) -> Iterator[PairRecord]:
    """Pairs of which a clip was made and is not to be read; with a limit, only what was asked for counts."""
    lost = {} if limit else {name: folder.run.label for folder in (base, other) for name in folder.lost()}
    for name, label in lost.items():
        if key := stored_values.case_and_seed(Path(f"{name}.json")):
            why = f"{label}: the record is broken, or the clip gone or cut short"
            yield PairRecord(key[0], key[1], key[1], ("", ""), error=why)


def _notes(clips: Sequence[tuple[ClipRecord, ClipRecord]], found: Sequence[PairRecord]) -> Iterator[str]:
    """What clips differ in besides what they show, and how many do."""
    contrasts: dict[str, list[str]] = {}
    for each in found:
        for note in each.notes:
            contrasts.setdefault(note, []).append(each.case)
    for note, cases in contrasts.items():
        yield f"compared in part, {len(cases)} clips: {note}"
    if found and not any("lpips" in {*each.series, *each.missing} for each in found):
        yield "LPIPS is left out: bench fetch lpips fetches its weights"
    if others := list(_made_with_others(clips)):
        yield f"made with other {'; '.join(others)}"


def _made_with_others(clips: Sequence[tuple[ClipRecord, ClipRecord]]) -> Iterator[str]:
    """The hardware and the libraries that both sides name, and that are not the same: 'torch 2.8.0 and 2.9.0'."""
    facts = {what for both in clips for each in both for what in each.made_with}
    for what in sorted(facts):
        one, two = (
            {each.made_with.get(what, "") for each in side} - {""} for side in zip(*clips, strict=True)
        )
        if one and two and one != two:
            yield f"{what} {', '.join(sorted(one))} and {', '.join(sorted(two))}"


@dataclass(frozen=True)
class _Work:
    """Compares clips of one run with others.

    Attributes:
        base: the run.
        cases: of its suite.
        measures: that can be taken here.
        changed: clips that were checked -> why they cannot be read.
    """

    base: RunFolder
    config: RunConfig
    progress: Progress
    cases: dict[str, Case]
    measures: tuple[str, ...]
    changed: dict[Path, str] = field(default_factory=dict)

    def compared(self, name: str, clips: Sequence[tuple[ClipRecord, Located]]) -> list[PairRecord]:
        """The records of pairs, in their order; those that are stored and hold are not measured again.

        Args:
            name: of the comparison: the other run's id, AGAIN or SEEDS.
            clips: of the baseline, and what each is compared with.
        """
        store = PairStore.of(self.config.out, self.base.path.name, name)
        found: dict[int, PairRecord] = {}
        pending: list[tuple[int, Pair]] = []
        for number, (clip, (folder, other)) in enumerate(clips):
            pair = Pair(self.cases[clip.case], (self.base.locate(clip), folder.locate(other)), (clip, other))
            why = self._obstacle(self.base, clip) or self._obstacle(folder, other)
            known = store.get(clip.case, clip.seed, other.seed, pair.digests, self.measures)
            if why:
                found[number] = pair.failed(why)
            elif known:
                found[number] = known
            else:
                pending.append((number, pair))
        for number, record in self._measured(name, pending):
            store.put(record)
            found[number] = record
        return [found[number] for number in range(len(clips))]

    def picture(
        self, other: RunFolder, clips: Sequence[tuple[ClipRecord, ClipRecord]], said: Sequence[Share]
    ) -> DifferencePicture | None:
        """Of the frame that is farthest by the measure that is; without a scale, by the first one.

        Args:
            other: the run.
            clips: of both runs.
            said: by each measure.
        """
        told = farthest(said) or next(iter(said), None)
        if told is None or not told.clips or told.clips[0].distance == 0:
            return None
        worst = told.clips[0]
        one, two = next(each for each in clips if (each[0].case, each[0].seed) == (worst.case, worst.seed))
        pair = Pair(self.cases[one.case], (self.base.locate(one), other.locate(two)), (one, two))
        folder = PairStore.of(self.config.out, self.base.path.name, other.path.name).path
        try:
            return difference_picture(pair, worst.frame, folder)
        except BadClip as error:  # since it was measured
            reading.refuse(error)
            return None

    def _obstacle(self, folder: RunFolder, record: ClipRecord) -> str:
        """Why a clip cannot be compared; '' if it can be tried."""
        if record.error:
            return f"no clip: {record.error}"
        path = folder.locate(record)
        if path not in self.changed:
            self.changed[path] = _change(folder, record)
        return self.changed[path]

    def _measured(self, name: str, pending: Sequence[tuple[int, Pair]]) -> Iterator[tuple[int, PairRecord]]:
        if not pending:
            return
        numbers = {id(pair): number for number, pair in pending}
        worker = PairWorker(self.measures, self.config.runtime.device)
        count = min(self.config.workers, len(pending))
        backend = workers.local(count, worker.ready, PairWorker.compare)
        with (
            self.progress.bar(f"compare with {name}", len(pending)) as bar,
            Pool(backend, [pair for _, pair in pending]) as pool,
        ):
            for done in pull(pool, say=self.progress.say):
                result = done.result
                if isinstance(result, Exception):
                    if not isinstance(result, BenchError):
                        raise result
                    reading.refuse(result)
                    result = done.unit.failed(reason(result))
                yield numbers[id(done.unit)], result
                bar.advance()


def _change(folder: RunFolder, record: ClipRecord) -> str:
    """Why a clip is not the one that was made; '' if it is."""
    try:
        is_other = (
            folder.digest(record) != record.sha256 if is_external(record) else folder.is_changed(record)
        )
    except BadClip as error:
        return str(error)
    return "the clip has changed since it was made" if is_other else ""
