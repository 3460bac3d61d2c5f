"""What identifies a pipeline in memory: its classes, configurations, weights and active LoRAs.

Changed code (a replaced attention processor, a hook) and tokenizers beyond their class and size are not part of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

KNOWN = ("diffusers", "transformers", "torch", "peft")
"""Packages whose classes are known by their names; the code of others may be another one in the next call."""

PRIVATE = ("torch_dtype", "dtype", "transformers_version")
"""Keys of configurations that decide nothing beyond the weights; keys that begin with '_' hold paths."""


def digest(pipeline: Any) -> str:
    """sha256 over all that; '' where some of it is unknown: a class of another package, weights that are not here."""
    parts = {name: part for name, part in sorted(pipeline.components.items()) if hasattr(part, "__dict__")}
    if not all(map(_is_known, (pipeline, *parts.values()))):
        return ""
    own = {key: value for key, value in pipeline.config.items() if key not in parts}
    found = hashlib.sha256(_json([type(pipeline).__name__, _options(own)]))
    for name, part in parts.items():
        found.update(_json([name, *_facts(part)]))
        for words, tensor in _weights(part):
            if not _is_plain(tensor):
                return ""
            found.update(words)
            found.update(_bytes(tensor))
    return found.hexdigest()


def _is_known(component: Any) -> bool:
    return type(component).__module__.split(".")[0] in KNOWN


def _facts(part: Any) -> Iterator[Any]:
    """Class, configuration, size of a vocabulary, active LoRAs."""
    config = getattr(part, "config", None) or {}
    yield type(part).__name__
    yield _options(config.to_dict() if hasattr(config, "to_dict") else config)
    yield len(part) if hasattr(part, "get_vocab") else None
    yield [
        [name, layer.active_adapters, layer.scaling, layer.merged_adapters, layer.disable_adapters]
        for name, layer in (part.named_modules() if hasattr(part, "named_modules") else ())
        if hasattr(layer, "lora_A")
    ]


def _options(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """A configuration without paths and versions."""
    return {
        str(key): _options(value) if isinstance(value, Mapping) else value
        for key, value in config.items()
        if not str(key).startswith("_") and key not in PRIVATE
    }


def _weights(part: Any) -> Iterator[tuple[bytes, Any]]:
    """Name, type and shape of each tensor, and the tensor."""
    for name, tensor in part.state_dict().items() if hasattr(part, "state_dict") else ():
        if hasattr(tensor, "detach"):
            yield _json([name, str(tensor.dtype), list(tensor.shape)]), tensor


def _is_plain(tensor: Any) -> bool:
    """Whether it holds its values as they are: it is neither offloaded, nor quantized, nor spread over machines."""
    import torch

    return type(tensor) in (torch.Tensor, torch.nn.Parameter) and tensor.device.type != "meta"


def _bytes(tensor: Any) -> memoryview:
    import torch

    plain = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8)
    return memoryview(plain.numpy())


def _json(content: Any) -> bytes:
    return json.dumps(content, sort_keys=True, default=str).encode()
