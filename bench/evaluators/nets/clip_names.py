"""Names of CLIP's tensors: transformers' brought to OpenAI's (open_clip's are the same), its tower's to DINO's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import reduce
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

_OF_LAYERS = {
    "layer_norm1": "ln_1",
    "layer_norm2": "ln_2",
    "mlp.fc1": "mlp.c_fc",
    "mlp.fc2": "mlp.c_proj",
    "self_attn.out_proj": "attn.out_proj",
}

_OF_PARTS = {
    "vision_model.embeddings.patch_embedding.weight": "visual.conv1.weight",
    "vision_model.embeddings.class_embedding": "visual.class_embedding",
    "vision_model.embeddings.position_embedding.weight": "visual.positional_embedding",
    "vision_model.pre_layrnorm": "visual.ln_pre",
    "vision_model.post_layernorm": "visual.ln_post",
    "vision_model.encoder.layers": "visual.transformer.resblocks",
    "text_model.embeddings.token_embedding": "token_embedding",
    "text_model.embeddings.position_embedding.weight": "positional_embedding",
    "text_model.final_layer_norm": "ln_final",
    "text_model.encoder.layers": "transformer.resblocks",
}

_TRANSPOSED = {"visual_projection.weight": "visual.proj", "text_projection.weight": "text_projection"}


_OF_TOWER = (
    ("transformer.resblocks.", "blocks."),
    (".ln_1.", ".norm1."),
    (".ln_2.", ".norm2."),
    (".attn.in_proj_", ".attn.qkv."),
    (".attn.out_proj.", ".attn.proj."),
    (".mlp.c_fc.", ".mlp.fc1."),
    (".mlp.c_proj.", ".mlp.fc2."),
    ("ln_pre.", "pos_drop."),
    ("ln_post.", "norm."),
)


def as_dino(tower: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Tensors of CLIP's vision transformer by DINO's names, which vit.VisionTransformer knows; 'proj' stays 'proj'.

    Args:
        tower: by OpenAI's names, without 'visual.'.
    """
    import torch

    found = {_replaced(name): tensor for name, tensor in tower.items()}
    kernel = found.pop("conv1.weight")
    return found | {
        "patch_embed.proj.weight": kernel,
        "patch_embed.proj.bias": torch.zeros_like(kernel[:, 0, 0, 0]),
        "cls_token": found.pop("class_embedding")[None, None],
        "pos_embed": found.pop("positional_embedding")[None],
    }


def _replaced(name: str) -> str:
    return reduce(lambda known, pair: known.replace(*pair), _OF_TOWER, name)


def as_openai(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Tensors by OpenAI's names, of a state dict with its names, open_clip's (the same) or those of transformers.

    transformers keeps query, key and value apart, and both projections transposed.
    """
    if not any(name.startswith("vision_model.") for name in state):
        return dict(state)
    found: dict[str, torch.Tensor] = {}
    for name, tensor in state.items():
        if name.endswith("position_ids"):  # 0, 1, 2, …: no weights
            continue
        if name in _TRANSPOSED:
            found[_TRANSPOSED[name]] = tensor.T.contiguous()
        elif not re.search(r"self_attn\.[qkv]_proj", name):
            found[_renamed(name)] = tensor
    return found | _joined(state)


def _joined(state: Mapping[str, torch.Tensor]) -> dict[str, Any]:
    """Query, key and value of each layer as one tensor."""
    import torch

    found = {}
    for name in state:
        if ".self_attn.q_proj." in name:
            parts = [state[name.replace("q_proj", part)] for part in ("q_proj", "k_proj", "v_proj")]
            joined = _renamed(name).replace("self_attn.q_proj.", "attn.in_proj_")
            found[joined] = torch.cat(parts)
    return found


def _renamed(name: str) -> str:
    for theirs, ours in (_OF_PARTS | _OF_LAYERS).items():
        if re.search(rf"(^|\.){re.escape(theirs)}(\.|$)", name):
            name = name.replace(theirs, ours)
    return name
