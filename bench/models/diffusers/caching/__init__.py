"""Acceleration: what a denoiser computed in earlier steps stands in for what it would compute in later ones.

    accel = acceleration.parse("teacache:0.15")
    with acceleration.applied(accel, pipeline, "wan2.1-i2v-480p") as effect:
        pipeline(…)
    effect.saved  # share of the denoiser's work that was not done

Several of diffusers' caches do nothing on some models, without a word. So the work is counted, and whoever asked for
an acceleration that saved nothing hears of it in place of a clip that says it was accelerated.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias, get_args

from bench.errors import UnknownName, UsageError
from bench.models.diffusers.caching import calls as denoisers
from bench.models.diffusers.caching.block_skipping import (
    COEFFICIENTS,
    SIGNALS,
    Coefficients,
    MagCache,
    MagCalibration,
    TeaCache,
)
from bench.models.diffusers.caching.calls import Calls, Clock

NOTHING = 0.005
"""Share of the work; who saved no more than that saved nothing."""

CACHED_LAYERS = r"\w*blocks\.\d+\.(attn\d?|ff|ffn|ff_context)"
"""What TaylorSeer extrapolates. The default of diffusers asks for the end of a name where no layer's name ends, so that
it finds nothing in video models."""


@dataclass(frozen=True)
class Accel:
    """An acceleration that was asked for.

    Attributes:
        name: of METHODS.
        strength: its one number; what it means is the method's.
        numbers: what it must know of the checkpoint; empty for what is known here.
    """

    name: str
    strength: float
    numbers: tuple[float, ...] = ()

    @property
    def must_save(self) -> bool:
        """Whether a clip with nothing saved is a mistake."""
        return METHODS[self.name].must_save


@dataclass
class Effect:
    """What came of an acceleration in one clip.

    Attributes:
        accel: what was asked for.
        calls: of each denoiser.
        ratios: how much the blocks' sum grew from each step to the next, where that was measured.
    """

    accel: Accel
    calls: list[Calls] = field(default_factory=list)
    ratios: dict[int, list[float]] = field(default_factory=dict)

    @property
    def saved(self) -> float:
        """Share of the denoisers' multiplications that were not done, in [0, 1]."""
        due = sum(calls.work.due for calls in self.calls)
        return 1.0 - sum(calls.work.done for calls in self.calls) / due if due else 0.0

    def facts(self) -> dict[str, Any]:
        """For the clip's record."""
        found: dict[str, Any] = {"compute_saved": round(self.saved, 4)}
        if self.ratios:
            each = [sum(found) / len(found) for _, found in sorted(self.ratios.items())]
            found["mag_ratios"] = ",".join(f"{ratio:.5f}" for ratio in each)
        return found

    def check(self) -> None:
        """Refuses a clip with nothing saved.

        Raises:
            UsageError: no more than NOTHING was.
        """
        if self.accel.must_save and self.saved <= NOTHING:
            raise _nothing(self.accel)


Applies: TypeAlias = "Callable[[Calls, Accel, Effect, str], AbstractContextManager[None]]"


@dataclass(frozen=True)
class Method:
    """A way of accelerating.

    Attributes:
        apply: puts it on a denoiser for a while.
        means: what its number is.
        default: where nobody gives one.
        least, most: of the number.
        is_whole: whether it counts something.
        numbers: what its further numbers are; '' where it takes none.
        must_save: whether it is for saving work at all.
    """

    apply: Applies
    means: str
    default: float
    least: float
    most: float
    is_whole: bool = False
    numbers: str = ""
    must_save: bool = True


def parse(words: str) -> Accel | None:
    """'name', 'name:number' or 'name:number:number,number,…' as an acceleration; None for ''.

    Raises:
        UnknownName: there is no such acceleration.
        UsageError: a number that is none, or is out of range, or is one too many.
    """
    if not words:
        return None
    name, *given = words.split(":")
    if name not in METHODS:
        raise UnknownName("acceleration", name, METHODS)
    method = METHODS[name]
    if len(given) > (2 if method.numbers else 1):
        raise UsageError(f"acceleration '{words}' has a number too many; it is written {_written(name)}")
    strength = _number(words, given[0], method) if given else method.default
    numbers = tuple(_numbers(words, given[1])) if len(given) > 1 else ()
    if name == "mag-cache" and not numbers:
        raise UsageError(
            "mag-cache needs the ratios of the checkpoint, which accel=mag-calibration records as mag_ratios: "
            f"{_written(name)}"
        )
    return Accel(name, strength, numbers)


def check_class(accel: Accel, name: str) -> None:
    """Looks at a class of pipelines in diffusers, before weights are read.

    Raises:
        UsageError: its denoiser is none that can be accelerated.
    """
    try:
        import diffusers
    except ImportError:
        return  # loading says what to install
    parts = inspect.signature(getattr(diffusers, name).__init__).parameters
    if denoisers.NAMES[0] not in parts:
        raise UsageError(
            f"accel is {accel.name}, and a {name} has a UNet, which nothing accelerates: leave it out"
        )
    found = parts[denoisers.NAMES[0]].annotation
    for kind in get_args(found) or (found,):
        if accel.name in CACHES and inspect.isclass(kind) and not hasattr(kind, "enable_cache"):
            raise _unfit(accel, kind)


def check(accel: Accel, pipeline: Any, model: str) -> None:
    """Looks at a loaded pipeline, before the first clip.

    Raises:
        UsageError: this acceleration does not know its denoiser, or finds nothing in it to leave out.
    """
    with applied(accel, pipeline, model):
        pass


@contextmanager
def applied(accel: Accel, pipeline: Any, model: str) -> Iterator[Effect]:
    """Accelerates a pipeline for one clip, and counts. Nothing is kept from one clip to the next.

    Args:
        accel: how.
        pipeline: with a scheduler, and denoisers that have no other cache.
        model: name of the adapter.

    Raises:
        UsageError: as check.
    """
    effect, clock = Effect(accel), Clock(pipeline.scheduler)
    with ExitStack() as stack:
        stack.enter_context(clock.running())
        for denoiser in denoisers.of(pipeline):
            calls = Calls(denoiser, clock)
            effect.calls.append(calls)
            stack.enter_context(METHODS[accel.name].apply(calls, accel, effect, model))
            stack.enter_context(calls.followed())
        yield effect


@contextmanager
def _cached(calls: Calls, accel: Accel, config: Any) -> Iterator[None]:
    """Switches on a cache of diffusers."""
    denoiser = calls.denoiser
    if not hasattr(denoiser, "enable_cache"):
        raise _unfit(accel, type(denoiser))
    try:
        denoiser.enable_cache(config)
    except (ValueError, IndexError) as error:  # its tables do not have these blocks, or there is one alone
        raise _unfit(accel, type(denoiser)) from error
    try:
        if not _stateful(denoiser):
            raise _nothing(accel)
        calls.on_section.append(denoiser._reset_stateful_cache)
        yield
    finally:
        denoiser.disable_cache()


def _first_block(calls: Calls, accel: Accel, effect: Effect, model: str) -> AbstractContextManager[None]:
    from diffusers import FirstBlockCacheConfig

    return _cached(calls, accel, FirstBlockCacheConfig(threshold=accel.strength))


def _taylorseer(calls: Calls, accel: Accel, effect: Effect, model: str) -> AbstractContextManager[None]:
    from diffusers import TaylorSeerCacheConfig

    config = TaylorSeerCacheConfig(
        cache_interval=int(accel.strength),
        cache_identifiers=[CACHED_LAYERS],
        taylor_factors_dtype=calls.denoiser.dtype,
    )
    return _cached(calls, accel, config)


@contextmanager
def _pyramid(calls: Calls, accel: Accel, effect: Effect, model: str) -> Iterator[None]:
    from diffusers import PyramidAttentionBroadcastConfig

    every = int(accel.strength)
    config = PyramidAttentionBroadcastConfig(
        spatial_attention_block_skip_range=every,
        temporal_attention_block_skip_range=every,
        cross_attention_block_skip_range=every,
        current_timestep_callback=lambda: calls.clock.timestep,
    )
    with _cached(calls, accel, config):
        _keep_passes_apart(calls)
        yield


@contextmanager
def _faster(calls: Calls, accel: Accel, effect: Effect, model: str) -> Iterator[None]:
    from diffusers import FasterCacheConfig

    every = int(accel.strength)
    config = FasterCacheConfig(
        spatial_attention_block_skip_range=every,
        temporal_attention_block_skip_range=every,
        current_timestep_callback=lambda: calls.clock.timestep,
        attention_weight_callback=lambda _: 0.5,
        # The other way, with the pass without a prompt guessed from the one with it, asks for both in one batch of
        # latents that are not in patches yet: CogVideoX alone has them so.
        is_guidance_distilled=True,
    )
    with _cached(calls, accel, config):
        _keep_passes_apart(calls)
        yield


def _keep_passes_apart(calls: Calls) -> None:
    """Gives these hooks a state for each pass of a step.

    They have one for all: where a step has two passes, each would be given what the other computed.
    """
    hooks = [hook for hook in _stateful(calls.denoiser, with_root=True) if hasattr(hook, "state")]
    states: dict[tuple[int, int], Any] = {}

    def swap() -> None:
        for number, hook in enumerate(hooks):
            hook.state = states.setdefault((number, calls.turn), type(hook.state)())

    calls.on_section.append(states.clear)
    calls.on_call.append(swap)


def _stateful(denoiser: Any, with_root: bool = False) -> list[Any]:
    """Hooks of diffusers, on a denoiser's parts, that keep something."""
    registries = [
        getattr(module, "_diffusers_hook", None)
        for module in denoiser.modules()
        if with_root or module is not denoiser
    ]
    return [hook for one in registries if one for hook in one.hooks.values() if hook._is_stateful]


def _teacache(calls: Calls, accel: Accel, effect: Effect, model: str) -> AbstractContextManager[None]:
    kind = type(calls.denoiser)
    if kind.__name__ not in SIGNALS:
        raise _unfit(accel, kind)
    if not accel.numbers and model not in COEFFICIENTS:
        raise UsageError(
            f"nobody fitted TeaCache's coefficients to model '{model}'; give them: {_written(accel.name)}, or"
            " choose mag-cache"
        )
    fitted = Coefficients(accel.numbers) if accel.numbers else COEFFICIENTS[model]
    return TeaCache(calls, accel.strength, fitted, SIGNALS[kind.__name__]).on()


def _mag_cache(calls: Calls, accel: Accel, effect: Effect, model: str) -> AbstractContextManager[None]:
    return MagCache(calls, accel.strength, accel.numbers).on()


def _mag_calibration(calls: Calls, accel: Accel, effect: Effect, model: str) -> AbstractContextManager[None]:
    return MagCalibration(calls, effect.ratios).on()


CACHES = ("first-block", "pab", "faster-cache", "taylorseer")
"""Those of diffusers."""

METHODS: Mapping[str, Method] = {
    "first-block": Method(_first_block, "threshold", 0.08, 0, 10),
    "pab": Method(_pyramid, "how many steps an attention serves", 2, 1, 100, is_whole=True),
    "faster-cache": Method(_faster, "how many steps an attention serves", 2, 1, 100, is_whole=True),
    "taylorseer": Method(_taylorseer, "how many steps a layer serves", 5, 1, 100, is_whole=True),
    "teacache": Method(_teacache, "threshold", 0.15, 0, 10, numbers="coefficients"),
    "mag-cache": Method(_mag_cache, "threshold", 0.06, 0, 10, numbers="ratios"),
    "mag-calibration": Method(_mag_calibration, "nothing", 0, 0, 0, must_save=False),
}


def _number(words: str, text: str, method: Method) -> float:
    (number,) = _numbers(words, text) if "," not in text else [float("nan")]
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


def _written(name: str) -> str:
    method = METHODS[name]
    further = f":{method.numbers},…" if method.numbers else ""
    return f"accel={name}:{method.default:g}{further}"


def _unfit(accel: Accel, kind: type[Any]) -> UsageError:
    known = list(METHODS) if hasattr(kind, "enable_cache") else [one for one in METHODS if one not in CACHES]
    if kind.__name__ not in SIGNALS:
        known.remove("teacache")
    return UsageError(
        f"acceleration {accel.name} does not know the layers of {kind.__name__}: leave it out or choose"
        f" {_others(accel, known)}"
    )


def _nothing(accel: Accel) -> UsageError:
    return UsageError(
        f"acceleration {accel.name} saved nothing on this model: leave it out or choose {_others(accel, METHODS)}"
    )


def _others(accel: Accel, known: Iterable[str]) -> str:
    *most, last = (name for name in known if name != accel.name and METHODS[name].must_save)
    return f"{', '.join(most)} or {last}" if most else last
