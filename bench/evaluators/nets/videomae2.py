"""VideoMAE-v2 ViT-g, fine-tuned on Something-Something v2: the network of the content-debiased FVD.

The file is read into the library's VideoMAE, whose names differ: one matrix of queries, keys and values becomes three.
Its input: 16 frames of 224 x 224 in [0, 1], without mean and deviation, which is how cd-fvd calls it (the fine-tuning
did normalise). Its features: the mean of all tokens after the last block, through the layer norm before the classifier.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.base import state_dicts, weights
from bench.base.weights import Weights
from bench.errors import Unavailable
from bench.evaluators import nets
from bench.types import Frames

if TYPE_CHECKING:
    import torch

PACKAGES = ("torch", "transformers")

WEIGHTS = Weights(
    name="vit_g_hybrid_pt_1200e_ssv2_ft.pth",
    urls=(
        "https://huggingface.co/OpenGVLab/VideoMAE2/resolve/97d119d270aca7a1217fff7f413c0c543eb325d9/mae-g/vit_g_hybrid_pt_1200e_ssv2_ft.pth",
        "https://huggingface.co/OpenGVLab/InternVideoMAE_models/resolve/main/mae-g/vit_g_hybrid_pt_1200e_ssv2_ft.pth",
    ),
    sha256="5a210a92f035dff30c53b46157b612e7a1a5d3c99700e1b2d71da5c399ca7e70",
    size=2_023_804_201,
    licence="Apache-2.0 by the tag of OpenGVLab/VideoMAE2; later ones of its authors are CC BY-NC 4.0",
)

FRAMES = 16
DIMENSIONS = 1408

SHAPE: Mapping[str, Any] = {
    "image_size": 224, "patch_size": 14, "num_frames": FRAMES, "tubelet_size": 2, "hidden_size": DIMENSIONS,
    "num_hidden_layers": 40, "num_attention_heads": 16, "intermediate_size": 6144, "layer_norm_eps": 1e-6,
}  # fmt: skip
"""The network's shape, by the names of transformers' VideoMAEConfig: 1.01 billion parameters."""

_RENAMED = {
    "patch_embed.proj": "embeddings.patch_embeddings.projection", "norm1": "layernorm_before",
    "norm2": "layernorm_after", "attn.proj": "attention.output.dense", "mlp.fc1": "intermediate.dense",
    "mlp.fc2": "output.dense", "attn.q_bias": "attention.attention.query.bias",
    "attn.v_bias": "attention.attention.value.bias",
}  # fmt: skip


class VideoMae2:
    """The network in memory.

    Args:
        source: its file: a pickle of tensors by name, in a table called 'module' or 'model', or on their own.
        device: where it computes.
        dtype: what its blocks compute with; the mean of tokens and the last norm stay in float32.
        shape: of the network.

    Raises:
        Unavailable: the file is missing, or holds another network.
    """

    def __init__(
        self,
        source: Weights = WEIGHTS,
        device: str = "cpu",
        dtype: nets.DType = "float32",
        shape: Mapping[str, Any] = SHAPE,
    ) -> None:
        import torch
        from transformers import VideoMAEConfig, VideoMAEModel

        state = _state(weights.fetch(source))
        config = VideoMAEConfig(**shape, use_mean_pooling=True)
        with torch.device("meta"):  # else a billion numbers are drawn, and then replaced; positions are real
            net = VideoMAEModel(config)
            norm = torch.nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        try:
            last = {name: state.pop(f"fc_norm.{name}").float() for name in ("weight", "bias")}
            norm.load_state_dict(last, assign=True)
            net.load_state_dict(renamed(state), assign=True)
        except (KeyError, RuntimeError) as error:
            raise Unavailable(
                f"{source.name} is not VideoMAE-v2 of this shape: {' '.join(str(error).split()):.200}",
                f"give {WEIGHTS.name}",
            ) from error
        self.device, self._size = device, config.image_size
        self._net, self._norm = nets.placed(net, device, dtype), nets.placed(norm, device)

    def features(self, frames: Frames) -> NDArray[np.float64]:
        """(1408,): of (16, H, W, 3) uint8 sRGB, squashed to 224 x 224: bilinear, no antialias, as cd-fvd does."""
        import torch

        video = torch.from_numpy(np.ascontiguousarray(frames.transpose(0, 3, 1, 2))).to(self.device)
        sides = [self._size, self._size]
        with nets.exact():
            video = torch.nn.functional.interpolate(
                video.float() / 255, sides, mode="bilinear", align_corners=False
            )
            pixels = video[None].to(next(self._net.parameters()).dtype)
            tokens = self._net(pixel_values=pixels).last_hidden_state
            found = self._norm(tokens.float().mean(dim=1))[0]
        return np.asarray(found.double().cpu().numpy())


def renamed(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The tensors of VideoMAE-v2's class under the names of the library's, without the classifier, as float32."""
    found: dict[str, torch.Tensor] = {}
    for name, tensor in state.items():
        prefix, own = "", name
        if name.startswith("blocks."):
            _, number, own = name.split(".", 2)
            prefix = f"encoder.layer.{number}."
        if own == "attn.qkv.weight":
            parts = zip(("query", "key", "value"), tensor.float().chunk(3), strict=True)
            found |= {f"{prefix}attention.attention.{part}.weight": rows for part, rows in parts}
        elif not own.startswith("head."):
            found[prefix + _library_name(own)] = tensor.float()
    return found


def _library_name(own: str) -> str:
    """'layernorm_before.weight' of 'norm1.weight'."""
    place, _, kind = own.rpartition(".")
    return _RENAMED.get(own) or f"{_RENAMED.get(place, place)}.{kind}"


def _state(file: Path) -> dict[str, torch.Tensor]:
    try:
        found = state_dicts.read(file)
    except ValueError as error:
        raise Unavailable(f"{file} cannot be read: {error}", f"give {WEIGHTS.name}") from error
    for key in ("model", "module"):
        found = found.get(key, found)
    return found
