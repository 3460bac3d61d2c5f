"""Lines that contradict each other: a CSV with some is refused, of a folder they are set aside."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass

from bench.suites.own_clips.lines import Line


@dataclass(frozen=True)
class Conflict:
    """Lines of which it is not known which is meant, and why, in a sentence."""

    lines: Sequence[Line]
    why: str


def among(lines: Sequence[Line]) -> Iterator[Conflict]:
    """The conflicts among lines; each line is in one at most."""
    for kind in (_ids, _cases, _clips):
        found = list(kind(lines))
        yield from found
        aside = {line.where for each in found for line in each.lines}
        lines = [line for line in lines if line.where not in aside]


def _ids(lines: Sequence[Line]) -> Iterator[Conflict]:
    """An id becomes a file name: cat and Cat are one file on some systems."""
    for group in _groups(lines, lambda line: line.case.id.casefold()):
        first = group[0]
        for other in [line for line in group if line.case.id != first.case.id][:1]:
            yield Conflict(
                group,
                f"{other.where}: case '{other.case.id}' differs only in case from '{first.case.id}' ({first.where})",
            )


def _clips(lines: Sequence[Line]) -> Iterator[Conflict]:
    with_clips = [line for line in lines if line.clip]
    for group in _groups(with_clips, lambda line: (line.case.id, line.seed)):
        first, other = group[:2]
        yield Conflict(
            group,
            f"{other.where}: there are two clips of case '{first.case.id}', seed {first.seed} ({first.where}): "
            f"give them different seeds",
        )


def _cases(lines: Sequence[Line]) -> Iterator[Conflict]:
    for group in _groups(lines, lambda line: line.case.id):
        first = group[0]
        for other in [line for line in group if line.case != first.case][:1]:
            yield Conflict(
                group,
                f"{other.where}: case '{first.case.id}' has another image or text than before ({first.where})",
            )


def _groups(lines: Sequence[Line], key: Callable[[Line], Hashable]) -> list[list[Line]]:
    """Lines with the same key, where there are several."""
    found: dict[Hashable, list[Line]] = {}
    for line in lines:
        found.setdefault(key(line), []).append(line)
    return [group for group in found.values() if len(group) > 1]
