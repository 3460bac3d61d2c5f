"""One number that was published elsewhere: whose it is, what it means and where it was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from annotated_types import MinLen

from bench.types import Direction

Evidence: TypeAlias = Literal["paper", "repository", "transcription", "recomputed"]
"""How the number was obtained: see EVIDENCE."""

EVIDENCE: Mapping[Evidence, str] = {
    "paper": "read in the paper",
    "repository": "read in the authors' repository",
    "transcription": "a transcription by others, not checked against the original",
    "recomputed": "transcribed, and its total recomputed from its parts by the published formula",
}
"""Mark -> what it says."""

CHECKED: dict[str, Any] = {"extra": "forbid", "allow_inf_nan": False}
"""How pydantic checks the types that are read from files."""

Text: TypeAlias = Annotated[str, MinLen(1)]


@dataclass(frozen=True)
class Source:
    """Where a number was published.

    Attributes:
        citation: for people.
        link: http(s); '' if none is known.
        date: ISO, as far as known: when the source appeared, or when it was consulted.
        evidence: how the numbers were obtained.
    """

    citation: Text
    link: str = ""
    date: str = ""
    evidence: Evidence = "paper"

    __pydantic_config__: ClassVar[dict[str, Any]] = CHECKED


@dataclass(frozen=True)
class Metric:
    """What a column of a benchmark means.

    Attributes:
        name: unlike any of ours, unless it is the same number.
        title: what the source calls it.
        unit: '' for a pure number.
        direction: which way is better, according to the source.
        protocol: on which cases, how many, at which size and length, if the source says so.
    """

    name: Text
    title: Text
    unit: str = ""
    direction: Direction = "none"
    protocol: str = ""

    __pydantic_config__: ClassVar[dict[str, Any]] = CHECKED


@dataclass(frozen=True)
class Reported:
    """One published number.

    Attributes:
        benchmark: its name, with its version or date.
        about: what a reader of the benchmark's numbers must know.
        model: as the source calls it.
        metric: what the number means.
        value: finite.
        source: where it was published.
        note: what is unusual about this model's row; mostly ''.
        is_doubtful: whether the source's row is broken: shown, but neither plotted nor counted.
    """

    benchmark: str
    about: str
    model: str
    metric: Metric
    value: float
    source: Source
    note: str = ""
    is_doubtful: bool = False
