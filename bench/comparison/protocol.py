"""In what the clips of two runs differ besides what they show.

Half the frame rate or half the size changes many a metric of the very same footage. What is looked at are the facts in
the rows: `decoded`, of the clip as it is, and below "view" of what was measured of it. In a view that makes rates,
lengths and sizes equal, only the rest is in a metric's way.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from bench.base.wording import number, one_line
from bench.comparison.differences import Contrast
from bench.runs import row_facts
from bench.runs.row_facts import Decoded
from bench.types import Dependence

MOST_UNLIKE = 0.05
"""Fraction of the cases: if more of them differ in something, the runs do."""

SAME_RATE, SAME_SIZE = 0.07, 0.05
"""Relative differences of frame rates (7.5 and 8 in a view) and of numbers of pixels (sides are rounded) that count as
none: where half the rate or size moves a metric by 70 %, these move it by some 5 %."""

LOSSLESS = frozenset(
    ["ffv1", "png", "bmp", "tif", "tiff", "rawvideo", "huffyuv", "ffvhuff", "utvideo", "qtrle"]
)
"""Codecs, and suffixes of frames in folders, that keep every pixel."""

BARS = frozenset({"contain", "letterbox"})
"""Fits that may leave black bars."""

WORDS = ("codec", "container", "pixel_format", "matrix", "range", "image_fit", "decoder")

MOST_NAMED = 3
"""How many values of one side are named before '…'."""


@dataclass(frozen=True)
class ClipFacts:
    """What a row says of the clip behind it.

    Attributes:
        whole: the clip as it is.
        seen: what was measured of it, in the row's view.
        words: of WORDS; '' where unknown.
    """

    whole: Decoded
    seen: Decoded
    words: Mapping[str, str]

    @property
    def is_lossless(self) -> bool:
        """Whether the codec keeps every pixel."""
        return self.words["codec"] in LOSSLESS


def clip_facts(text: str) -> ClipFacts:
    """The facts in a row's `decoded`; what is not there, or is no such fact, is 0 or ''."""
    found = row_facts.json_object(text)
    whole, view = row_facts.decoded([text]), found.get("view")
    seen = row_facts.decoded([json.dumps(view)]) if isinstance(view, dict) else whole
    return ClipFacts(whole, seen, {name: str(found.get(name) or "") for name in WORDS})


ByCase: TypeAlias = Mapping[str, Collection[ClipFacts]]
"""Case -> the facts of its clips."""


@dataclass(frozen=True)
class Fact:
    """One thing in which clips may differ.

    Attributes:
        what: for people.
        value: of a clip; None if unknown.
        text: of a value.
        is_same: whether two values are as good as one.
        unit: of the texts.
    """

    what: str
    value: Callable[[ClipFacts], Any]
    text: Callable[[Any], str] = str
    is_same: Callable[[Any, Any], bool] = lambda a, b: bool(a == b)
    unit: str = ""


def contrasts(facts: Iterable[Fact], a: ByCase, b: ByCase) -> list[Contrast]:
    """In what the clips of the common cases differ: in more than MOST_UNLIKE of those whose value is known.

    Args:
        facts: LISTED, or some of GUARDS.
        a, b: two runs.
    """
    return [found for fact in facts if (found := _contrast(fact, a, b))]


def _contrast(fact: Fact, a: ByCase, b: ByCase) -> Contrast | None:
    both = [(_values(fact, a[case]), _values(fact, b[case])) for case in a.keys() & b.keys()]
    known = [(of_a, of_b) for of_a, of_b in both if of_a and of_b]
    unlike = [
        pair for pair in known if not all(fact.is_same(one, other) for one in pair[0] for other in pair[1])
    ]
    if len(unlike) <= MOST_UNLIKE * len(known):
        return None
    of_a, of_b = (_text(fact, [pair[place] for pair in unlike]) for place in (0, 1))
    return Contrast(fact.what, of_a, of_b, fact.unit, None if len(unlike) == len(known) else len(unlike))


def _values(fact: Fact, clips: Iterable[ClipFacts]) -> set[Any]:
    return {value for clip in clips if (value := fact.value(clip)) is not None}


def _text(fact: Fact, values: Iterable[Collection[Any]]) -> str:
    """The values of one side, the most frequent first."""
    counts = Counter(one_line(fact.text(value)) for each in values for value in each)
    return listed(sorted(counts, key=lambda text: (-counts[text], text)))


def listed(texts: list[str]) -> str:
    """'8, 24, 25, …': the first MOST_NAMED."""
    return ", ".join(texts[:MOST_NAMED]) + (", …" if len(texts) > MOST_NAMED else "")


# What is looked at


def _rate(clip: Decoded) -> float | None:
    return clip.fps or None


def _length(clip: Decoded) -> tuple[float, float] | None:
    """Seconds, and frames per second."""
    return (clip.frames / clip.fps, clip.fps) if clip.frames and clip.fps else None


def _same_rate(a: float, b: float) -> bool:
    return abs(a - b) <= SAME_RATE * max(a, b)


def _same_length(a: tuple[float, float], b: tuple[float, float]) -> bool:
    """Whether two lengths differ by less than a frame of the slower clip."""
    return abs(a[0] - b[0]) < 0.999 / min(a[1], b[1])


def _same_pixels(a: tuple[int, int], b: tuple[int, int]) -> bool:
    ends = sorted((a[0] * a[1], b[0] * b[1]))
    return ends[1] - ends[0] <= SAME_SIZE * ends[1]


def _word(name: str) -> Callable[[ClipFacts], str | None]:
    return lambda clip: clip.words[name] or None


def _coding(clip: ClipFacts) -> str | None:
    """How pixels were lost: the codec, and how it keeps colours."""
    words = f"{clip.words['codec']} {clip.words['pixel_format']}".strip()
    return "lossless" if clip.is_lossless else words or None


RATE = Fact("frame rate", lambda clip: _rate(clip.whole), number, _same_rate, "fps")
LENGTH = Fact("length", lambda clip: _length(clip.whole), lambda value: number(value[0]), _same_length, "s")
SIZE = Fact("size", lambda clip: clip.whole.size, lambda value: f"{value[0]}×{value[1]}")
FIT = Fact("fit of the image", _word("image_fit"))

LISTED = (
    replace(RATE, is_same=lambda a, b: bool(a == b)),
    Fact("frames", lambda clip: clip.whole.frames or None),
    LENGTH,
    SIZE,
    Fact("container", _word("container")),
    Fact("codec", _word("codec")),
    Fact("pixel format", _word("pixel_format")),
    Fact("colour matrix", _word("matrix")),
    Fact("colour range", _word("range")),
    FIT,
    Fact("decoder", _word("decoder")),
)
"""What is said where it differs, of clips as they are."""

GUARDS: Mapping[Dependence, Fact] = {
    "fps": replace(RATE, value=lambda clip: _rate(clip.seen)),
    "seconds": replace(LENGTH, value=lambda clip: _length(clip.seen)),
    "pixels": replace(SIZE, value=lambda clip: clip.seen.size, is_same=_same_pixels),
    "codec": Fact("compression", _coding),
    "letterbox": replace(FIT, is_same=lambda a, b: (a in BARS) == (b in BARS)),
}
"""What is in the way of a metric that depends on it, of what was measured of clips."""
