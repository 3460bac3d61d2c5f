"""The guard: a metric that depends on something in which the clips of two runs differ gets no verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bench.base.wording import number, one_line
from bench.comparison.differences import Contrast, Difference, Pair
from bench.comparison.protocol import GUARDS, LISTED, ByCase, ClipFacts, clip_facts, contrasts, listed
from bench.runs import row_facts

if TYPE_CHECKING:
    import pandas as pd

    from bench.runs import RunFolder

SAME_BITS = 3.0
"""Factor between the bits per pixel of lossy clips that counts as none: six steps of crf are a factor of two, and what
moves takes more bits than what does not."""

COLUMNS = ("decoded", "device", "bench_version", "made_with", "software", "settings", "model")
"""The columns of Measurement that are looked at besides those of values."""

WORDS = (("device", "device"), ("bench_version", "measured with: bench"))
"""Columns of plain text, and what they are."""

OBJECTS = (("settings", "settings"), ("made_with", "made with"), ("software", "measured with"))
"""Columns of JSON objects, each key of which is looked at, and what they are."""


def guarded(
    pair: Pair, rows: pd.DataFrame, folders: Mapping[str, RunFolder], across_protocols: bool = False
) -> Pair:
    """The pair with what its runs differ in, and of each difference what of that is in the way of a verdict.

    Args:
        pair: two runs.
        rows: of both, at least compare.COLUMNS.
        folders: run -> its folder, where it is here, which knows how many bytes its clips have.
        across_protocols: whether verdicts are wanted though clips differ.
    """
    sides = [_Clips.of(rows[rows["run"] == side.run], folders.get(side.run)) for side in (pair.a, pair.b)]
    a, b = (side.by_case() for side in sides)
    bits = _bits_contrast(*(side.bits_per_pixel() for side in sides))
    found = pair.differences
    if not across_protocols:
        found = tuple(replace(each, obstacles=_obstacles(each, sides, bits)) for each in found)
    return replace(pair, differences=found, contrasts=(*contrasts(LISTED, a, b), *bits, *_of_columns(sides)))


@dataclass(frozen=True)
class _Clips:
    """The rows about the clips of one run, and what they say of each clip.

    Attributes:
        rows: those that have a case.
        facts: text of `decoded` -> the facts in it.
        folder: of the run; None if it is not here.
    """

    rows: pd.DataFrame
    facts: Mapping[str, ClipFacts]
    folder: RunFolder | None

    @classmethod
    def of(cls, rows: pd.DataFrame, folder: RunFolder | None) -> _Clips:
        own = rows[rows["case"].notna() & rows["seed"].notna()]
        texts = [text for text in own["decoded"].unique() if isinstance(text, str) and text]
        return cls(own, {text: clip_facts(text) for text in texts}, folder)

    def by_case(self, metric: str | None = None) -> ByCase:
        """The facts of the clips that a metric has a value of; of all without one."""
        rows = self.rows
        if metric is not None:
            rows = rows[(rows["metric"] == metric) & rows["value"].notna()]
        found: dict[str, list[ClipFacts]] = {}
        for case, text in dict.fromkeys(zip(rows["case"], rows["decoded"], strict=True)):
            if text in self.facts:
                found.setdefault(str(case), []).append(self.facts[text])
        return found

    def bits_per_pixel(self) -> float | None:
        """Mean over the lossy clips; None if there are none, or if the clips are not on this machine."""
        if self.folder is None:
            return None
        columns = (self.rows[name] for name in ("case", "seed", "decoded"))
        facts = {
            (str(case), int(seed)): self.facts[text]
            for case, seed, text in dict.fromkeys(zip(*columns, strict=True))
            if text in self.facts
        }
        bits = pixels = 0
        for record in self.folder.records():
            clip, path = facts.get((record.case, record.seed)), self.folder.locate(record)
            if clip and not clip.is_lossless and path.is_file():
                bits += 8 * path.stat().st_size
                pixels += clip.whole.frames * clip.whole.width * clip.whole.height
        return bits / pixels if pixels else None


def _obstacles(found: Difference, sides: Sequence[_Clips], bits: Sequence[Contrast]) -> tuple[Contrast, ...]:
    """What is in the way of a metric: of the clips it was measured on, or, for a set, of all clips."""
    depends = found.card.depends
    a, b = (side.by_case(found.metric if found.basis == "cases" else None) for side in sides)
    return (*contrasts([GUARDS[name] for name in depends], a, b), *(bits if "codec" in depends else ()))


def _bits_contrast(a: float | None, b: float | None) -> list[Contrast]:
    if a is None or b is None or max(a, b) <= SAME_BITS * min(a, b):
        return []
    return [Contrast("bits per pixel", number(float(f"{a:.2g}")), number(float(f"{b:.2g}")))]


# Hardware, software, settings


def _of_columns(sides: Sequence[_Clips]) -> list[Contrast]:
    """Devices, and each setting and library that differs; of different models only the settings that both have."""
    found = []
    for column, what in WORDS:
        a, b = (_listed(side.rows[column]) for side in sides)
        if a and b and a != b:
            found.append(Contrast(what, a, b))
    is_same_model = len({str(model) for side in sides for model in side.rows["model"].unique()}) == 1
    for column, what in OBJECTS:
        of_a, of_b = (_values(side.rows[column]) for side in sides)
        is_whole = bool(of_a and of_b) and (is_same_model or column != "settings")
        for key in sorted(of_a.keys() | of_b.keys() if is_whole else of_a.keys() & of_b.keys()):
            if of_a.get(key) != of_b.get(key):
                found.append(Contrast(f"{what}: {one_line(key)}", of_a.get(key, "–"), of_b.get(key, "–")))
    return found


def _values(column: pd.Series[Any]) -> dict[str, str]:
    """Key -> its values, of JSON objects."""
    found: dict[str, set[str]] = {}
    for text in column.dropna().unique():
        for key, value in row_facts.json_object(str(text)).items():
            found.setdefault(key, set()).add(one_line(str(value)))
    return {key: listed(sorted(values)) for key, values in found.items()}


def _listed(column: pd.Series[Any]) -> str:
    return listed(sorted({one_line(str(value)) for value in column.dropna().unique() if value}))
