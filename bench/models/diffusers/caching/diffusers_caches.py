"""The caches that diffusers brings: first-block, pyramid attention (pab), FasterCache, TaylorSeer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from bench.models.diffusers.caching.calls import Calls
from bench.models.diffusers.caching.methods import METHODS, Method, Savings, saved_nothing, unfit

if TYPE_CHECKING:
    from bench.models.diffusers.caching.teacache import TeaCacheFacts

CACHED_LAYERS = r"\w*blocks\.\d+\.(attn\d?|ff|ffn|ff_context)"
"""The layers that TaylorSeer extrapolates. The default of diffusers asks for names that end where no layer's name does,
so it finds nothing in video models."""


@contextmanager
def _cached(calls: Calls, savings: Savings, facts: TeaCacheFacts, config: Any) -> Iterator[None]:
    """Switches on a cache of diffusers."""
    denoiser, acceleration = calls.denoiser, savings.acceleration
    if not hasattr(denoiser, "enable_cache"):
        raise unfit(acceleration, type(denoiser), facts)
    try:
        denoiser.enable_cache(config)
    except (ValueError, IndexError) as error:  # its tables lack these blocks, or there is only one block
        raise unfit(acceleration, type(denoiser), facts) from error
    try:
        if not _stateful(denoiser):
            raise saved_nothing(acceleration)
        calls.on_section.append(denoiser._reset_stateful_cache)
        yield
    finally:
        denoiser.disable_cache()


def _first_block(calls: Calls, savings: Savings, facts: TeaCacheFacts) -> AbstractContextManager[None]:
    from diffusers import FirstBlockCacheConfig

    config = FirstBlockCacheConfig(threshold=savings.acceleration.strength)
    return _cached(calls, savings, facts, config)


def _taylorseer(calls: Calls, savings: Savings, facts: TeaCacheFacts) -> AbstractContextManager[None]:
    from diffusers import TaylorSeerCacheConfig

    config = TaylorSeerCacheConfig(
        cache_interval=int(savings.acceleration.strength),
        cache_identifiers=[CACHED_LAYERS],
        taylor_factors_dtype=calls.denoiser.dtype,
    )
    return _cached(calls, savings, facts, config)


@contextmanager
def _pyramid(calls: Calls, savings: Savings, facts: TeaCacheFacts) -> Iterator[None]:
    from diffusers import PyramidAttentionBroadcastConfig

    every = int(savings.acceleration.strength)
    config = PyramidAttentionBroadcastConfig(
        spatial_attention_block_skip_range=every,
        temporal_attention_block_skip_range=every,
        cross_attention_block_skip_range=every,
        current_timestep_callback=lambda: calls.clock.timestep,
    )
    with _cached(calls, savings, facts, config):
        _keep_passes_apart(calls)
        yield


@contextmanager
def _faster(calls: Calls, savings: Savings, facts: TeaCacheFacts) -> Iterator[None]:
    from diffusers import FasterCacheConfig

    every = int(savings.acceleration.strength)
    config = FasterCacheConfig(
        spatial_attention_block_skip_range=every,
        temporal_attention_block_skip_range=every,
        current_timestep_callback=lambda: calls.clock.timestep,
        attention_weight_callback=lambda _: 0.5,
        # Otherwise it estimates the pass without a prompt from the one with it, which needs both in one batch of
        # latents that are not yet in patches: only CogVideoX has them so.
        is_guidance_distilled=True,
    )
    with _cached(calls, savings, facts, config):
        _keep_passes_apart(calls)
        yield


def _keep_passes_apart(calls: Calls) -> None:
    """Gives these hooks a state for each pass of a step.

    They have a single one: where a step has two passes, each would be given what the other computed.
    """
    hooks = [hook for hook in _stateful(calls.denoiser, with_root=True) if hasattr(hook, "state")]
    states: dict[tuple[int, int], Any] = {}

    def swap() -> None:
        for number, hook in enumerate(hooks):
            hook.state = states.setdefault((number, calls.pass_number), type(hook.state)())

    calls.on_section.append(states.clear)
    calls.on_call.append(swap)


def _stateful(denoiser: Any, with_root: bool = False) -> list[Any]:
    """Hooks of diffusers, on a denoiser's parts, that keep a state."""
    registries = [
        getattr(module, "_diffusers_hook", None)
        for module in denoiser.modules()
        if with_root or module is not denoiser
    ]
    return [hook for one in registries if one for hook in one.hooks.values() if hook._is_stateful]


STEPS = "how many steps an attention serves"
METHODS.update({
    "first-block": Method(_first_block, "threshold", 0.08, 0, 10, needs_cache=True),
    "pab": Method(_pyramid, STEPS, 2, 1, 100, is_whole=True, needs_cache=True),
    "faster-cache": Method(_faster, STEPS, 2, 1, 100, is_whole=True, needs_cache=True),
    "taylorseer": Method(
        _taylorseer, "how many steps a layer serves", 5, 1, 100, is_whole=True, needs_cache=True
    ),
})  # fmt: skip
