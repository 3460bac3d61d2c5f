"""The accelerations by name: how one is written, what its numbers mean, and which others a refusal suggests.

A module that implements accelerations adds them to METHODS when it is imported; `caching` imports all of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from bench.errors import UnknownName, UsageError
from bench.models.diffusers.caching.calls import Calls

if TYPE_CHECKING:
    from bench.models.diffusers.caching.teacache import TeaCacheFacts

MIN_SAVED = 0.005
"""Share of the work; savings at or below it count as none."""


@dataclass(frozen=True)
class Acceleration:
    """An acceleration that was asked for.

    Attributes:
        name: of METHODS.
        strength: its one number; its meaning depends on the method.
        numbers: further numbers, about the checkpoint; empty for the known ones.
    """

    name: str
    strength: float
    numbers: tuple[float, ...] = ()

    @property
    def method(self) -> Method:
        """How it is applied."""
        return METHODS[self.name]


@dataclass
class Savings:
    """What an acceleration did in one clip.

    Attributes:
        acceleration: what was asked for.
        calls: of each denoiser.
        ratios: step -> how much the sum of the blocks grew since the step before, where that was measured.
    """

    acceleration: Acceleration
    calls: list[Calls] = field(default_factory=list)
    ratios: dict[int, list[float]] = field(default_factory=dict)

    @property
    def saved(self) -> float:
        """Share of the denoisers' multiplications that were left out, in [0, 1]."""
        due = sum(calls.work.due for calls in self.calls)
        return 1.0 - sum(calls.work.done for calls in self.calls) / due if due else 0.0

    def facts(self) -> dict[str, Any]:
        """For the clip's record."""
        found: dict[str, Any] = {"compute_saved": round(self.saved, 4)}
        if self.ratios:
            means = [sum(ratios) / len(ratios) for _, ratios in sorted(self.ratios.items())]
            found["mag_ratios"] = ",".join(f"{mean:.5f}" for mean in means)
        return found

    def check(self) -> None:
        """Refuses a clip for which nothing was saved.

        Raises:
            UsageError: at most MIN_SAVED was.
        """
        if self.acceleration.method.must_save and self.saved <= MIN_SAVED:
            raise saved_nothing(self.acceleration)


Applied: TypeAlias = "Callable[[Calls, Savings, TeaCacheFacts], AbstractContextManager[None]]"


@dataclass(frozen=True)
class Method:
    """A way of accelerating.

    Attributes:
        apply: accelerates one denoiser while its context is open.
        means: the meaning of its number.
        default: of the number.
        least, most: of the number.
        is_whole: whether the number is a whole one.
        numbers: the name of its further numbers; '' if it takes none.
        must_save: whether it is for saving work at all.
        needs_cache: whether it is one of diffusers' caches, which not every denoiser has.
    """

    apply: Applied
    means: str
    default: float
    least: float
    most: float
    is_whole: bool = False
    numbers: str = ""
    must_save: bool = True
    needs_cache: bool = False


METHODS: dict[str, Method] = {}


def parse(words: str) -> Acceleration | None:
    """'name', 'name:number' or 'name:number:number,number,…' as an acceleration; None for ''.

    Raises:
        UnknownName: there is no such acceleration.
        UsageError: a number that is missing, cannot be read, is out of range, or is one too many.
    """
    if not words:
        return None
    name, *given = words.split(":")
    if name not in METHODS:
        raise UnknownName("acceleration", name, METHODS)
    method = METHODS[name]
    if len(given) > (2 if method.numbers else 1):
        raise UsageError(f"acceleration '{words}' has a number too many; it is written {written(name)}")
    strength = _number(words, given[0], method) if given else method.default
    numbers = tuple(_numbers(words, given[1])) if len(given) > 1 else ()
    if name == "mag-cache" and not numbers:
        raise UsageError(
            "mag-cache needs the ratios of the checkpoint, which accel=mag-calibration records as mag_ratios: "
            f"{written(name)}"
        )
    return Acceleration(name, strength, numbers)


def written(name: str) -> str:
    """An acceleration as a setting, for messages."""
    method = METHODS[name]
    further = f":{method.numbers},…" if method.numbers else ""
    return f"accel={name}:{method.default:g}{further}"


def unfit(acceleration: Acceleration, network: type[Any], facts: TeaCacheFacts) -> UsageError:
    """The refusal of an acceleration that does not know a denoiser's layers.

    Args:
        acceleration: what was asked for.
        network: the class of the denoiser.
        facts: the model's, for whether TeaCache could be suggested.
    """
    has_cache = hasattr(network, "enable_cache")
    fitting = [name for name, method in METHODS.items() if has_cache or not method.needs_cache]
    if network.__name__ not in facts.signals:
        fitting.remove("teacache")
    return UsageError(
        f"acceleration {acceleration.name} does not know the layers of {network.__name__}: leave it out or choose"
        f" {_others(acceleration, fitting)}"
    )


def saved_nothing(acceleration: Acceleration) -> UsageError:
    """The refusal of an acceleration without effect."""
    return UsageError(
        f"acceleration {acceleration.name} saved nothing on this model: leave it out or choose"
        f" {_others(acceleration, METHODS)}"
    )


def _others(acceleration: Acceleration, names: Iterable[str]) -> str:
    *most, last = (name for name in names if name != acceleration.name and METHODS[name].must_save)
    return f"{', '.join(most)} or {last}" if most else last


def _number(words: str, text: str, method: Method) -> float:
    (number,) = _numbers(words, text) if "," not in text else [math.nan]
    if not method.least <= number <= method.most or (method.is_whole and number != int(number)):
        kind = "a whole number" if method.is_whole else "a number"
        raise UsageError(
            f"acceleration '{words}': {method.means} is {kind} from {method.least:g} to {method.most:g}, not '{text}'"
        )
    return number


def _numbers(words: str, text: str) -> list[float]:
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        found = [math.nan]
    if not all(math.isfinite(number) for number in found):
        raise UsageError(f"acceleration '{words}': numbers are written 1.5, or 1.5,0.3,2, not '{text}'")
    return found
