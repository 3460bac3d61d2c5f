"""How many tokens of a prompt a pipeline reads."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

NO_LIMIT = 1_000_000
"""Tokens; a tokenizer that states a higher maximum has none: transformers writes 10^30."""


def facts(pipeline: Any, prompt: str, limits: Mapping[str, int | None]) -> dict[str, Any]:
    """The prompt's length in tokens, and whether a tokenizer cuts it off; recorded with each clip.

    Args:
        pipeline: with up to two tokenizers, of which the first one's length counts.
        prompt: the case's.
        limits: see DiffusersModel.prompt_limits.

    Returns:
        'prompt_tokens' and 'prompt_truncated'; empty for a pipeline that reads no text.
    """
    counted = []
    for name in ("tokenizer", "tokenizer_2"):
        tokenizer = getattr(pipeline, name, None)
        if tokenizer is None:
            continue
        limit = limits[name] if name in limits else _limit(pipeline, name, tokenizer)
        if limit is not None:
            counted.append((len(tokenizer(prompt, verbose=False).input_ids), limit))
    if not counted:
        return {}
    return {
        "prompt_tokens": counted[0][0],
        "prompt_truncated": any(tokens > limit for tokens, limit in counted),
    }


def _limit(pipeline: Any, name: str, tokenizer: Any) -> int | None:
    """The pipeline's max_sequence_length for the first tokenizer, which it overrides; the second keeps its own."""
    own = inspect.signature(type(pipeline).__call__).parameters.get("max_sequence_length")
    if name == "tokenizer" and own is not None and isinstance(own.default, int):
        return own.default
    return tokenizer.model_max_length if tokenizer.model_max_length < NO_LIMIT else None
