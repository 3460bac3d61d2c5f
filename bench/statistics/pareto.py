"""The Pareto front of two numbers, and the entries whose intervals reach it.

An entry is surely off the front only where another one is better in both numbers beyond both intervals: means that
differ by a hair do not suffice. Signs: +1 where higher is better, -1 where lower is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Signs: TypeAlias = tuple[int, int]

Place: TypeAlias = Literal["on the front", "not told apart", "beaten"]


@dataclass(frozen=True)
class Span:
    """A mean and its 95 % interval; NaN ends where there is none.

    Attributes:
        mean: finite.
        low, high: around it.
    """

    mean: float
    low: float = math.nan
    high: float = math.nan

    def worst(self, sign: int) -> float:
        """The worse end, as a number of which more is better; -∞ if unknown."""
        end = self.low if sign > 0 else self.high
        return -math.inf if math.isnan(end) else sign * end

    def best(self, sign: int) -> float:
        """The better end, as a number of which more is better; ∞ if unknown."""
        end = self.high if sign > 0 else self.low
        return math.inf if math.isnan(end) else sign * end


Spot: TypeAlias = tuple[Span, Span]
"""The position of an entry: across and up."""


def places(spots: Mapping[str, Spot], signs: Signs) -> dict[str, Place]:
    """Place of each entry, in the order given.

    Returns:
        'on the front': by the means, no other entry is at least as good in both numbers and better in one. 'beaten':
        another entry is, even with its own worse ends against the better ends of this one. 'not told apart': neither.

    >>> a, b, c = Span(3, 2, 4), Span(2, 1, 3), Span(0, -1, 1)
    >>> places({"a": (a, a), "b": (b, b), "c": (c, c)}, (1, 1))
    {'a': 'on the front', 'b': 'not told apart', 'c': 'beaten'}
    """
    return {name: _place(spot, spots, signs) for name, spot in spots.items()}


def front(spots: Mapping[str, Spot], signs: Signs) -> tuple[str, ...]:
    """Names on the front by their means, from the lowest first number to the highest."""
    names = (name for name, place in places(spots, signs).items() if place == "on the front")
    return tuple(sorted(names, key=lambda name: (spots[name][0].mean, spots[name][1].mean, name)))


def _place(spot: Spot, spots: Mapping[str, Spot], signs: Signs) -> Place:
    means = [sign * span.mean for span, sign in zip(spot, signs, strict=True)]
    if not any(
        _is_above([sign * span.mean for span, sign in zip(other, signs, strict=True)], means)
        for other in spots.values()
    ):
        return "on the front"
    ends = [span.best(sign) for span, sign in zip(spot, signs, strict=True)]
    is_beaten = any(
        _is_above([span.worst(sign) for span, sign in zip(other, signs, strict=True)], ends)
        for other in spots.values()
    )
    return "beaten" if is_beaten else "not told apart"


def _is_above(ours: list[float], theirs: list[float]) -> bool:
    """At least as good in both, and better in one."""
    return ours[0] >= theirs[0] and ours[1] >= theirs[1] and ours != theirs
